"""Mutations of teachers' access to classes."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry

from primepath import models
from primepath.domain.school_class import AccessLevel
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import Result, TeacherClassAssignmentPayload
from schema.types.phrases import ADMINISTRATORS_ONLY, CLASS_CODE, EXPIRES_AT


@strawberry.input(description="A teacher, a class and the access to set.")
class AssignTeacherInput(RepeatableInput):
    teacher_id: strawberry.ID = strawberry.field(description="ID of the teacher.")
    class_code: str = strawberry.field(description=CLASS_CODE)
    access_level: AccessLevel = strawberry.field(description="Access to set.")
    expires_at: datetime.datetime | None = strawberry.field(
        default=None,
        description=EXPIRES_AT,
    )


@strawberry.input(description="The assignment to end.")
class RevokeTeacherInput(RepeatableInput):
    assignment_id: strawberry.ID = strawberry.field(description="ID of the assignment.")


@strawberry.type
class Assignments:
    @strawberry.mutation(
        graphql_type=TeacherClassAssignmentPayload | None,
        description=(
            "Sets a teacher's access to a class, replacing any existing access. "
            + ADMINISTRATORS_ONLY
            + " You cannot change your own access."
        ),
    )
    async def assign_teacher(
        self,
        info: Info,
        input: Annotated[
            AssignTeacherInput, strawberry.argument(description="Teacher, class and access.")
        ],
    ) -> Result[models.TeacherClassAssignment]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        teacher_id = ids.number(input.teacher_id, "Teacher", "teacher_id")
        return await run_service(
            info,
            input,
            lambda: assign_teacher(
                viewer=viewer,
                teacher_id=teacher_id,
                class_code=input.class_code,
                access_level=input.access_level,
                expires_at=input.expires_at,
                parse_errors=ids.errors,
            ),
        )

    @strawberry.mutation(
        graphql_type=TeacherClassAssignmentPayload | None,
        description=(
            "Ends a teacher's access to a class immediately. "
            + ADMINISTRATORS_ONLY
            + " You cannot change your own access."
        ),
    )
    async def revoke_teacher(
        self,
        info: Info,
        input: Annotated[
            RevokeTeacherInput, strawberry.argument(description="The assignment to end.")
        ],
    ) -> Result[models.TeacherClassAssignment]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        assignment_id = ids.number(input.assignment_id, "TeacherClassAssignment", "assignment_id")
        return await run_service(
            info,
            input,
            lambda: revoke_teacher(
                viewer=viewer, assignment_id=assignment_id, parse_errors=ids.errors
            ),
        )
