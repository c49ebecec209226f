"""Mutations of exams."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from primepath.domain.exam import ExamType
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import MAX_INSTRUCTIONS_LENGTH, MAX_NAME_LENGTH, ExamValues
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser, given_fields
from schema.mutations.run_service import run_service
from schema.types.cell_batches import AnyExam
from schema.types.payloads import ExamPayload, Result
from schema.types.phrases import (
    CREATOR_OR_ADMINISTRATORS,
    REQUIRES_EDIT_OF_A_CLASS,
    UNCHANGED_IF_OMITTED,
    expected_version,
)


@strawberry.input(description="A new exam.")
class CreateExamInput(RepeatableInput):
    name: str = strawberry.field(
        description=f"Display name. Cannot be empty. Maximum: {MAX_NAME_LENGTH} characters."
    )
    type: ExamType = strawberry.field(
        description="REVIEW exams are for months, QUARTERLY exams for quarters. Cannot be changed later."
    )
    academic_year: int | None = strawberry.field(
        default=UNSET,
        description="Academic year in which the exam can be used. Defaults to any year.",
    )
    curriculum_level_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="ID of the curriculum level. Defaults to no level."
    )
    total_questions: int = strawberry.field(description="Number of questions. Range: 1–1,000.")
    timer_minutes: int = strawberry.field(
        description="Time limit for pupils, in minutes. Range: 1–1,440."
    )
    passing_score: int | None = strawberry.field(
        default=UNSET, description="Score needed to pass, in %. Range: 0–100. Defaults to no score."
    )
    instructions: str | None = strawberry.field(
        default=UNSET,
        description=(
            f"Instructions for pupils. Defaults to an empty text. Maximum: {MAX_INSTRUCTIONS_LENGTH:,} "
            "characters."
        ),
    )


@strawberry.input(description="Changes to an exam. " + UNCHANGED_IF_OMITTED)
class UpdateExamInput(RepeatableInput):
    id: strawberry.ID = strawberry.field(description="ID of the exam.")
    expected_version: int | None = strawberry.field(
        default=None,
        description=expected_version("exam"),
    )
    name: str | None = strawberry.field(
        default=UNSET,
        description=f"Display name. Cannot be empty or null. Maximum: {MAX_NAME_LENGTH} characters.",
    )
    academic_year: int | None = strawberry.field(
        default=UNSET,
        description=(
            "Academic year in which the exam can be used. Null for any year. Must match all cells that contain "
            "the exam, so only head teachers and staff can set another year. The creator can clear it."
        ),
    )
    curriculum_level_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="ID of the curriculum level. Null for no level."
    )
    total_questions: int | None = strawberry.field(
        default=UNSET, description="Number of questions. Range: 1–1,000. Cannot be null."
    )
    timer_minutes: int | None = strawberry.field(
        default=UNSET,
        description="Time limit for pupils, in minutes. Range: 1–1,440. Cannot be null.",
    )
    passing_score: int | None = strawberry.field(
        default=UNSET,
        description="Score needed to pass, in %. Range: 0–100. Null for no score.",
    )
    instructions: str | None = strawberry.field(
        default=UNSET,
        description=f"Instructions for pupils. Maximum: {MAX_INSTRUCTIONS_LENGTH:,} characters. Null for an empty text.",
    )
    is_active: bool | None = strawberry.field(
        default=UNSET,
        description="False removes the exam from `availableExams`. Existing assignments remain. Cannot be null.",
    )


def _values(input: Any, ids: IdParser, *, except_for: Collection[str]) -> ExamValues:
    values = given_fields(input, except_for=except_for)
    if (level := values.get("curriculum_level_id")) is not None:
        values["curriculum_level_id"] = ids.number(level, "CurriculumLevel", "curriculum_level_id")
    return cast(ExamValues, values)


@strawberry.type
class Exams:
    @strawberry.mutation(
        graphql_type=ExamPayload | None,
        description="Creates an exam. " + REQUIRES_EDIT_OF_A_CLASS,
    )
    async def create_exam(
        self,
        info: Info,
        input: Annotated[CreateExamInput, strawberry.argument(description="The new exam.")],
    ) -> Result[AnyExam]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        values = _values(input, ids, except_for={"type"})
        return await run_service(
            info,
            input,
            lambda: create_exam(
                viewer=viewer,
                type=input.type,
                values=values,
                parse_errors=ids.errors,
            ),
        )

    @strawberry.mutation(
        graphql_type=ExamPayload | None,
        description="Updates an exam. " + CREATOR_OR_ADMINISTRATORS,
    )
    async def update_exam(
        self,
        info: Info,
        input: Annotated[UpdateExamInput, strawberry.argument(description="Exam and changes.")],
    ) -> Result[AnyExam]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        exam_id = ids.number(input.id, "Exam", "exam_id")
        values = _values(input, ids, except_for={"id", "expected_version"})
        result = await run_service(
            info,
            input,
            lambda: update_exam(
                viewer=viewer,
                exam_id=exam_id,
                values=values,
                expected_version=input.expected_version,
                parse_errors=ids.errors,
            ),
            {"exam_id": "id"},
        )
        if result.is_rejected:
            return result.with_value(await info.context.loaders.exam_by_id.find(exam_id))
        return result
