"""Mutations of accounts: invitations, passwords and tokens."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

import strawberry
from django.urls import reverse

from primepath import models
from primepath.domain.errors import ValidationFailedError
from primepath.domain.school_class import AccessLevel
from primepath.models import AccountLink
from primepath.services.accounts.account_links import LINK_RELATIONS, secret_of
from primepath.services.accounts.change_password import change_password
from primepath.services.accounts.invite_teacher import Invitation, InvitedTo, invite_teacher
from primepath.services.accounts.own_tokens import revoke_own_token, revoke_own_tokens
from primepath.services.accounts.reset_password import reset_password
from schema.context import Info
from schema.limits import check_list
from schema.limits.list_sizes import USER_ERRORS
from schema.metadata import list_size
from schema.mutations.idempotency import BY_ID, Recall, RepeatableInput, own_row
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service, save
from schema.types.api_token import ApiToken
from schema.types.payloads import CheckedPayload, Result
from schema.types.phrases import ADMINISTRATORS_ONLY, CLASS_CODE
from schema.types.teacher import Teacher
from schema.types.user_error import UserError


@strawberry.input(description="Access that an invited teacher gets.")
class InvitedAssignment:
    class_code: str = strawberry.field(description=CLASS_CODE)
    access_level: AccessLevel = strawberry.field(description="Access to the class.")


@strawberry.input(description="A teacher to invite.")
class InviteTeacherInput(RepeatableInput):
    username: str = strawberry.field(description="Name to sign in with. It must be free.")
    name: str = strawberry.field(description="Display name of the teacher.")
    is_head_teacher: bool = strawberry.field(
        default=False, description="True for a head teacher, who can see and change every class."
    )
    assignments: list[InvitedAssignment] = strawberry.field(
        default_factory=list, description="Classes of the teacher."
    )


@strawberry.input(description="The account that gets a new password.")
class ResetPasswordInput(RepeatableInput):
    teacher_id: strawberry.ID = strawberry.field(description="ID of the teacher.")


@strawberry.type(description="Result of `inviteTeacher` and `resetPassword`.")
class InviteTeacherPayload(CheckedPayload):
    @strawberry.field(
        graphql_type=Teacher | None,
        description="The teacher. Null if the input was rejected.",
    )
    def teacher(self, result: strawberry.Parent[Result[Invitation]]) -> models.Teacher | None:
        return result.value.teacher if result.value else None

    @strawberry.field(
        description=(
            "Secret address of a page on which the teacher sets a password, once. Send it to no one else. Returned only once, and to a retry "
            "with the same `idempotencyKey`. Null if no link was created."
        )
    )
    def invitation_url(
        self, info: Info, result: strawberry.Parent[Result[Invitation]]
    ) -> str | None:
        if result.value is None or not result.value.secret:
            return None
        path = reverse("set-password", kwargs={"secret": result.value.secret})
        return info.context.client.base_url + path

    @strawberry.field(description="Time until which the link works. Null if no link was created.")
    def expires_at(self, result: strawberry.Parent[Result[Invitation]]) -> datetime.datetime | None:
        link = result.value.link if result.value else None
        return link.expires_at if link else None


@strawberry.input(description="The password that you have, and the new one.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="Password that you have.")
    new_password: str = strawberry.field(
        description="New password. At least 8 characters, no common word, and not like your name."
    )


@strawberry.type(description="Result of `changePassword`.")
class ChangePasswordPayload(CheckedPayload):
    token: str | None = strawberry.field(
        default=None,
        description="New bearer token instead of that of the request. Null for a session, or if the password was not changed.",
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None, description="Expiry of the new token. Null without a new token."
    )


@strawberry.input(description="A token to revoke.")
class RevokeApiTokenInput(RepeatableInput):
    id: strawberry.ID = strawberry.field(description="ID of the token, from `viewer.apiTokens`.")


@strawberry.type(description="Result of `revokeApiToken`.")
class ApiTokenPayload(CheckedPayload):
    value: ApiToken | None = strawberry.field(
        name="apiToken", description="The revoked token. Null if the input was rejected."
    )


@strawberry.type(description="Result of `revokeAllApiTokens`.")
class RevokeAllApiTokensPayload:
    revoked: int = strawberry.field(description="Number of revoked tokens.")
    user_errors: list[UserError] = strawberry.field(
        description="Always empty, because there is no input.", metadata=list_size(USER_ERRORS)
    )


def _identify(invitation: Invitation) -> Any:
    digest = invitation.link.digest if invitation.link else ""
    return [BY_ID.identify(invitation.teacher), digest]


async def _load(info: Info, stored: Any) -> Invitation | None:
    """Return the teacher, and the secret of this link, but of no other: another one can be of a superuser.

    The secret is derived again. It is empty if the link has ended.
    """
    if not info.context.require_viewer().is_administrator:
        return None
    teacher_id, digest = stored
    teacher = await BY_ID.load(info, teacher_id)
    links = AccountLink.objects.select_related(*LINK_RELATIONS).filter(digest=digest)
    link = await info.context.loaders.call(links.first)
    secret = secret_of(link) if link else None
    return Invitation(teacher, link, secret or "") if teacher else None


_INVITATION = Recall(_identify, _load)


@strawberry.type
class Accounts:
    @strawberry.mutation(
        graphql_type=InviteTeacherPayload | None,
        description=(
            "Creates an account for a teacher, and a link with which the teacher sets the first password. "
            + ADMINISTRATORS_ONLY
        ),
    )
    async def invite_teacher(
        self,
        info: Info,
        input: Annotated[InviteTeacherInput, strawberry.argument(description="The teacher.")],
    ) -> Result[Invitation]:
        viewer = info.context.require_viewer()
        check_list("assignments", input.assignments)
        assignments = [InvitedTo(each.class_code, each.access_level) for each in input.assignments]
        return await run_service(
            info,
            input,
            lambda: invite_teacher(
                viewer=viewer,
                username=input.username,
                name=input.name,
                is_head_teacher=input.is_head_teacher,
                assignments=assignments,
            ),
            recall=_INVITATION,
        )

    @strawberry.mutation(
        graphql_type=InviteTeacherPayload | None,
        description=(
            "Creates a link with which a teacher sets a new password. The existing password works until then. An earlier link stops working. "
            + ADMINISTRATORS_ONLY
            + " Accounts of staff need a superuser."
        ),
    )
    async def reset_password(
        self,
        info: Info,
        input: Annotated[ResetPasswordInput, strawberry.argument(description="The teacher.")],
    ) -> Result[Invitation]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        teacher_id = ids.number(input.teacher_id, "Teacher", "teacher_id")
        return await run_service(
            info,
            input,
            lambda: reset_password(viewer=viewer, teacher_id=teacher_id, parse_errors=ids.errors),
            recall=_INVITATION,
        )

    @strawberry.mutation(
        graphql_type=ChangePasswordPayload | None,
        description=(
            "Changes your password, and ends all of your other sessions and tokens. A wrong current password counts as a failed sign-in."
        ),
    )
    async def change_password(
        self,
        info: Info,
        input: Annotated[ChangePasswordInput, strawberry.argument(description="Both passwords.")],
    ) -> ChangePasswordPayload:
        context = info.context
        viewer = context.require_viewer()

        def change() -> tuple[str, models.ApiToken] | None:
            account, created = change_password(
                viewer=viewer,
                current_password=input.current_password,
                new_password=input.new_password,
                address=context.client.address,
                token_id=context.client.token_id,
            )
            context.client.keep_session(account)
            return created

        try:
            created = await save(info, change)
        except ValidationFailedError as rejected:
            return ChangePasswordPayload(user_errors=UserError.from_input_errors(rejected.errors))
        if created is None:
            return ChangePasswordPayload(user_errors=[])
        token, stored = created
        context.switch_viewer(viewer, token_id=stored.pk)
        return ChangePasswordPayload(user_errors=[], token=token, expires_at=stored.expires_at)

    @strawberry.mutation(
        graphql_type=ApiTokenPayload | None,
        description="Revokes one of your bearer tokens immediately. Repeating this changes nothing.",
    )
    async def revoke_api_token(
        self,
        info: Info,
        input: Annotated[RevokeApiTokenInput, strawberry.argument(description="The token.")],
    ) -> Result[models.ApiToken]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        token_id = ids.number(input.id, "ApiToken", "token_id")
        return await run_service(
            info,
            input,
            lambda: revoke_own_token(viewer=viewer, token_id=token_id, parse_errors=ids.errors),
            {"token_id": "id"},
            own_row(models.ApiToken),
        )

    @strawberry.mutation(
        graphql_type=RevokeAllApiTokensPayload | None,
        description="Revokes all of your bearer tokens, including that of this request. Sessions are not affected.",
    )
    async def revoke_all_api_tokens(self, info: Info) -> RevokeAllApiTokensPayload:
        viewer = info.context.require_viewer()
        revoked = await save(info, lambda: revoke_own_tokens(viewer=viewer))
        return RevokeAllApiTokensPayload(revoked=revoked, user_errors=[])
