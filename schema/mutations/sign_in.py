"""Mutations that sign in and out with bearer tokens."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry
from django.utils.translation import gettext as _

from primepath.domain.errors import LimitExceededError, ValidationFailedError
from primepath.domain.viewer import Viewer as SignedInViewer
from primepath.services.accounts.sign_in import sign_in
from primepath.services.accounts.tokens import revoke_token
from schema.context import Info
from schema.limits.list_sizes import USER_ERRORS
from schema.metadata import list_size
from schema.mutations.run_service import save
from schema.types.payloads import CheckedPayload
from schema.types.user_error import UserError
from schema.types.viewer import Viewer


@strawberry.input(description="Credentials of an account.")
class SignInInput:
    username: str = strawberry.field(description="Username of the account.")
    password: str = strawberry.field(description="Password of the account.")
    device_name: str | None = strawberry.field(
        default=None,
        description=(
            "Name for the token, shown in the list of tokens, for example `Mina's phone`. Defaults to "
            "`Sign-in`. Maximum: 100 characters."
        ),
    )


@strawberry.type(description="Result of `signIn`.")
class SignInPayload(CheckedPayload):
    token: str | None = strawberry.field(
        default=None,
        description=(
            "Bearer token, sent as `Authorization: Bearer TOKEN`. Returned only once: store it securely. Null "
            "if sign-in failed."
        ),
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None, description="Expiry of the token. Null if sign-in failed."
    )
    viewer_source: strawberry.Private[SignedInViewer | None] = None

    @strawberry.field(
        graphql_type=Viewer | None, description="The user who signed in. Null if sign-in failed."
    )
    def viewer(self) -> SignedInViewer | None:
        return self.viewer_source


@strawberry.type(description="Result of `signOut`.")
class SignOutPayload:
    signed_out: bool = strawberry.field(
        description="True if the token of this request was revoked. False if the request used a session."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Always empty, because there is no input.", metadata=list_size(USER_ERRORS)
    )


@strawberry.type
class SignInMutation:
    @strawberry.mutation(
        graphql_type=SignInPayload | None,
        description=(
            "Signs in and returns a bearer token. Later fields in this request run as that user. Browsers "
            "should use the session instead. A request can contain only one `signIn`."
        ),
    )
    async def sign_in(
        self,
        info: Info,
        input: Annotated[SignInInput, strawberry.argument(description="Username and password.")],
    ) -> SignInPayload:
        context = info.context
        if context.has_tried_to_sign_in:
            raise LimitExceededError(_("A request can contain only one `signIn`."), limit=1)
        context.has_tried_to_sign_in = True
        try:
            token, stored, viewer = await save(
                info,
                lambda: sign_in(
                    username=input.username,
                    password=input.password,
                    address=context.client.address,
                    device_name=input.device_name,
                ),
            )
        except ValidationFailedError as rejected:
            return SignInPayload(user_errors=UserError.from_input_errors(rejected.errors))
        context.switch_viewer(viewer, token_id=stored.pk)
        return SignInPayload(
            token=token, expires_at=stored.expires_at, viewer_source=viewer, user_errors=[]
        )

    @strawberry.mutation(
        graphql_type=SignOutPayload | None,
        description="Revokes the bearer token of this request. Sessions are not affected.",
    )
    async def sign_out(self, info: Info) -> SignOutPayload:
        context = info.context
        context.require_viewer()
        token_id = context.client.token_id
        if token_id is None:
            return SignOutPayload(signed_out=False, user_errors=[])
        revoked = await save(info, lambda: revoke_token(token_id=token_id))
        context.switch_viewer(None, token_id=None)
        return SignOutPayload(signed_out=revoked, user_errors=[])
