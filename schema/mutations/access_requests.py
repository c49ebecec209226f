"""Asking for access to a class, and deciding about it."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry

from primepath.domain.school_class import AccessLevel
from primepath.services.access.approve_class_access_request import approve_class_access_request
from primepath.services.access.deny_class_access_request import deny_class_access_request
from primepath.services.access.request_class_access import request_class_access
from primepath.services.access.withdraw_class_access_request import withdraw_class_access_request
from schema.context import Info
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import ClassAccessRequestPayload, RequestOutcome


@strawberry.input(description="Which access to which class you ask for.")
class RequestClassAccessInput:
    class_code: str = strawberry.field(description="The code of the class; see `classDirectory`.")
    access_level: AccessLevel = strawberry.field(description="The access you ask for.")
    reason: str = strawberry.field(
        description="Why, for those who decide; at most 1,000 characters."
    )


@strawberry.input(description="Which request to take back.")
class WithdrawClassAccessRequestInput:
    id: strawberry.ID = strawberry.field(description="The id of a request of yours.")


@strawberry.input(description="Which request to approve, and how.")
class ApproveClassAccessRequestInput:
    id: strawberry.ID = strawberry.field(description="The id of the request.")
    access_level: AccessLevel | None = strawberry.field(
        default=None, description="The access to give; what was asked for unless told."
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="When the access is to end, in the future; not at all unless told.",
    )
    note: str | None = strawberry.field(
        default=None, description="A word to the teacher, at most 1,000 characters."
    )


@strawberry.input(description="Which request to deny, and why.")
class DenyClassAccessRequestInput:
    id: strawberry.ID = strawberry.field(description="The id of the request.")
    note: str = strawberry.field(
        description="Why, for the teacher; not empty, at most 1,000 characters."
    )


@strawberry.type
class AccessRequests:
    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description="Asks for access to a class. One request a class can be pending. For teachers.",
    )
    async def request_class_access(
        self,
        info: Info,
        input: Annotated[
            RequestClassAccessInput, strawberry.argument(description="Class, access and reason.")
        ],
    ) -> RequestOutcome:
        viewer = info.context.require_viewer()
        result = await run_service(
            info,
            lambda: request_class_access(
                viewer=viewer,
                class_code=input.class_code,
                access_level=input.access_level,
                reason=input.reason,
            ),
        )
        return RequestOutcome(result.value, result.user_errors)

    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description="Takes back a request of yours that nobody has decided yet.",
    )
    async def withdraw_class_access_request(
        self,
        info: Info,
        input: Annotated[
            WithdrawClassAccessRequestInput, strawberry.argument(description="Which request.")
        ],
    ) -> RequestOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        request_id = ids.number(input.id, "ClassAccessRequest", "id")
        result = await run_service(
            info,
            lambda: withdraw_class_access_request(
                viewer=viewer, request_id=request_id, parse_errors=ids.errors
            ),
        )
        return RequestOutcome(result.value, result.user_errors)

    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description=(
            "Approves a pending request and gives the access at once. Access that the teacher has already never gets "
            "less by it. For head teachers and staff, not for their own requests."
        ),
    )
    async def approve_class_access_request(
        self,
        info: Info,
        input: Annotated[
            ApproveClassAccessRequestInput,
            strawberry.argument(description="Which request, and what to give."),
        ],
    ) -> RequestOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        request_id = ids.number(input.id, "ClassAccessRequest", "id")
        result = await run_service(
            info,
            lambda: approve_class_access_request(
                viewer=viewer,
                request_id=request_id,
                access_level=input.access_level,
                expires_at=input.expires_at,
                note=input.note,
                parse_errors=ids.errors,
            ),
        )
        return RequestOutcome(result.value, result.user_errors)

    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description="Denies a pending request. For head teachers and staff, not for their own requests.",
    )
    async def deny_class_access_request(
        self,
        info: Info,
        input: Annotated[
            DenyClassAccessRequestInput, strawberry.argument(description="Which request, and why.")
        ],
    ) -> RequestOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        request_id = ids.number(input.id, "ClassAccessRequest", "id")
        result = await run_service(
            info,
            lambda: deny_class_access_request(
                viewer=viewer, request_id=request_id, note=input.note, parse_errors=ids.errors
            ),
        )
        return RequestOutcome(result.value, result.user_errors)
