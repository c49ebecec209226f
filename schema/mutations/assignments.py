"""Giving teachers access to classes, and taking it away."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry

from primepath.domain.school_class import AccessLevel
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.revoke_teacher import revoke_teacher
from schema.context import Info
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import AssignmentOutcome, TeacherClassAssignmentPayload


@strawberry.input(description="Who gets which access to which class.")
class AssignTeacherInput:
    teacher_id: strawberry.ID = strawberry.field(description="The id of the teacher.")
    class_code: str = strawberry.field(description="The code of the class.")
    access_level: AccessLevel = strawberry.field(description="The access to give.")
    expires_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="When the access is to end, in the future; not at all unless told.",
    )


@strawberry.input(description="Which access to take away.")
class RevokeTeacherInput:
    assignment_id: strawberry.ID = strawberry.field(description="The id of the assignment.")


@strawberry.type
class Assignments:
    @strawberry.mutation(
        graphql_type=TeacherClassAssignmentPayload | None,
        description=(
            "Gives a teacher this access to a class, in the place of what they had. For head teachers and staff, not "
            "for themselves."
        ),
    )
    async def assign_teacher(
        self,
        info: Info,
        input: Annotated[
            AssignTeacherInput, strawberry.argument(description="Teacher, class and access.")
        ],
    ) -> AssignmentOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        teacher_id = ids.number(input.teacher_id, "Teacher", "teacherId")
        result = await run_service(
            info,
            lambda: assign_teacher(
                viewer=viewer,
                teacher_id=teacher_id,
                class_code=input.class_code,
                access_level=input.access_level,
                expires_at=input.expires_at,
                parse_errors=ids.errors,
            ),
        )
        return AssignmentOutcome(result.value, result.user_errors)

    @strawberry.mutation(
        graphql_type=TeacherClassAssignmentPayload | None,
        description="Ends a teacher's access at once. For head teachers and staff, not for themselves.",
    )
    async def revoke_teacher(
        self,
        info: Info,
        input: Annotated[
            RevokeTeacherInput, strawberry.argument(description="Which access to take away.")
        ],
    ) -> AssignmentOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        assignment_id = ids.number(input.assignment_id, "TeacherClassAssignment", "assignmentId")
        result = await run_service(
            info,
            lambda: revoke_teacher(
                viewer=viewer, assignment_id=assignment_id, parse_errors=ids.errors
            ),
        )
        return AssignmentOutcome(result.value, result.user_errors)
