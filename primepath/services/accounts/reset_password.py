"""Create a link with which a teacher sets a new password."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.account_link import LinkPurpose
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import Teacher
from primepath.services.accounts.account_links import create_link
from primepath.services.accounts.checks import is_superuser
from primepath.services.accounts.invite_teacher import Invitation
from primepath.services.history import Recorded, record
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


@transaction.atomic
def reset_password(
    *, viewer: Viewer, teacher_id: int | None, parse_errors: Iterable[InputError] = ()
) -> Invitation:
    """Create a link that sets a new password of a teacher's account. The existing password is valid until the link is used.

    An account that has never had a password gets a new invitation.

    Error codes: ``NOT_FOUND``; ``FORBIDDEN`` unless the viewer is a head teacher or staff. Also ``FORBIDDEN`` for an inactive account, and
    for the account of staff unless the viewer is a superuser.
    """
    errors = ValidationErrors(parse_errors)
    check_administrator(viewer, errors)
    teacher = Teacher.objects.filter(pk=teacher_id).first() if teacher_id else None
    if teacher is None:
        if teacher_id is not None:
            errors.add(UserErrorCode.NOT_FOUND, _("This teacher does not exist."), "teacher_id")
        errors.raise_if_any()
    assert teacher is not None
    account = User.objects.select_for_update(no_key=True).get(pk=teacher.user_id)
    teacher.user = account
    if (account.is_staff or account.is_superuser) and not is_superuser(viewer):
        template = _("Only superusers can reset the password of staff.")
        errors.add(UserErrorCode.FORBIDDEN, template, "teacher_id")
    if not account.is_active:
        errors.add(UserErrorCode.FORBIDDEN, _("This account is inactive."), "teacher_id")
    errors.raise_if_any()
    is_new = not account.has_usable_password()
    purpose = LinkPurpose.INVITATION if is_new else LinkPurpose.RESET
    secret, link = create_link(account, purpose)
    record(
        viewer=viewer,
        action=HistoryAction.CREATE_ACCOUNT_LINK,
        subject=HistorySubject.ACCOUNT,
        at=link.created_at,
        entries=[Recorded(str(account.pk), differences({}, {"link_expires_at": link.expires_at}))],
    )
    return Invitation(teacher, link, secret)
