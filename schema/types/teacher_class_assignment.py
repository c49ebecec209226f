"""Assignments of teachers to classes."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.school_class import AccessLevel
from schema.connections.pagination import Column, Order
from schema.connections.types import Connection, SyncedPage
from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.metadata import Fact, depends_on
from schema.types.cell_batches import teachers
from schema.types.node import Node
from schema.types.teacher import Teacher

if TYPE_CHECKING:
    from schema.types.school_class import SchoolClass

OLDEST_ASSIGNMENTS = Order("oldest assignments", (Column("id", int),))

_SchoolClass = Annotated["SchoolClass", strawberry.lazy("schema.types.school_class")]


def _teachers(
    batch: BatchContext, assignments: Sequence[models.TeacherClassAssignment]
) -> Awaitable[list[models.Teacher | None]]:
    return teachers(batch.context, [each.teacher_id for each in assignments])


async def _classes(
    batch: BatchContext, assignments: Sequence[models.TeacherClassAssignment]
) -> list[VisibleClass | None]:
    codes = [each.school_class_id for each in assignments]
    visible = await batch.context.loaders.classes.get_many(codes)
    return [visible.get(code) for code in codes]


@strawberry.type(description="A teacher's access to a class.")
class TeacherClassAssignment(Node, source=models.TeacherClassAssignment, fact=Fact.LISTED):
    access_level: AccessLevel = strawberry.field(description="Level of access.")
    expires_at: datetime.datetime | None = strawberry.field(
        description="End of the access. Null if it does not expire."
    )
    is_active: bool = strawberry.field(description="False if the assignment was revoked.")

    @strawberry.field(
        graphql_type=Teacher,
        description="Teacher who has the access.",
        metadata=batched(_teachers) | depends_on(Fact.LISTED),
    )
    async def teacher(
        self, info: Info, assignment: strawberry.Parent[models.TeacherClassAssignment]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.load(assignment.teacher_id)

    @strawberry.field(
        graphql_type=_SchoolClass,
        description="Class the teacher has access to.",
        metadata=batched(_classes) | depends_on(Fact.LISTED),
    )
    async def school_class(
        self, info: Info, assignment: strawberry.Parent[models.TeacherClassAssignment]
    ) -> VisibleClass | None:
        return await info.context.loaders.classes.get(assignment.school_class_id)

    @classmethod
    async def load(cls, info: Info, key: int) -> models.TeacherClassAssignment | None:
        """Return an assignment to a class that the viewer can see."""
        assignment = await info.context.loaders.assignment_by_id.load(key)
        if assignment is None:
            return None
        visible = await info.context.loaders.classes.get(assignment.school_class_id)
        return assignment if visible else None


@strawberry.type(description="A page of assignments.")
class TeacherClassAssignmentConnection(Connection[TeacherClassAssignment], SyncedPage):
    pass
