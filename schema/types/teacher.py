"""Teachers."""

from __future__ import annotations

from typing import Any

import strawberry

from primepath import models
from schema.connections.pagination import Column, Order
from schema.types.node import Node

TEACHERS_BY_NAME = Order("teachers by name", (Column("name_key", str), Column("id", int)))


@strawberry.type(description="A teacher of the school.")
class Teacher(Node):
    name: str = strawberry.field(description="Display name.")
    is_head_teacher: bool = strawberry.field(
        description="True if the teacher can see and change every class, and decide on access requests."
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, models.Teacher)
