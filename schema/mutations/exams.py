"""Creating and changing exams."""

from __future__ import annotations

from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from primepath.domain.exam import ExamType
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.exams.values import ExamValues
from schema.context import Info
from schema.mutations.ids import IdParser, given_fields
from schema.mutations.run_service import run_service
from schema.types.cell_batches import AnyExam
from schema.types.payloads import ExamOutcome, ExamPayload

_FIELDS = (
    *("name", "academic_year", "total_questions", "timer_minutes"),
    *("passing_score", "instructions", "is_active"),
)


@strawberry.input(description="A new exam.")
class CreateExamInput:
    name: str = strawberry.field(description="The name for people, at most 200 characters.")
    type: ExamType = strawberry.field(
        description="Whether it goes into months (REVIEW) or quarters (QUARTERLY). It does not change later."
    )
    academic_year: int | None = strawberry.field(
        default=UNSET, description="The only academic year it goes into; null or left out: any."
    )
    curriculum_level_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The id of the level it belongs to."
    )
    total_questions: int = strawberry.field(description="How many questions it has, 1 to 1,000.")
    timer_minutes: int = strawberry.field(
        description="How long a pupil has, in minutes, 1 to 1,440."
    )
    passing_score: int | None = strawberry.field(
        default=UNSET, description="What a pupil needs to pass, in per cent, 0 to 100."
    )
    instructions: str | None = strawberry.field(
        default=UNSET, description="What pupils are told, at most 10,000 characters."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description=(
            "A text of your choice, at most 100 characters, new for each exam. Sending the same creation again with the "
            "same key gives the same exam, so that a request whose answer was lost can be repeated."
        ),
    )


@strawberry.input(
    description="What to change in an exam. A field that is left out stays as it is; null clears it."
)
class UpdateExamInput:
    id: strawberry.ID = strawberry.field(description="The exam's id.")
    expected_version: int | None = strawberry.field(
        default=None,
        description=(
            "The version you have seen. Where it is no longer the exam's version, nothing is changed and the answer "
            "is STALE_VERSION with the exam as it is."
        ),
    )
    name: str | None = strawberry.field(
        default=UNSET, description="The name, at most 200 characters. It cannot be null."
    )
    academic_year: int | None = strawberry.field(
        default=UNSET,
        description="The only academic year it goes into; it must be that of all cells it is in. Null: any.",
    )
    curriculum_level_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The id of the level it belongs to; null: none."
    )
    total_questions: int | None = strawberry.field(
        default=UNSET, description="How many questions it has, 1 to 1,000. It cannot be null."
    )
    timer_minutes: int | None = strawberry.field(
        default=UNSET,
        description="How long a pupil has, in minutes, 1 to 1,440. It cannot be null.",
    )
    passing_score: int | None = strawberry.field(
        default=UNSET,
        description="What a pupil needs to pass, in per cent, 0 to 100; null: not set.",
    )
    instructions: str | None = strawberry.field(
        default=UNSET,
        description="What pupils are told, at most 10,000 characters; null empties it.",
    )
    is_active: bool | None = strawberry.field(
        default=UNSET,
        description=(
            "Whether it can be put into further cells. False takes it out of `availableExams`, not out of cells. "
            "It cannot be null."
        ),
    )


def _values(input: Any, ids: IdParser, fields: tuple[str, ...]) -> ExamValues:
    values = given_fields(input, *fields)
    level = input.curriculum_level_id
    if level is not UNSET:
        values["curriculum_level_id"] = (
            None if level is None else ids.number(level, "CurriculumLevel", "curriculumLevelId")
        )
    return cast(ExamValues, values)


@strawberry.type
class Exams:
    @strawberry.mutation(
        graphql_type=ExamPayload | None,
        description="Creates an exam. Needs FULL or CO_TEACHER access to a class.",
    )
    async def create_exam(
        self,
        info: Info,
        input: Annotated[CreateExamInput, strawberry.argument(description="The exam.")],
    ) -> ExamOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        values = _values(input, ids, _FIELDS[:-1])
        result = await run_service(
            info,
            lambda: create_exam(
                viewer=viewer,
                type=input.type,
                values=values,
                idempotency_key=input.idempotency_key,
                parse_errors=ids.errors,
            ),
        )
        return ExamOutcome(result.value, result.user_errors)

    @strawberry.mutation(
        graphql_type=ExamPayload | None,
        description="Changes an exam. Needs to be yours, or you administer the school.",
    )
    async def update_exam(
        self,
        info: Info,
        input: Annotated[UpdateExamInput, strawberry.argument(description="What to change.")],
    ) -> ExamOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        exam_id = ids.number(input.id, "Exam", "id")
        values = _values(input, ids, _FIELDS)
        result = await run_service(
            info,
            lambda: update_exam(
                viewer=viewer,
                exam_id=exam_id,
                values=values,
                expected_version=input.expected_version,
                parse_errors=ids.errors,
            ),
        )
        exam: AnyExam | None = result.value
        if exam is None:
            exam = await info.context.loaders.exam_by_id.find(exam_id)
        return ExamOutcome(exam, result.user_errors)
