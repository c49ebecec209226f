"""Setting what a class learns."""

from __future__ import annotations

from typing import Annotated

import strawberry

from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from schema.context import Info
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import ClassCurriculumPayload, CurriculumOutcome


@strawberry.input(description="What a class learns in an academic year.")
class SetClassCurriculumInput:
    class_code: str = strawberry.field(description="The code of the class.")
    academic_year: int = strawberry.field(description="The academic year, a calendar year: 2026.")
    level_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of its levels, the most important first; an empty list clears them."
    )


@strawberry.type
class SetClassCurriculum:
    @strawberry.mutation(
        graphql_type=ClassCurriculumPayload | None,
        description="Sets what a class learns in an academic year. For head teachers and staff.",
    )
    async def set_class_curriculum(
        self,
        info: Info,
        input: Annotated[
            SetClassCurriculumInput, strawberry.argument(description="Class, year and levels.")
        ],
    ) -> CurriculumOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        level_ids = ids.numbers(input.level_ids, "CurriculumLevel", "levelIds")
        result = await run_service(
            info,
            lambda: set_class_curriculum(
                viewer=viewer,
                class_code=input.class_code,
                academic_year=input.academic_year,
                level_ids=level_ids,
                parse_errors=ids.errors,
            ),
        )
        return CurriculumOutcome(
            None if result.refused else input.class_code, input.academic_year, result.user_errors
        )
