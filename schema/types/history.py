"""The history: who changed what from what to what."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, Self

import strawberry
from graphql import GraphQLSchema, get_named_type

from primepath import models
from primepath.domain.cell import CellStatus
from primepath.domain.exam import ExamType
from primepath.domain.history import HistoryAction, HistorySubject
from schema.connections.types import Connection
from schema.context import Info
from schema.metadata import list_size
from schema.types.cell_batches import AnyExam, exams_by_name
from schema.types.curriculum import CurriculumLevel
from schema.types.enums import describe
from schema.types.exam import Exam
from schema.types.teacher import Teacher

describe(
    HistoryAction,
    "What somebody did. Expect further values in the future.",
    {
        "ASSIGN_EXAMS": "Put exams into cells.",
        "UNASSIGN_EXAMS": "Took exams out of cells.",
        "UPDATE_CELL": "Changed a cell's status, date, times or notes.",
        "CLONE_CELL": "Copied another cell to this one.",
        "SHARE_CELL": "Copied the cell of another class to this one.",
        "CREATE_EXAM": "Created the exam.",
        "UPDATE_EXAM": "Changed the exam.",
        "UPDATE_LEVEL": "Changed a level of the curriculum, its sub-program or its program.",
        "SET_CLASS_CURRICULUM": "Set what a class learns.",
        "REQUEST_CLASS_ACCESS": "Asked for access to a class.",
        "WITHDRAW_CLASS_ACCESS_REQUEST": "Took a request for access back.",
        "APPROVE_CLASS_ACCESS_REQUEST": "Approved a request for access.",
        "DENY_CLASS_ACCESS_REQUEST": "Denied a request for access.",
        "ASSIGN_TEACHER": "Gave a teacher access to a class.",
        "REVOKE_TEACHER": "Took a teacher's access to a class away.",
    },
)


@strawberry.interface(
    description=(
        "One field that was changed, from what to what. Which type it has follows from the kind of the field; the names "
        "of the values differ from type to type, so that all can be asked for side by side."
    )
)
class Change:
    field: str = strawberry.field(description="The name of the field: `scheduledDate`.")

    @classmethod
    def read(cls, field: str, before: Any, after: Any) -> Self:
        """Return the change as it is stored, in plain values."""
        names = [each.name for each in dataclasses.fields(cls) if each.init]
        return cls(**dict(zip(names, (field, before, after), strict=True)))


@strawberry.type(description="A text was changed.")
class TextChange(Change):
    text_before: str | None = strawberry.field(description="The text before.")
    text_after: str | None = strawberry.field(description="The text after.")


@strawberry.type(description="A number was changed.")
class NumberChange(Change):
    number_before: int | None = strawberry.field(description="The number before.")
    number_after: int | None = strawberry.field(description="The number after.")


@strawberry.type(description="Something was switched on or off.")
class FlagChange(Change):
    flag_before: bool | None = strawberry.field(description="Whether it was so before.")
    flag_after: bool | None = strawberry.field(description="Whether it was so after.")


@strawberry.type(description="A date was changed.")
class DateChange(Change):
    date_before: datetime.date | None = strawberry.field(description="The date before.")
    date_after: datetime.date | None = strawberry.field(description="The date after.")

    @classmethod
    def read(cls, field: str, before: str | None, after: str | None) -> Self:
        read = datetime.date.fromisoformat
        return super().read(field, before and read(before), after and read(after))


@strawberry.type(description="A time of day was changed.")
class TimeChange(Change):
    time_before: datetime.time | None = strawberry.field(description="The time before.")
    time_after: datetime.time | None = strawberry.field(description="The time after.")

    @classmethod
    def read(cls, field: str, before: str | None, after: str | None) -> Self:
        read = datetime.time.fromisoformat
        return super().read(field, before and read(before), after and read(after))


@strawberry.type(description="The status of a cell was changed.")
class CellStatusChange(Change):
    status_before: CellStatus | None = strawberry.field(description="The status before.")
    status_after: CellStatus | None = strawberry.field(description="The status after.")


@strawberry.type(description="The type of an exam was set.")
class ExamTypeChange(Change):
    type_before: ExamType | None = strawberry.field(description="The type before.")
    type_after: ExamType | None = strawberry.field(description="The type after.")


@strawberry.type(description="The level that an exam belongs to was changed.")
class CurriculumLevelChange(Change):
    before: strawberry.Private[int | None]
    after: strawberry.Private[int | None]

    @strawberry.field(graphql_type=CurriculumLevel | None, description="The level before.")
    async def level_before(self, info: Info) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.find(self.before)

    @strawberry.field(graphql_type=CurriculumLevel | None, description="The level after.")
    async def level_after(self, info: Info) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.find(self.after)


@strawberry.type(description="The exams of a cell were changed.")
class ExamsChange(Change):
    before: strawberry.Private[list[int]]
    after: strawberry.Private[list[int]]

    @classmethod
    def read(cls, field: str, before: list[int] | None, after: list[int] | None) -> Self:
        return super().read(field, before or [], after or [])

    @strawberry.field(
        graphql_type=list[Exam],
        description="The exams that were put in, by name.",
        metadata=list_size(2),
    )
    async def exams_added(self, info: Info) -> list[AnyExam]:
        exams = await exams_by_name(info.context, set(self.after) - set(self.before))
        return list(exams.values())

    @strawberry.field(
        graphql_type=list[Exam],
        description="The exams that were taken out, by name.",
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


@strawberry.type(description="Somebody did something: who, when, and what it changed.")
class HistoryEntry:
    at: datetime.datetime = strawberry.field(description="When it was done.")
    action: HistoryAction = strawberry.field(description="What was done.")
    actor_name: str = strawberry.field(
        name="byName", description="The name of who did it, as it was then."
    )

    @strawberry.field(
        graphql_type=Teacher | None, description="Who did it; null where it was no teacher."
    )
    async def by(
        self, info: Info, entry: strawberry.Parent[models.HistoryEntry]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(entry.teacher_id)

    @strawberry.field(description="The fields that were changed.", metadata=list_size(3))
    def changes(self, info: Info, entry: strawberry.Parent[models.HistoryEntry]) -> list[Change]:
        schema = info._raw_info.schema
        return [_read_change(schema, entry.subject, *change) for change in entry.changes]


@strawberry.type(description="A page of the history of something.")
class HistoryConnection(Connection[HistoryEntry]):
    pass
