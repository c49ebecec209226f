"""The curriculum: programs, sub-programs, levels, and which of them a class learns."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from primepath import models
from schema.context import Info
from schema.metadata import list_size
from schema.types.node import Node

_SubProgram = Annotated["SubProgram", strawberry.lazy("schema.types.curriculum")]
_CurriculumLevel = Annotated["CurriculumLevel", strawberry.lazy("schema.types.curriculum")]


@strawberry.type(description="A course of study for a range of grades, such as CORE.")
class Program(Node):
    name: str = strawberry.field(description="The name, unique among programs: `CORE`.")
    grade_from: int = strawberry.field(description="The first grade it is for, 1 to 12.")
    grade_to: int = strawberry.field(description="The last grade it is for, 1 to 12.")

    @strawberry.field(
        graphql_type=list[_SubProgram],
        description="Its parts, in the school's order.",
        metadata=list_size(5),
    )
    async def subprograms(
        self, info: Info, program: strawberry.Parent[models.Program]
    ) -> list[models.SubProgram]:
        return await info.context.loaders.subprograms_by_program.load(program.pk)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, models.Program)


@strawberry.type(description="A part of a program, such as PHONICS in CORE.")
class SubProgram(Node):
    name: str = strawberry.field(description="The name, unique within the program: `PHONICS`.")
    program: Program = strawberry.field(description="The program it is part of.")

    @strawberry.field(
        graphql_type=list[_CurriculumLevel],
        description="Its levels, by number.",
        metadata=list_size(5),
    )
    async def levels(
        self, info: Info, subprogram: strawberry.Parent[models.SubProgram]
    ) -> list[models.CurriculumLevel]:
        return await info.context.loaders.levels_by_subprogram.load(subprogram.pk)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, models.SubProgram)


@strawberry.type(description="A step of a sub-program.")
class CurriculumLevel(Node):
    level_number: int = strawberry.field(description="The number within the sub-program, from 1.")
    name: str = strawberry.field(
        description="The full name, of program, sub-program and number: `CORE PHONICS L1`."
    )
    subprogram: SubProgram = strawberry.field(description="The sub-program it is part of.")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, models.CurriculumLevel)


@strawberry.type(description="What a class learns in an academic year.")
class ClassCurriculum:
    label: str = strawberry.field(
        description='The full name of the primary level, `CORE PHONICS L1`, or "Not assigned".'
    )
    primary: CurriculumLevel | None = strawberry.field(
        description="The most important level (priority 1); null where none is assigned."
    )
    secondary: CurriculumLevel | None = strawberry.field(
        description="The second level (priority 2); null where none is assigned."
    )
    levels: list[CurriculumLevel] = strawberry.field(
        description="All levels, by priority.", metadata=list_size(3)
    )
