"""Signing in and out with bearer tokens."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry

from primepath.domain.errors import LimitExceededError, ValidationFailedError
from primepath.domain.viewer import Viewer as SignedInViewer
from primepath.services.accounts.sign_in import sign_in
from primepath.services.accounts.tokens import revoke_token
from schema.context import Info
from schema.limits.list_sizes import USER_ERRORS
from schema.metadata import list_size
from schema.types.user_error import UserError
from schema.types.viewer import Viewer


@strawberry.input(description="Who wants to sign in.")
class SignInInput:
    username: str = strawberry.field(description="The name of the account.")
    password: str = strawberry.field(description="Its password.")
    device_name: str | None = strawberry.field(
        default=None,
        description="What the token is for, as its owner will recognise it: `Mina's phone`.",
    )


@strawberry.type(description="The token, or what is wrong with the input.")
class SignInPayload:
    user_errors: list[UserError] = strawberry.field(
        description="What is wrong with the input; empty where you are signed in.",
        metadata=list_size(USER_ERRORS),
    )
    token: str | None = strawberry.field(
        default=None,
        description="Send it as `Authorization: Bearer TOKEN`. It is shown only now; keep it safe.",
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None, description="When the token stops working."
    )
    viewer_source: strawberry.Private[SignedInViewer | None] = None

    @strawberry.field(
        graphql_type=Viewer | None, description="You, from here on; null where sign-in failed."
    )
    def viewer(self) -> SignedInViewer | None:
        return self.viewer_source


@strawberry.type(description="Whether a token was revoked.")
class SignOutPayload:
    signed_out: bool = strawberry.field(
        description="Whether the token that carried this request was revoked just now."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Always empty; there is no input.", metadata=list_size(USER_ERRORS)
    )


@strawberry.type
class SignInMutation:
    @strawberry.mutation(
        graphql_type=SignInPayload | None,
        description=(
            "Gives an app a bearer token for a name and a password. The rest of this request goes on as that person. "
            "A request signs in once. Browsers use the session instead."
        ),
    )
    async def sign_in(
        self,
        info: Info,
        input: Annotated[SignInInput, strawberry.argument(description="Name and password.")],
    ) -> SignInPayload:
        context = info.context
        if context.has_tried_to_sign_in:
            raise LimitExceededError("A request signs in once.")
        context.has_tried_to_sign_in = True
        try:
            token, stored, viewer = await context.dispatcher.call(
                lambda: sign_in(
                    username=input.username,
                    password=input.password,
                    address=context.address,
                    device_name=input.device_name,
                )
            )
        except ValidationFailedError as rejected:
            return SignInPayload(user_errors=UserError.from_input_errors(rejected.errors))
        context.switch_viewer(viewer, token_id=stored.pk)
        return SignInPayload(
            token=token, expires_at=stored.expires_at, viewer_source=viewer, user_errors=[]
        )

    @strawberry.mutation(
        graphql_type=SignOutPayload | None,
        description="Revokes the bearer token that carried this request. A session is not touched.",
    )
    async def sign_out(self, info: Info) -> SignOutPayload:
        context = info.context
        context.require_viewer()
        token_id = context.token_id
        if token_id is None:
            return SignOutPayload(signed_out=False, user_errors=[])
        revoked = await context.dispatcher.call(lambda: revoke_token(token_id=token_id))
        context.switch_viewer(None, token_id=None)
        return SignOutPayload(signed_out=revoked, user_errors=[])
