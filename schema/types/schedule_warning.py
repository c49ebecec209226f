"""Warnings about the schedule, and the holidays that some of them are about."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders.cells import Cell
from loaders.warning_keys import WarningKey, warning_facts
from loaders.warning_messages import messages_of
from loaders.warnings import VisibleWarning
from primepath import models
from primepath.domain.calendar_days import HolidayKind
from primepath.domain.cell import CellKey
from primepath.domain.clashes import WarningCode
from schema.context import Context, Info
from schema.execution.batch import BatchContext, batched, resolve_one
from schema.metadata import list_size
from schema.types.cell_batches import AnyCell, teachers
from schema.types.enums import describe
from schema.types.node import Identified
from schema.types.phrases import EXPECTS_NEW_VALUES

if TYPE_CHECKING:
    from schema.types.matrix_cell import MatrixCell
    from schema.types.teacher import Teacher

_MatrixCell = Annotated["MatrixCell", strawberry.lazy("schema.types.matrix_cell")]
_Teacher = Annotated["Teacher", strawberry.lazy("schema.types.teacher")]

MAX_LISTED_CELLS = 50

describe(
    WarningCode,
    f"Kind of a warning. {EXPECTS_NEW_VALUES}",
    {
        "CLASS_CLASH": "Exams of one class overlap. A start without an end counts with the longest exam's time limit.",
        "CLASS_SAME_DAY": "Exams of one class are on the same day. They do not overlap, or their times are not known.",
        "ROOM_CLASH": "Exams in one room overlap.",
        "INVIGILATOR_CLASH": "Exams with the same invigilator overlap.",
        "HOLIDAY": "Exams on a public holiday. Substitute holidays are included.",
        "SCHOOL_CLOSED": "Exams on a day on which the school is closed.",
        "NO_LESSONS": "Exams on a day of the week on which the class has no lessons.",
        "SHORT_GAP": "Exams of one class are fewer than `School.minimumDaysBetweenExams` days apart.",
        "TIME_TOO_SHORT": "The longest exam takes more minutes than there are between start and end.",
        "NO_DATE": "A SCHEDULED cell has no date, and its period has begun.",
    },
    name="ScheduleWarningCode",
)
describe(
    HolidayKind,
    "Reason of a holiday.",
    {"PUBLIC": "A public holiday.", "SCHOOL": "The school is closed."},
)


@strawberry.type(description="A public holiday, or a day on which the school is closed.")
class Holiday:
    date: datetime.date = strawberry.field(description="Date of the holiday.")
    name: str = strawberry.field(
        description="Name of the holiday, in the language of the request if it is a public one."
    )
    kind: HolidayKind = strawberry.field(description="Public holiday, or closed by the school.")
    is_open: bool = strawberry.field(
        description="True for a public holiday on which the school teaches. It causes no warnings."
    )


@strawberry.type(description="The decision of the school that a warning is no problem.")
class WarningAcceptance:
    at: datetime.datetime = strawberry.field(description="Time of the acceptance.")
    reason: str = strawberry.field(description="Reason of the person who accepted the warning.")

    @strawberry.field(
        graphql_type=_Teacher | None,
        description="Teacher who accepted the warning. Null if it was not a teacher.",
    )
    async def by(
        self, info: Info, acceptance: strawberry.Parent[models.WarningAcceptance]
    ) -> models.Teacher | None:
        (teacher,) = await teachers(info.context, [acceptance.teacher_id])
        return teacher


def _each(read: Callable[[VisibleWarning], object]) -> dict[str, Any]:
    """Declare that ``read`` computes a field for one warning, so that compiled plans can complete it."""
    return batched(lambda _, warnings: [read(each) for each in warnings])


def _acceptances(
    batch: BatchContext, warnings: Sequence[VisibleWarning]
) -> Awaitable[list[models.WarningAcceptance | None]]:
    facts = [warning_facts(each.warning) for each in warnings]
    return batch.context.loaders.acceptance_by_facts.load_all(facts)


async def _cells(batch: BatchContext, warnings: Sequence[VisibleWarning]) -> list[list[AnyCell]]:
    from schema.types.matrix_cell import load_cells_in

    listed = [[each.id for each in seen.visible[:MAX_LISTED_CELLS]] for seen in warnings]
    keys = {id: key for ids in listed for id in ids if (key := CellKey.parse(id))}
    cells = await load_cells_in(batch.context, keys.values())
    found = {cell.pk: cell for cell in cells}
    return [[found[id] for id in ids if id in found] for ids in listed]


@strawberry.type(
    description=(
        "Something that should be looked at in the schedule. Warnings never prevent a change. One warning is about all "
        "cells that overlap at the same moment, or that are on the same holiday."
    )
)
class ScheduleWarning(Identified, parse_key=WarningKey.parse, key="key"):
    @strawberry.field(
        description="Kind of the warning.", metadata=_each(lambda seen: seen.warning.code)
    )
    def code(self, seen: strawberry.Parent[VisibleWarning]) -> WarningCode:
        return seen.warning.code

    @strawberry.field(
        description="A sentence for people. Classes that you cannot see are counted in it, not named.",
        metadata=batched(lambda _, warnings: messages_of(warnings)),
    )
    def message(self, seen: strawberry.Parent[VisibleWarning]) -> str:
        (message,) = messages_of([seen])
        return message

    @strawberry.field(
        description="Date of the exams; the first one if there are several. Null if the cells have no date.",
        metadata=_each(lambda seen: seen.warning.date),
    )
    def date(self, seen: strawberry.Parent[VisibleWarning]) -> datetime.date | None:
        return seen.warning.date

    @strawberry.field(
        graphql_type=list[_MatrixCell],
        description=f"Cells that you can see, by ID. At most {MAX_LISTED_CELLS}; see `cellCount`.",
        metadata=batched(_cells) | list_size(2),
    )
    async def cells(self, info: Info, seen: strawberry.Parent[VisibleWarning]) -> list[AnyCell]:
        return await resolve_one(_cells, info, seen)

    @strawberry.field(
        description="Number of all cells of the warning, also if `cells` does not list them.",
        metadata=_each(lambda seen: len(seen.warning.sittings)),
    )
    def cell_count(self, seen: strawberry.Parent[VisibleWarning]) -> int:
        return len(seen.warning.sittings)

    @strawberry.field(
        name="hiddenCells",
        description="Number of cells of the warning that belong to classes you cannot see.",
        metadata=_each(lambda seen: seen.hidden),
    )
    def hidden_cells(self, seen: strawberry.Parent[VisibleWarning]) -> int:
        return seen.hidden

    @strawberry.field(
        graphql_type=Holiday | None,
        description="The holiday that HOLIDAY and SCHOOL_CLOSED are about. Null for all other codes.",
        metadata=_each(lambda seen: seen.warning.holiday),
    )
    def holiday(self, seen: strawberry.Parent[VisibleWarning]) -> object:
        return seen.warning.holiday

    @strawberry.field(
        graphql_type=WarningAcceptance | None,
        description=(
            "Who accepted the warning, and why. Null if it was not accepted, or if one of its cells has got another date, time, "
            "room or invigilator since then."
        ),
        metadata=batched(_acceptances),
    )
    async def accepted(
        self, info: Info, seen: strawberry.Parent[VisibleWarning]
    ) -> models.WarningAcceptance | None:
        return await resolve_one(_acceptances, info, seen)


async def warnings_of_cells(
    batch: BatchContext, cells: Sequence[AnyCell]
) -> list[Sequence[VisibleWarning]]:
    """Load the warnings about each cell."""
    read = [cell if isinstance(cell, Cell) else await cell.read() for cell in cells]
    return await _load(batch.context, read)


async def warnings_about(context: Context, cells: Iterable[AnyCell]) -> list[VisibleWarning]:
    """Load the warnings about at least one of the cells, in order and without duplicates."""
    of_cells = await _load(context, [await cell.read() for cell in cells])
    unique = {id(each.warning): each for of_cell in of_cells for each in of_cell}
    return sorted(unique.values(), key=lambda each: each.warning.order)


async def _load(context: Context, cells: Sequence[Cell]) -> list[Sequence[VisibleWarning]]:
    """Load the warnings about each cell. In a dry run, they follow from all planned cells, requested or not."""
    from schema.types.matrix_cell import load_cells_in

    besides = context.loaders.planned_besides(cells)
    keys = filter(None, map(CellKey.parse, sorted(besides)))
    planned = [await cell.read() for cell in await load_cells_in(context, keys)] if besides else []
    found = await context.loaders.warnings_by_cells.load((*cells, *planned))
    return found[: len(cells)]
