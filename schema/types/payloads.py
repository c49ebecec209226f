"""Payloads of mutations: the current state of the changed objects, and the errors in the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry

from loaders.curriculum import ClassCurriculumData
from loaders.sittings import SITTING_COLUMNS
from loaders.warnings import VisibleWarning
from primepath.domain.cell import CellKey
from primepath.domain.errors import UserErrorCode
from schema.connections.pagination import MAX_PAGE_SIZE
from schema.context import Info
from schema.limits.list_sizes import USER_ERRORS
from schema.metadata import SIZE_FROM_PARENT, columns, list_size
from schema.types.cell_batches import AnyCell
from schema.types.class_access_request import ClassAccessRequest
from schema.types.curriculum import ClassCurriculum
from schema.types.exam import Exam
from schema.types.matrix_cell import MatrixCell, load_cell, load_cells_in, load_cells_of_keys
from schema.types.phrases import NULL_IF_HIDDEN
from schema.types.schedule_warning import ScheduleWarning, warnings_about
from schema.types.school_class import curriculum_of
from schema.types.teacher_class_assignment import TeacherClassAssignment
from schema.types.user_error import UserError

T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Result(Generic[T_co]):
    """The result of a mutation, from which its payload reads: ``value``, or the errors in the input, or both.

    ``change_set_id`` is the public id of what the mutation changed, None if it changed nothing.
    """

    value: T_co | None
    user_errors: list[UserError]
    change_set_id: str | None = None

    @property
    def is_rejected(self) -> bool:
        return bool(self.user_errors)

    def with_value(self, value: V | None) -> Result[V]:
        """Return the same errors with another value."""
        return Result(value, self.user_errors, self.change_set_id)

    def if_current(self, value: V) -> Result[V]:
        """Return the same errors with a value that shows the current state.

        If the input was rejected, the value is None, unless something has changed since the client loaded it.
        """
        is_stale = any(each.code is UserErrorCode.STALE_VERSION for each in self.user_errors)
        return self.with_value(value if is_stale or not self.is_rejected else None)


@strawberry.type
class CheckedPayload:
    """The field of the payload of every mutation with an input."""

    user_errors: list[UserError] = strawberry.field(
        description="Problems with the input. Empty if the mutation succeeded.",
        metadata=list_size(USER_ERRORS),
    )


@strawberry.type
class Payload(CheckedPayload):
    """Fields of the payloads of mutations with a change set."""

    change_set_id: strawberry.ID | None = strawberry.field(
        description="ID of everything that this mutation changed. Null if nothing changed."
    )


async def warnings_of(
    info: Info, result: Result[Any], keys: Sequence[CellKey]
) -> list[VisibleWarning]:
    if result.is_rejected:
        return []
    return await warnings_about(info.context, await load_cells_in(info.context, keys))


_WARNINGS = (
    "Warnings about the cells, by date. They prevent nothing. Empty if the input was rejected."
)


@strawberry.type(description="Result of a mutation that changes cells.")
class MatrixCellsPayload(Payload):
    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description=_WARNINGS,
        metadata=list_size(SIZE_FROM_PARENT) | columns(*SITTING_COLUMNS),
    )
    async def warnings(
        self, info: Info, result: strawberry.Parent[Result[list[CellKey]]]
    ) -> list[VisibleWarning]:
        return await warnings_of(info, result, result.value or [])

    @strawberry.field(
        graphql_type=list[MatrixCell],
        description=(
            "Current state of the target cells, in the order of the input, without duplicates. Empty if the "
            "input was rejected, except after STALE_VERSION: then the source follows the targets, if its version was expected."
        ),
        metadata=list_size(SIZE_FROM_PARENT),
    )
    async def cells(
        self, info: Info, result: strawberry.Parent[Result[list[CellKey]]]
    ) -> list[AnyCell]:
        return await load_cells_of_keys(info, result.value or [])


@strawberry.type(description="Result of undoing a change set.")
class UndoChangesPayload(Payload):
    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description=_WARNINGS,
        metadata=list_size(MAX_PAGE_SIZE) | columns(*SITTING_COLUMNS),
    )
    async def warnings(
        self, info: Info, result: strawberry.Parent[Result[list[CellKey]]]
    ) -> list[VisibleWarning]:
        return await warnings_of(info, result, result.value or [])

    @strawberry.field(
        graphql_type=list[MatrixCell] | None,
        description=(
            "Current state of the cells of the change set, also after CHANGED_SINCE. Empty if the input was rejected for another "
            "reason."
        ),
        metadata=list_size(MAX_PAGE_SIZE),
    )
    async def cells(
        self, info: Info, result: strawberry.Parent[Result[list[CellKey]]]
    ) -> list[AnyCell]:
        return await load_cells_of_keys(info, result.value or [])


@strawberry.type(description="Result of a mutation that changes one cell.")
class MatrixCellPayload(Payload):
    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description=_WARNINGS.replace("cells", "cell"),
        metadata=list_size(1) | columns(*SITTING_COLUMNS),
    )
    async def warnings(
        self, info: Info, result: strawberry.Parent[Result[CellKey]]
    ) -> list[VisibleWarning]:
        return await warnings_of(info, result, [result.value] if result.value else [])

    @strawberry.field(
        graphql_type=MatrixCell | None,
        description="Current state of the cell, also after a rejected change. " + NULL_IF_HIDDEN,
    )
    async def cell(self, info: Info, result: strawberry.Parent[Result[CellKey]]) -> AnyCell | None:
        return await load_cell(info, result.value) if result.value else None


@strawberry.type(description="Result of a mutation that creates or updates an exam.")
class ExamPayload(Payload):
    value: Exam | None = strawberry.field(
        name="exam",
        description=(
            "Current state of the exam, also after a rejected update. Null if it does not exist, and if creating it was "
            "rejected."
        ),
    )


@strawberry.type(description="Result of a mutation that sets a class curriculum.")
class ClassCurriculumPayload(Payload):
    @strawberry.field(
        graphql_type=ClassCurriculum | None,
        description=(
            "Current curriculum of the class in that year, also after STALE_VERSION. Null if the input was rejected "
            "for another reason."
        ),
    )
    async def curriculum(
        self, info: Info, result: strawberry.Parent[Result[tuple[str, int]]]
    ) -> ClassCurriculumData | None:
        if result.value is None:
            return None
        class_code, academic_year = result.value
        visible = await info.context.loaders.classes.get(class_code)
        return await curriculum_of(info, visible, academic_year) if visible else None


@strawberry.type(description="Result of a mutation on an access request.")
class ClassAccessRequestPayload(Payload):
    value: ClassAccessRequest | None = strawberry.field(
        name="request",
        description=(
            "Current state of the request, also after a rejected decision. After DUPLICATE, your pending request. "
            + NULL_IF_HIDDEN
        ),
    )


@strawberry.type(description="Result of a mutation on a teacher's assignment.")
class TeacherClassAssignmentPayload(Payload):
    value: TeacherClassAssignment | None = strawberry.field(
        name="assignment",
        description="Current state of the assignment. Null if the input was rejected.",
    )
