"""History entries and the changes they contain."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Self

import strawberry
from graphql import GraphQLSchema, get_named_type

from primepath import models
from primepath.domain.cell import CellStatus
from primepath.domain.exam import ExamType
from primepath.domain.history import HistorySubject
from schema.connections.types import Connection
from schema.context import Info
from schema.execution.batch import BatchContext, batched, resolve_one
from schema.execution.core import raw_info
from schema.ids import parse_number_key
from schema.metadata import list_size
from schema.types.cell_batches import AnyExam, exams_by_name
from schema.types.change_set import change_set_id, ids_of_undoing
from schema.types.curriculum import CurriculumLevel
from schema.types.exam import Exam
from schema.types.history_action import HistoryAction
from schema.types.node import Identified
from schema.types.teacher import Teacher


@strawberry.interface(
    description=(
        "A field's old and new value. The concrete type depends on the field. Value names differ between "
        "types, so one query can select all of them."
    )
)
class Change:
    field: str = strawberry.field(description="Field name, for example `scheduledDate`.")

    @classmethod
    def read(cls, field: str, before: Any, after: Any) -> Self:
        """Return the change as it is stored, in plain values."""
        names = [each.name for each in dataclasses.fields(cls) if each.init]
        return cls(**dict(zip(names, (field, before, after), strict=True)))


@strawberry.type(description="A change of a text.")
class TextChange(Change):
    text_before: str | None = strawberry.field(
        description="Text before the change. Null if it was not set."
    )
    text_after: str | None = strawberry.field(
        description="Text after the change. Null if it is not set."
    )


@strawberry.type(description="A change of a number.")
class NumberChange(Change):
    number_before: int | None = strawberry.field(
        description="Number before the change. Null if it was not set."
    )
    number_after: int | None = strawberry.field(
        description="Number after the change. Null if it is not set."
    )


@strawberry.type(description="A change of a yes/no value.")
class FlagChange(Change):
    flag_before: bool | None = strawberry.field(
        description="Value before the change. Null if it was not set."
    )
    flag_after: bool | None = strawberry.field(
        description="Value after the change. Null if it is not set."
    )


@strawberry.type(description="A change of a date.")
class DateChange(Change):
    date_before: datetime.date | None = strawberry.field(
        description="Date before the change. Null if it was not set."
    )
    date_after: datetime.date | None = strawberry.field(
        description="Date after the change. Null if it is not set."
    )

    @classmethod
    def read(cls, field: str, before: str | None, after: str | None) -> Self:
        read = datetime.date.fromisoformat
        return super().read(field, before and read(before), after and read(after))


@strawberry.type(description="A change of a time of day.")
class TimeChange(Change):
    time_before: datetime.time | None = strawberry.field(
        description="Time before the change. Null if it was not set."
    )
    time_after: datetime.time | None = strawberry.field(
        description="Time after the change. Null if it is not set."
    )

    @classmethod
    def read(cls, field: str, before: str | None, after: str | None) -> Self:
        read = datetime.time.fromisoformat
        return super().read(field, before and read(before), after and read(after))


@strawberry.type(description="A change of a cell's status.")
class CellStatusChange(Change):
    status_before: CellStatus | None = strawberry.field(
        description="Status before the change. Null if it was not set."
    )
    status_after: CellStatus | None = strawberry.field(
        description="Status after the change. Null if it is not set."
    )


@strawberry.type(description="A change of an exam's type.")
class ExamTypeChange(Change):
    type_before: ExamType | None = strawberry.field(
        description="Type before the change. Null if it was not set."
    )
    type_after: ExamType | None = strawberry.field(
        description="Type after the change. Null if it is not set."
    )


@strawberry.type(description="A change of an exam's curriculum level.")
class CurriculumLevelChange(Change):
    before: strawberry.Private[int | None]
    after: strawberry.Private[int | None]

    @strawberry.field(
        graphql_type=CurriculumLevel | None,
        description="Level before the change. Null if it was not set.",
    )
    async def level_before(self, info: Info) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.find(self.before)

    @strawberry.field(
        graphql_type=CurriculumLevel | None,
        description="Level after the change. Null if it is not set.",
    )
    async def level_after(self, info: Info) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.find(self.after)


@strawberry.type(description="A change of the invigilator of a cell.")
class TeacherChange(Change):
    before: strawberry.Private[int | None]
    after: strawberry.Private[int | None]

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Teacher before the change. Null if none was set.",
    )
    async def teacher_before(self, info: Info) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(self.before)

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Teacher after the change. Null if none is set.",
    )
    async def teacher_after(self, info: Info) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(self.after)


@strawberry.type(description="A change of the exams in a cell.")
class ExamsChange(Change):
    before: strawberry.Private[list[int]]
    after: strawberry.Private[list[int]]

    @classmethod
    def read(cls, field: str, before: list[int] | None, after: list[int] | None) -> Self:
        return super().read(field, before or [], after or [])

    @strawberry.field(
        graphql_type=list[Exam],
        description="Added exams, by name.",
        metadata=list_size(2),
    )
    async def exams_added(self, info: Info) -> list[AnyExam]:
        exams = await exams_by_name(info.context, set(self.after) - set(self.before))
        return list(exams.values())

    @strawberry.field(
        graphql_type=list[Exam],
        description="Removed exams, by name.",
        metadata=list_size(2),
    )
    async def exams_removed(self, info: Info) -> list[AnyExam]:
        exams = await exams_by_name(info.context, set(self.before) - set(self.after))
        return list(exams.values())


# The kind of a change follows from the GraphQL type of the field; fields of all other types are texts.
_KINDS: Mapping[str, type[Change]] = {
    "Int": NumberChange,
    "Boolean": FlagChange,
    "Date": DateChange,
    "Time": TimeChange,
    "CellStatus": CellStatusChange,
    "ExamType": ExamTypeChange,
    "CurriculumLevel": CurriculumLevelChange,
    "Exam": ExamsChange,
    "Teacher": TeacherChange,
}
CHANGES = (TextChange, *_KINDS.values())
_TYPE_OF_SUBJECT = {HistorySubject.CELL: "MatrixCell", HistorySubject.EXAM: "Exam"}


def _read_change(schema: GraphQLSchema, subject: str, name: str, before: Any, after: Any) -> Change:
    """Return a stored change as the type that fits its field.

    A change of a key, such as ``curriculumLevelId``, is shown as a change of the object.
    """
    type_: Any = schema.type_map.get(_TYPE_OF_SUBJECT.get(HistorySubject(subject), ""))
    fields = type_.fields if type_ else {}
    field = name if name in fields else name.removesuffix("Id")
    kind = _KINDS.get(get_named_type(fields[field].type).name) if field in fields else None
    return kind.read(field, before, after) if kind else TextChange.read(name, before, after)


async def _undone_by(
    batch: BatchContext, entries: Sequence[models.HistoryEntry]
) -> list[str | None]:
    return await ids_of_undoing(batch.context, [entry.change_set for entry in entries])


@strawberry.type(description="One action in the history: who did it, when, and what changed.")
class HistoryEntry(Identified, parse_key=parse_number_key):
    at: datetime.datetime = strawberry.field(description="Time of the action.")
    action: HistoryAction = strawberry.field(description="Type of action.")
    actor_name: str = strawberry.field(
        name="byName", description="Name of the person who did it, as it was at that time."
    )

    @strawberry.field(
        graphql_type=Teacher | None, description="Teacher who did it. Null if it was not a teacher."
    )
    async def by(
        self, info: Info, entry: strawberry.Parent[models.HistoryEntry]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(entry.teacher_id)

    @strawberry.field(
        graphql_type=strawberry.ID | None,
        description=(
            "ID of everything that was changed together with this. Null for entries that older versions of the server wrote."
        ),
    )
    def change_set_id(self, entry: strawberry.Parent[models.HistoryEntry]) -> str | None:
        return change_set_id(entry.change_set)

    @strawberry.field(
        graphql_type=strawberry.ID | None,
        description="ID of the change set that this one undid. Null unless `action` is UNDO_CHANGES.",
    )
    def undoes(self, entry: strawberry.Parent[models.HistoryEntry]) -> str | None:
        return change_set_id(entry.undoes)

    @strawberry.field(
        graphql_type=strawberry.ID | None,
        description="ID of the change set that undid this one. Null if it is not undone.",
        metadata=batched(_undone_by),
    )
    async def undone_by(
        self, info: Info, entry: strawberry.Parent[models.HistoryEntry]
    ) -> str | None:
        return await resolve_one(_undone_by, info, entry)

    @strawberry.field(description="Changed fields.", metadata=list_size(3))
    def changes(self, info: Info, entry: strawberry.Parent[models.HistoryEntry]) -> list[Change]:
        schema = raw_info(info).schema
        return [_read_change(schema, entry.subject, *change) for change in entry.changes]


@strawberry.type(description="A page of the history of an object.")
class HistoryConnection(Connection[HistoryEntry]):
    pass
