"""Programs, sub-programs, levels, and the curriculum of a class."""

from __future__ import annotations

from typing import Annotated, ClassVar

import strawberry

from primepath import models
from primepath.domain.cell import CLASS_CODE_PATTERN
from schema.context import Info
from schema.ids import key_parser
from schema.metadata import Fact, list_size
from schema.types.node import Identified, Node
from schema.types.phrases import SEND_AS_EXPECTED_VERSION

_SubProgram = Annotated["SubProgram", strawberry.lazy("schema.types.curriculum")]
_CurriculumLevel = Annotated["CurriculumLevel", strawberry.lazy("schema.types.curriculum")]


@strawberry.type(description="A course of study for a range of grades, for example CORE.")
class Program(Node, source=models.Program, fact=Fact.LEVEL):
    name: str = strawberry.field(description="Name, unique among programs, for example `CORE`.")
    grade_from: int = strawberry.field(description="First grade. Range: 0–12.")
    grade_to: int = strawberry.field(description="Last grade. Range: 0–12.")

    @strawberry.field(
        graphql_type=list[_SubProgram],
        description="Sub-programs, in the school's order.",
        metadata=list_size(5),
    )
    async def subprograms(
        self, info: Info, program: strawberry.Parent[models.Program]
    ) -> list[models.SubProgram]:
        return await info.context.loaders.subprograms_by_program.load(program.pk)

    @classmethod
    async def load(cls, info: Info, key: int) -> models.Program | None:
        return await info.context.loaders.program_by_id.load(key)


@strawberry.type(description="A part of a program, for example PHONICS in CORE.")
class SubProgram(Node, source=models.SubProgram, fact=Fact.LEVEL):
    name: str = strawberry.field(
        description="Name, unique within the program, for example `PHONICS`."
    )
    program: Program = strawberry.field(description="Program that contains this sub-program.")

    @strawberry.field(
        graphql_type=list[_CurriculumLevel],
        description="Levels, by number.",
        metadata=list_size(5),
    )
    async def levels(
        self, info: Info, subprogram: strawberry.Parent[models.SubProgram]
    ) -> list[models.CurriculumLevel]:
        return await info.context.loaders.levels_by_subprogram.load(subprogram.pk)

    @classmethod
    async def load(cls, info: Info, key: int) -> models.SubProgram | None:
        return await info.context.loaders.subprogram_by_id.load(key)


@strawberry.type(description="A step of a sub-program.")
class CurriculumLevel(Node, source=models.CurriculumLevel, fact=Fact.LEVEL):
    level_number: int = strawberry.field(description="Number within the sub-program, from 1.")
    name: str = strawberry.field(
        description="Full name: program, sub-program and number, for example `CORE PHONICS L1`."
    )
    subprogram: SubProgram = strawberry.field(description="Sub-program that contains this level.")

    @classmethod
    async def load(cls, info: Info, key: int) -> models.CurriculumLevel | None:
        return await info.context.loaders.level_by_id.load(key)


@strawberry.type(description="Curriculum levels of a class in an academic year.")
class ClassCurriculum(Identified, parse_key=key_parser(rf"{CLASS_CODE_PATTERN}/[0-9]{{4}}")):
    fact: ClassVar = Fact.CLASS

    label: str = strawberry.field(
        description=(
            'Full name of the primary level, for example `CORE PHONICS L1`. "Not assigned" if there is no '
            "primary level."
        )
    )
    primary: CurriculumLevel | None = strawberry.field(
        description="Most important level (priority 1). Null if not assigned."
    )
    secondary: CurriculumLevel | None = strawberry.field(
        description="Second level (priority 2). Null if not assigned."
    )
    levels: list[CurriculumLevel] = strawberry.field(
        description="All levels, by priority. Empty if none is assigned.", metadata=list_size(3)
    )
    version: int = strawberry.field(
        description=(
            "Increases by 1 with each change of the class's curriculum in that year. 0 if it was never changed. "
            + SEND_AS_EXPECTED_VERSION
        )
    )
