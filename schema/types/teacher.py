"""Teachers."""

from __future__ import annotations

import strawberry

from primepath import models
from schema.connections.pagination import Column, Order
from schema.context import Info
from schema.metadata import Fact
from schema.types.node import Node

TEACHERS_BY_NAME = Order("teachers by name", (Column("name_key", str), Column("id", int)))


@strawberry.type(description="A teacher of the school.")
class Teacher(Node, source=models.Teacher, fact=Fact.TEACHER):
    name: str = strawberry.field(description="Display name.")
    is_head_teacher: bool = strawberry.field(
        description="True if the teacher can see and change every class, and decide on access requests."
    )

    @classmethod
    async def load(cls, info: Info, key: int) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.load(key)
