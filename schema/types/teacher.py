"""Teachers."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

import strawberry

from primepath import models
from schema.connections.pagination import Column, Order
from schema.context import Info
from schema.execution.batch import BatchContext, batched, resolve_one
from schema.metadata import Fact
from schema.types.node import Node

TEACHERS_BY_NAME = Order(
    "teachers in natural order",
    (Column("name_order", str), Column("id", int)),
    former_name="teachers by name",
)


async def _usernames(
    batch: BatchContext, teachers: Sequence[models.Teacher]
) -> Sequence[str | None]:
    viewer = batch.context.require_viewer()
    if viewer.is_administrator:
        users = [each.user_id for each in teachers]
        return await batch.context.loaders.username_by_user.load_all(users)
    return [viewer.username if each.pk == viewer.teacher_id else None for each in teachers]


def _class_codes(
    batch: BatchContext, teachers: Sequence[models.Teacher]
) -> Awaitable[list[list[str]]]:
    return batch.context.loaders.class_codes_by_teacher.load_all([each.pk for each in teachers])


@strawberry.type(description="A teacher of the school.")
class Teacher(Node, source=models.Teacher, fact=Fact.TEACHER):
    name: str = strawberry.field(
        description="Display name. Several teachers can have the same name: also show `username` or `classCodes`."
    )
    is_head_teacher: bool = strawberry.field(
        description="True if the teacher can see and change every class, and decide on access requests."
    )

    @strawberry.field(
        graphql_type=str | None,
        description="Username of the teacher's account. Null unless you are this teacher, a head teacher or staff.",
        metadata=batched(_usernames),
    )
    async def username(self, info: Info, teacher: strawberry.Parent[models.Teacher]) -> str | None:
        return await resolve_one(_usernames, info, teacher)

    @strawberry.field(
        graphql_type=list[str] | None,
        description=(
            "Codes of the classes that the teacher is assigned to now, by division, grade and section. Only classes that "
            "you can see. Head teachers have access to every class without an assignment."
        ),
        metadata=batched(_class_codes),
    )
    async def class_codes(
        self, info: Info, teacher: strawberry.Parent[models.Teacher]
    ) -> list[str]:
        return await info.context.loaders.class_codes_by_teacher.load(teacher.pk)

    @classmethod
    async def load(cls, info: Info, key: int) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.load(key)
