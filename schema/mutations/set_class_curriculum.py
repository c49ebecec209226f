"""Mutation of a class's curriculum."""

from __future__ import annotations

from typing import Annotated

import strawberry
from django.conf import settings

from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import ClassCurriculumPayload, Result
from schema.types.phrases import (
    ACADEMIC_YEAR,
    ADMINISTRATORS_ONLY,
    CLASS_CODE,
    expected_version,
)


@strawberry.input(description="The curriculum of a class in an academic year.")
class SetClassCurriculumInput(RepeatableInput):
    class_code: str = strawberry.field(description=CLASS_CODE)
    academic_year: int = strawberry.field(description=ACADEMIC_YEAR)
    level_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "IDs of the curriculum levels, in order of priority. An empty list clears the curriculum. Maximum: "
            f"{settings.MAX_LIST_LENGTH:,}."
        )
    )
    expected_version: int | None = strawberry.field(
        default=None, description=expected_version("curriculum")
    )


@strawberry.type
class SetClassCurriculum:
    @strawberry.mutation(
        graphql_type=ClassCurriculumPayload | None,
        description=(
            "Sets the curriculum of a class in an academic year, replacing its existing levels. "
            + ADMINISTRATORS_ONLY
        ),
    )
    async def set_class_curriculum(
        self,
        info: Info,
        input: Annotated[
            SetClassCurriculumInput, strawberry.argument(description="Class, year and levels.")
        ],
    ) -> Result[tuple[str, int]]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        level_ids = ids.numbers(input.level_ids, "CurriculumLevel", "level_ids")
        result = await run_service(
            info,
            input,
            lambda: set_class_curriculum(
                viewer=viewer,
                class_code=input.class_code,
                academic_year=input.academic_year,
                level_ids=level_ids,
                expected_version=input.expected_version,
                parse_errors=ids.errors,
            ),
        )
        return result.if_current((input.class_code, input.academic_year))
