"""Mutations of access requests."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry

from primepath import models
from primepath.domain.school_class import AccessLevel
from primepath.services.access.approve_class_access_request import approve_class_access_request
from primepath.services.access.checks import MAX_TEXT_LENGTH
from primepath.services.access.deny_class_access_request import deny_class_access_request
from primepath.services.access.request_class_access import request_class_access
from primepath.services.access.withdraw_class_access_request import withdraw_class_access_request
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import ClassAccessRequestPayload, Result
from schema.types.phrases import ADMINISTRATORS_ONLY, EXPIRES_AT


@strawberry.input(description="A request for access to a class.")
class RequestClassAccessInput(RepeatableInput):
    class_code: str = strawberry.field(description="Class code, from `classDirectory`.")
    access_level: AccessLevel = strawberry.field(description="Requested access.")
    reason: str = strawberry.field(
        description=f"Reason, for the reviewer. Cannot be empty. Maximum: {MAX_TEXT_LENGTH:,} characters."
    )


@strawberry.input(description="The request to withdraw.")
class WithdrawClassAccessRequestInput(RepeatableInput):
    id: strawberry.ID = strawberry.field(description="ID of one of your pending requests.")


@strawberry.input(description="The request to approve, and the access to grant.")
class ApproveClassAccessRequestInput(RepeatableInput):
    id: strawberry.ID = strawberry.field(description="ID of the request.")
    access_level: AccessLevel | None = strawberry.field(
        default=None, description="Access to grant. Defaults to the requested access."
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None,
        description=EXPIRES_AT,
    )
    note: str | None = strawberry.field(
        default=None,
        description=f"Message to the teacher. Defaults to no message. Maximum: {MAX_TEXT_LENGTH:,} characters.",
    )


@strawberry.input(description="The request to deny, and the reason.")
class DenyClassAccessRequestInput(RepeatableInput):
    id: strawberry.ID = strawberry.field(description="ID of the request.")
    note: str = strawberry.field(
        description=f"Reason, for the teacher. Cannot be empty. Maximum: {MAX_TEXT_LENGTH:,} characters."
    )


@strawberry.type
class AccessRequests:
    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description="Requests access to a class. You can have one pending request for each class. Teachers only.",
    )
    async def request_class_access(
        self,
        info: Info,
        input: Annotated[
            RequestClassAccessInput, strawberry.argument(description="Class, access and reason.")
        ],
    ) -> Result[models.ClassAccessRequest]:
        viewer = info.context.require_viewer()
        return await run_service(
            info,
            input,
            lambda: request_class_access(
                viewer=viewer,
                class_code=input.class_code,
                access_level=input.access_level,
                reason=input.reason,
            ),
        )

    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description="Withdraws one of your pending access requests.",
    )
    async def withdraw_class_access_request(
        self,
        info: Info,
        input: Annotated[
            WithdrawClassAccessRequestInput,
            strawberry.argument(description="The request to withdraw."),
        ],
    ) -> Result[models.ClassAccessRequest]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        request_id = ids.number(input.id, "ClassAccessRequest", "request_id")
        return await run_service(
            info,
            input,
            lambda: withdraw_class_access_request(
                viewer=viewer, request_id=request_id, parse_errors=ids.errors
            ),
            {"request_id": "id"},
        )

    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description=(
            "Approves a pending access request and grants the access immediately. Never reduces access the teacher already has. "
            + ADMINISTRATORS_ONLY
            + " You cannot approve your own request."
        ),
    )
    async def approve_class_access_request(
        self,
        info: Info,
        input: Annotated[
            ApproveClassAccessRequestInput,
            strawberry.argument(description="The request to approve, and the access to grant."),
        ],
    ) -> Result[models.ClassAccessRequest]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        request_id = ids.number(input.id, "ClassAccessRequest", "request_id")
        return await run_service(
            info,
            input,
            lambda: approve_class_access_request(
                viewer=viewer,
                request_id=request_id,
                access_level=input.access_level,
                expires_at=input.expires_at,
                note=input.note,
                parse_errors=ids.errors,
            ),
            {"request_id": "id"},
        )

    @strawberry.mutation(
        graphql_type=ClassAccessRequestPayload | None,
        description=(
            "Denies a pending access request. "
            + ADMINISTRATORS_ONLY
            + " You cannot deny your own request."
        ),
    )
    async def deny_class_access_request(
        self,
        info: Info,
        input: Annotated[
            DenyClassAccessRequestInput,
            strawberry.argument(description="The request to deny, and the reason."),
        ],
    ) -> Result[models.ClassAccessRequest]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        request_id = ids.number(input.id, "ClassAccessRequest", "request_id")
        return await run_service(
            info,
            input,
            lambda: deny_class_access_request(
                viewer=viewer, request_id=request_id, note=input.note, parse_errors=ids.errors
            ),
            {"request_id": "id"},
        )
