"""The viewer and the school."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import ClassVar

import strawberry

from primepath import models
from primepath.domain.school_class import AccessRequestStatus
from primepath.domain.viewer import Viewer as SignedInViewer
from primepath.domain.weekday import Weekday
from schema.connections.pagination import Page, PageRequest
from schema.connections.types import After, Before, ChangesAfter, First, Last
from schema.context import Info
from schema.ids import key_parser, parse_number_key
from schema.metadata import list_size
from schema.types.api_token import ApiToken
from schema.types.calendar_feed import CalendarFeed
from schema.types.list_deltas import ListSync, page_of_marked
from schema.types.node import Identified
from schema.types.phrases import ADMINISTRATORS_ONLY, REQUIRES_EDIT_OF_A_CLASS
from schema.types.sync_marks import ListEntries, mark_value
from schema.types.sync_token import SyncedList
from schema.types.teacher import Teacher
from schema.types.teacher_class_assignment import (
    OLDEST_ASSIGNMENTS,
    TeacherClassAssignment,
    TeacherClassAssignmentConnection,
)


@strawberry.type(description="The signed-in user.")
class Viewer(Identified, parse_key=parse_number_key, key="user_id"):
    username: str = strawberry.field(description="Name you sign in with.")

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Your teacher profile. Null if you are not a teacher.",
    )
    async def teacher(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(viewer.teacher_id)

    @strawberry.field(
        description="True if you can see and change every class, as head teachers and staff can."
    )
    def sees_all_classes(self, viewer: strawberry.Parent[SignedInViewer]) -> bool:
        return viewer.is_administrator

    @strawberry.field(description="True if you can create exams. " + REQUIRES_EDIT_OF_A_CLASS)
    async def can_create_exams(self, info: Info, viewer: strawberry.Parent[SignedInViewer]) -> bool:
        if viewer.is_administrator:
            return True
        return any(visible.can_edit for visible in await info.context.loaders.classes.all())

    @strawberry.field(
        description="True if you can approve and deny access requests. " + ADMINISTRATORS_ONLY
    )
    def can_review_requests(self, viewer: strawberry.Parent[SignedInViewer]) -> bool:
        return viewer.is_administrator

    @strawberry.field(
        graphql_type=list[TeacherClassAssignment],
        description="Your assignments that are in effect now.",
        metadata=list_size(60),
    )
    async def assignments(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> list[models.TeacherClassAssignment]:
        if viewer.teacher_id is None:
            return []
        return await info.context.loaders.assignments_by_teacher.load(viewer.teacher_id)

    @strawberry.field(
        graphql_type=TeacherClassAssignmentConnection | None,
        description="Your assignments that are in effect now, oldest first, in pages and with `changesAfter`.",
    )
    async def assignment_connection(
        self,
        info: Info,
        viewer: strawberry.Parent[SignedInViewer],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        changes_after: ChangesAfter = None,
    ) -> Page[models.TeacherClassAssignment]:
        loaders = info.context.loaders
        request = PageRequest.parse(
            OLDEST_ASSIGNMENTS, first=first, after=after, last=last, before=before
        )
        sync = await ListSync.begin(
            info, SyncedList.ASSIGNMENTS, "TeacherClassAssignment", changes_after
        )
        teacher_id, found = viewer.teacher_id, []
        if teacher_id is not None:
            found = await loaders.assignments_by_teacher.load(teacher_id)
        by_key = {str(each.pk): each for each in sorted(found, key=attrgetter("pk"))}
        entries = ListEntries({key: _assignment_value(each) for key, each in by_key.items()})
        return await page_of_marked(
            sync, by_key, entries, request, partial(loaders.assignment_keys_of, teacher_id)
        )

    @strawberry.field(
        graphql_type=list[CalendarFeed] | None,
        description="Calendar feeds that you have created and not revoked, oldest first.",
        metadata=list_size(3),
    )
    async def calendar_feeds(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> list[models.CalendarFeed]:
        assert viewer.user_id is not None
        return await info.context.loaders.calendar_feeds_by_user.load(viewer.user_id)

    @strawberry.field(
        graphql_type=list[ApiToken] | None,
        description="Bearer tokens of yours that are valid, newest first.",
        metadata=list_size(5),
    )
    async def api_tokens(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> list[models.ApiToken]:
        assert viewer.user_id is not None
        return await info.context.loaders.tokens_by_user.load(viewer.user_id)

    @strawberry.field(
        description="Number of access requests that you can decide about. Null if you cannot review requests."
    )
    async def pending_request_count(
        self, info: Info, viewer: strawberry.Parent[SignedInViewer]
    ) -> int | None:
        if not viewer.is_administrator:
            return None
        pending = models.ClassAccessRequest.objects.visible_to(viewer).filter(
            status=AccessRequestStatus.PENDING
        )
        return await info.context.loaders.call(pending.count)


def _assignment_value(assignment: models.TeacherClassAssignment) -> int:
    return mark_value(
        0, assignment.school_class_id, assignment.access_level, str(assignment.expires_at)
    )


@strawberry.type(description="The school and its settings.")
class School(Identified, parse_key=key_parser("school")):
    pk: ClassVar = "school"

    name: str = strawberry.field(description="Name of the school.")
    time_zone: str = strawberry.field(
        description="IANA time zone of the school, for example `Asia/Seoul`. Times of day are in this zone."
    )
    current_academic_year: int = strawberry.field(
        description="Current academic year, and the default for `academicYear`."
    )
    first_academic_year: int = strawberry.field(description="First academic year of the schedule.")
    last_academic_year: int = strawberry.field(description="Last academic year of the schedule.")
    country: str = strawberry.field(
        description="Country with the public holidays of the school, as an ISO 3166 code, for example `KR`."
    )
    languages: list[str] = strawberry.field(
        description="Languages of messages, of the names of public holidays and of files, for example `en`. The default is first.",
        metadata=list_size(2),
    )

    @strawberry.field(
        description=(
            "Days of the week on which the school has lessons, in the order of the week. A class can have days of its "
            "own: see `SchoolClass.lessonDays`."
        ),
        metadata=list_size(5),
    )
    async def lesson_days(self, info: Info) -> list[Weekday]:
        return list((await info.context.school_rules.load()).lesson_days)

    @strawberry.field(
        description=(
            "Exams of one class should be at least this many days apart: 3 allows the 10th and the 13th. "
            "0 if there is no such rule. Range: 0–31."
        )
    )
    async def minimum_days_between_exams(self, info: Info) -> int:
        return (await info.context.school_rules.load()).minimum_days_between_exams

    @strawberry.field(
        description=(
            "Rooms of the cells that you can see, in natural order. Rooms that differ only in case or blanks are one. "
            "Requires sign-in."
        ),
        metadata=list_size(30),
    )
    async def rooms(self, info: Info) -> list[str] | None:
        info.context.require_viewer()
        return await info.context.loaders.rooms()
