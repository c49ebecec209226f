"""Access requests, and what any teacher may know of a class to make one."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.school_class import AccessLevel, AccessRequestStatus, Division
from schema.connections.pagination import Column, Order
from schema.context import Info
from schema.types.node import Node
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
    description="What any teacher may know of a class, whether they see its schedule or not."
)
class ClassListing:
    code: str = strawberry.field(description="The code, which never changes: `PRIMARY_1A`.")
    name: str = strawberry.field(description="The name for people: `Primary Grade 1A`.")
    division: Division = strawberry.field(description="The division of the school.")
    grade: int = strawberry.field(description="The grade, 1 to 12.")
    section: str = strawberry.field(description="The section within the grade: `A`.")


@strawberry.type(
    description="A teacher asks for access to a class; an administrator or head teacher decides."
)
class ClassAccessRequest(Node):
    requested_access_level: AccessLevel = strawberry.field(
        description="The access that is asked for."
    )
    reason: str = strawberry.field(description="Why the teacher asks.")
    status: AccessRequestStatus = strawberry.field(description="How far the request has come.")
    requested_at: datetime.datetime = strawberry.field(description="When it was made.")
    reviewed_at: datetime.datetime | None = strawberry.field(
        description="When it was approved or denied; null while it is not."
    )
    review_note: str = strawberry.field(
        description="What the one who decided has to say; empty where nothing was said."
    )

    @strawberry.field(graphql_type=Teacher, description="Who asks.")
    async def teacher(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.load(request.teacher_id)

    @strawberry.field(graphql_type=ClassListing, description="The class that is asked for.")
    async def class_listing(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> models.SchoolClass | None:
        return await info.context.loaders.class_listing_by_code.load(request.school_class_id)

    @strawberry.field(
        graphql_type=_SchoolClass | None,
        description="The class with its schedule; null while you may not see it.",
    )
    async def school_class(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> VisibleClass | None:
        return await info.context.loaders.classes.get(request.school_class_id)

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Who decided; null while nobody has, and where it was no teacher.",
    )
    async def reviewed_by(
        self, info: Info, request: strawberry.Parent[models.ClassAccessRequest]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(request.reviewed_by_id)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, models.ClassAccessRequest)
