"""Payload of `importSchedule`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry
from django.conf import settings

from loaders.cells import Cell
from loaders.sittings import SITTING_COLUMNS
from loaders.warnings import VisibleWarning
from primepath.domain.cell import CellKey
from primepath.domain.errors import UserErrorCode
from primepath.exchange.rows import Effect, RowPlan
from primepath.exchange.schedule import ScheduleImportResult
from schema.connections.pagination import MAX_PAGE_SIZE
from schema.context import Info
from schema.execution.batch import BatchContext, batched, resolve_one
from schema.limits import check_list, check_number
from schema.metadata import Arguments, columns, list_size
from schema.types.enums import describe
from schema.types.matrix_cell import MatrixCell, load_cells_in
from schema.types.payloads import Payload, Result, warnings_of
from schema.types.schedule_warning import ScheduleWarning

_ROWS = 100
_COLUMNS = 13
_PROBLEMS = 3

describe(
    Effect,
    "Effect of an import on the cell of a row.",
    {
        "CHANGE": "The cell changes.",
        "UNCHANGED": "The cell has these values already.",
        "REJECT": "The row has problems.",
    },
    name="ImportEffect",
)


@strawberry.type(description="A value that an import changes.")
class ImportChange:
    column: str = strawberry.field(
        description="Name of the column, the same in every language: `date`."
    )
    before: str | None = strawberry.field(
        description="Value before the import, as the spreadsheet shows it. Null if it is empty."
    )
    after: str | None = strawberry.field(description="Value after the import. Null if it is empty.")


@strawberry.type(description="A problem with a value in the file.")
class ImportProblem:
    code: UserErrorCode = strawberry.field(description="Code of the problem.")
    address: str = strawberry.field(
        description="Where the value is, as the spreadsheet names it: `D17`."
    )
    message: str = strawberry.field(description="Sentence for people.")


async def _cells(batch: BatchContext, rows: Sequence[RowPlan]) -> list[Cell | None]:
    keys = {row.key: key for row in rows if (key := CellKey.parse(row.key))}
    cells = await load_cells_in(batch.context, keys.values())
    found = {cell.pk: cell for cell in cells}
    return [found.get(row.key) for row in rows]


@strawberry.type(description="A row of the file, and what the import does with it.")
class ImportRow:
    number: int = strawberry.field(
        name="row", description="Number of the row. The row with the headers is 1."
    )
    effect: Effect = strawberry.field(description="Effect of the row.")
    changes: list[ImportChange] = strawberry.field(
        description="Values that change. Empty for a row that is rejected, and after a retry with an `idempotencyKey`.",
        metadata=list_size(_COLUMNS),
    )
    problems: list[ImportProblem] = strawberry.field(
        description="Reasons why the row is rejected. Empty for all others.",
        metadata=list_size(_PROBLEMS),
    )

    @strawberry.field(
        graphql_type=MatrixCell | None,
        description=(
            "Cell of the row. In a dry run it is as it would be. Null if the row names no cell, or you do not have access to it."
        ),
        metadata=batched(_cells),
    )
    async def cell(self, info: Info, row: strawberry.Parent[RowPlan]) -> Cell | None:
        return await resolve_one(_cells, info, row)


def _row_count(arguments: Arguments) -> int:
    given = arguments.get("first")
    if given is None:
        return _ROWS
    most = int(settings.MAX_LIST_LENGTH)
    return min(given, most) if isinstance(given, int) and given >= 0 else most


@strawberry.type(description="Result of `importSchedule`.")
class ImportSchedulePayload(Payload):
    @strawberry.field(
        description=(
            "Identifies the file and the state of its cells. Send it as `expectedDigest` to import what a dry run showed. Null if the "
            "file could not be read."
        )
    )
    def digest(self, result: strawberry.Parent[Result[ScheduleImportResult]]) -> str | None:
        return result.value.digest if result.value else None

    @strawberry.field(
        graphql_type=list[ImportRow] | None,
        description="Rows of the file, in their order. Empty if the file could not be read.",
        metadata=list_size(_row_count),
    )
    def rows(
        self,
        result: strawberry.Parent[Result[ScheduleImportResult]],
        effects: Annotated[
            list[Effect] | None,
            strawberry.argument(description="Only rows with these effects. Defaults to all."),
        ] = None,
        first: Annotated[
            int | None,
            strawberry.argument(
                description=f"Number of rows. Maximum: {settings.MAX_LIST_LENGTH:,}. Defaults to {_ROWS}."
            ),
        ] = None,
        after: Annotated[
            int | None, strawberry.argument(description="Only rows after the one with this number.")
        ] = None,
    ) -> list[RowPlan]:
        most = _ROWS if first is None else first
        check_list("effects", effects or ())
        check_number("first", most, settings.MAX_LIST_LENGTH)
        rows = result.value.rows if result.value else ()
        found = [
            row
            for row in rows
            if (effects is None or row.effect in effects) and (after is None or row.number > after)
        ]
        return found[:most]

    @strawberry.field(description="Number of cells that the import changes. 0 if nothing was read.")
    def changed(self, result: strawberry.Parent[Result[ScheduleImportResult]]) -> int:
        return result.value.count(Effect.CHANGE) if result.value else 0

    @strawberry.field(description="Number of rows that change nothing.")
    def unchanged(self, result: strawberry.Parent[Result[ScheduleImportResult]]) -> int:
        return result.value.count(Effect.UNCHANGED) if result.value else 0

    @strawberry.field(description="Number of rows with problems.")
    def rejected(self, result: strawberry.Parent[Result[ScheduleImportResult]]) -> int:
        return result.value.count(Effect.REJECT) if result.value else 0

    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description="Warnings about the changed cells, by date. They prevent nothing. Empty if the input was rejected.",
        metadata=list_size(MAX_PAGE_SIZE) | columns(*SITTING_COLUMNS),
    )
    async def warnings(
        self, info: Info, result: strawberry.Parent[Result[ScheduleImportResult]]
    ) -> list[VisibleWarning]:
        keys = result.value.changed_cells if result.value else []
        return await warnings_of(info, result, keys)
