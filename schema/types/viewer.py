"""The person who asks, and the school."""

from __future__ import annotations

import strawberry

from primepath import models
from primepath.domain.viewer import Viewer as SignedInViewer
from schema.context import Info
from schema.metadata import list_size
from schema.types.teacher import Teacher
from schema.types.teacher_class_assignment import TeacherClassAssignment


@strawberry.type(description="You: the person who is signed in.")
class Viewer:
    username: str = strawberry.field(description="The name you sign in with.")

    @strawberry.field(
        graphql_type=Teacher | None, description="Your profile as a teacher; null for other staff."
    )
    async def teacher(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(viewer.teacher_id)

    @strawberry.field(
        description="Whether you see every class, with full access, as head teachers and staff do."
    )
    def sees_all_classes(self, viewer: strawberry.Parent[SignedInViewer]) -> bool:
        return viewer.is_administrator

    @strawberry.field(
        description="Whether you may create exams: with FULL or CO_TEACHER access to a class, or to all."
    )
    async def can_create_exams(self, info: Info, viewer: strawberry.Parent[SignedInViewer]) -> bool:
        if viewer.is_administrator:
            return True
        return any(visible.can_edit for visible in await info.context.loaders.classes.all())

    @strawberry.field(description="Whether you decide about requests for access.")
    def can_review_requests(self, viewer: strawberry.Parent[SignedInViewer]) -> bool:
        return viewer.is_administrator

    @strawberry.field(
        graphql_type=list[TeacherClassAssignment],
        description="Your assignments that give access now.",
        metadata=list_size(60),
    )
    async def assignments(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> list[models.TeacherClassAssignment]:
        if viewer.teacher_id is None:
            return []
        return await info.context.loaders.assignments_by_teacher.load(viewer.teacher_id)


@strawberry.type(description="The school, and what it is set up for.")
class School:
    name: str = strawberry.field(description="The name of the school.")
    time_zone: str = strawberry.field(
        description="The IANA time zone in which times of day are meant: `Asia/Seoul`."
    )
    current_academic_year: int = strawberry.field(
        description="The year at the school now; what `academicYear` is where it is left out."
    )
    first_academic_year: int = strawberry.field(description="The first year that can be planned.")
    last_academic_year: int = strawberry.field(description="The last year that can be planned.")
