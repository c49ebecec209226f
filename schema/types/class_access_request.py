"""Access requests, and the public details of a class that a teacher needs to make one."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.school_class import AccessLevel, AccessRequestStatus, Division
from schema.connections.pagination import Column, Order
from schema.connections.types import Connection, SyncedPage
from schema.context import Info
from schema.ids import parse_class_code
from schema.metadata import Fact, depends_on
from schema.types.node import Identified, Node
from schema.types.teacher import Teacher

if TYPE_CHECKING:
    from schema.types.school_class import SchoolClass

_SchoolClass = Annotated["SchoolClass", strawberry.lazy("schema.types.school_class")]

NEWEST_REQUESTS = Order(
    "newest access requests",
    (
        Column("requested_at", datetime.datetime, descending=True),
        Column("id", int, descending=True),
    ),
)


@strawberry.type(
    description="Public details of a class. Teachers without access to its schedule can read them too."
)
class ClassListing(Identified, parse_key=parse_class_code, key="code"):
    fact: ClassVar = Fact.CLASS

    code: str = strawberry.field(description="Class code, for example `PRIMARY_1A`. Never changes.")
    name: str = strawberry.field(description="Display name, for example `Primary Grade 1A`.")
    division: Division = strawberry.field(description="Division of the school.")
    grade: int = strawberry.field(description="Grade. Range: 0–12.")
    section: str = strawberry.field(description="Section within the grade, for example `A`.")


@strawberry.type(
    description="A teacher's request for access to a class. Head teachers and staff approve or deny it."
)
class ClassAccessRequest(Node, source=models.ClassAccessRequest, fact=Fact.LISTED):
    requested_access_level: AccessLevel = strawberry.field(description="Requested access.")
    reason: str = strawberry.field(description="Teacher's reason for the request.")
    status: AccessRequestStatus = strawberry.field(description="Current state of the request.")
    requested_at: datetime.datetime = strawberry.field(description="Time of the request.")
    reviewed_at: datetime.datetime | None = strawberry.field(
        description="Time of the approval or denial. Null if the request is PENDING or WITHDRAWN."
    )
    review_note: str = strawberry.field(
        description="Reviewer's message to the teacher. Empty if the reviewer left no message."
    )

    @strawberry.field(
        graphql_type=Teacher,
        description="Teacher who made the request.",
        metadata=depends_on(Fact.LISTED),
    )
    async def teacher(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.load(request.teacher_id)

    @strawberry.field(
        graphql_type=ClassListing,
        description="Requested class.",
        metadata=depends_on(Fact.LISTED),
    )
    async def class_listing(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> models.SchoolClass | None:
        return await info.context.loaders.class_listing_by_code.load(request.school_class_id)

    @strawberry.field(
        graphql_type=_SchoolClass | None,
        description="Requested class with its schedule. Null if you do not have access to it.",
    )
    async def school_class(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> VisibleClass | None:
        return await info.context.loaders.classes.get(request.school_class_id)

    @strawberry.field(
        graphql_type=Teacher | None,
        description=(
            "Teacher who approved or denied the request. Null if it is PENDING or WITHDRAWN, or if the reviewer "
            "is not a teacher."
        ),
        metadata=depends_on(Fact.LISTED),
    )
    async def reviewed_by(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(request.reviewed_by_id)

    @classmethod
    async def load(cls, info: Info, key: int) -> models.ClassAccessRequest | None:
        return await info.context.loaders.access_request_by_id.load(key)


@strawberry.type(description="A page of the class directory.")
class ClassListingConnection(Connection[ClassListing], SyncedPage):
    pass


@strawberry.type(description="A page of access requests.")
class ClassAccessRequestConnection(Connection[ClassAccessRequest], SyncedPage):
    pass
