"""Forms for the accounts of others, which head teachers and staff use."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from primepath.domain.errors import ValidationFailedError
from primepath.domain.viewer import Viewer
from primepath.models import Teacher
from primepath.pages.account.outcome import Outcome, SecretAddress
from primepath.pages.account.own_forms import number_in
from primepath.services.accounts.invite_teacher import Invitation, invite_teacher
from primepath.services.accounts.reset_password import reset_password
from primepath.services.accounts.set_account_active import set_account_active


def invite(request: HttpRequest, viewer: Viewer) -> Outcome:
    entered = {name: request.POST.get(name, "") for name in ("username", "name", "is_head_teacher")}
    try:
        invitation = invite_teacher(
            viewer=viewer,
            username=entered["username"],
            name=entered["name"],
            is_head_teacher=bool(entered["is_head_teacher"]),
        )
    except ValidationFailedError as rejected:
        labels = {"username": _("Username"), "name": _("Name")}
        return Outcome.rejected(rejected, labels, entered)
    return _link(request, invitation)


def reset(request: HttpRequest, viewer: Viewer) -> Outcome:
    try:
        return _link(request, reset_password(viewer=viewer, teacher_id=number_in(request)))
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected)


def set_active(request: HttpRequest, viewer: Viewer) -> Outcome:
    is_active = request.POST.get("is_active") == "yes"
    teacher = Teacher.objects.filter(pk=number_in(request)).first()
    try:
        # The service checks permission first, and reports an account that does not exist.
        account = set_account_active(
            viewer=viewer, account_id=teacher.user_id if teacher else 0, is_active=is_active
        )
    except ValidationFailedError as rejected:
        return Outcome.rejected(rejected)
    if is_active:
        template = _("The account {username} is active.")
    else:
        template = _("The account {username} is deactivated. Its sessions and tokens have ended.")
    return Outcome(message=template.format(username=account.username))


def _link(request: HttpRequest, invitation: Invitation) -> Outcome:
    url = request.build_absolute_uri(reverse("set-password", kwargs={"secret": invitation.secret}))
    template = _(
        "Send this address to {name}, who can set a password with it once. It is shown only now."
    )
    about = template.format(name=invitation.teacher.name)
    expires_at = invitation.link.expires_at if invitation.link else None
    return Outcome(address=SecretAddress(about, url, expires_at))
