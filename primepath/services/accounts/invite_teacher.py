"""Invite a teacher: create an account with a link that sets its first password."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.account_link import LinkPurpose
from primepath.domain.cell import is_class_code
from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import AccountLink, SchoolClass, Teacher, TeacherClassAssignment
from primepath.services.access.assignments import recorded_assignment
from primepath.services.accounts.account_links import create_link
from primepath.services.accounts.account_values import (
    ACCOUNTS,
    AccountValues,
    check_account,
    normalized,
)
from primepath.services.accounts.teacher_values import TEACHERS, check_teacher
from primepath.services.change_sets import change_set
from primepath.services.history import Recorded, record
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors, shown_code


class InvitedTo(NamedTuple):
    """Access that an invited teacher gets."""

    class_code: str
    access_level: AccessLevel


class Invitation(NamedTuple):
    """A teacher, and the link that sets the password of the account. ``secret`` is shown once.

    For a retry after the link was used or replaced, there is no ``link``, and the secret is empty.
    """

    teacher: Teacher
    link: AccountLink | None
    secret: str


@change_set()
@transaction.atomic
def invite_teacher(
    *,
    viewer: Viewer,
    username: str,
    name: str,
    is_head_teacher: bool = False,
    assignments: Sequence[InvitedTo] = (),
) -> Invitation:
    """Create the account, the teacher's profile and the assignments. The account has no password until the link is used.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff. ``BLANK``, ``TOO_LONG`` or ``INVALID_CHARACTERS`` for a text.
    ``DUPLICATE`` for a username that is taken, and for a class that is listed twice. ``NOT_FOUND`` for a class.
    """
    account_values = normalized(AccountValues(username=username))
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_account(account_values, errors)
    check_teacher({"name": name}, errors)
    _check_classes([each.class_code for each in assignments], errors)
    errors.raise_if_any()
    account = User(**account_values, password=make_password(None))
    ACCOUNTS.insert(account, viewer=viewer)
    teacher = Teacher(user=account, name=name, is_head_teacher=is_head_teacher)
    TEACHERS.insert(teacher, viewer=viewer)
    _assign(viewer, teacher, assignments)
    secret, link = create_link(account, LinkPurpose.INVITATION)
    return Invitation(teacher, link, secret)


def _check_classes(codes: Collection[str], errors: ValidationErrors) -> None:
    possible = sorted({code for code in codes if is_class_code(code)})
    classes = SchoolClass.objects.filter(code__key_in=possible, is_active=True) if possible else ()
    active = {each.code for each in classes}
    seen: set[str] = set()
    for position, code in enumerate(codes):
        path = ("assignments", position, "class_code")
        if code not in active:
            template = _("Class {code} does not exist or is inactive.")
            errors.add(UserErrorCode.NOT_FOUND, template, *path, code=shown_code(code))
        elif code in seen:
            template = _("Class {code} is listed twice.")
            errors.add(UserErrorCode.DUPLICATE, template, *path, code=shown_code(code))
        seen.add(code)


def _assign(viewer: Viewer, teacher: Teacher, assignments: Iterable[InvitedTo]) -> None:
    """Store the assignments of a new teacher and record them, in two statements."""
    rows = TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(
            teacher=teacher, school_class_id=each.class_code, access_level=each.access_level
        )
        for each in assignments
    )
    record(
        viewer=viewer,
        action=HistoryAction.ASSIGN_TEACHER,
        subject=HistorySubject.ASSIGNMENT,
        at=timezone.now(),
        entries=[Recorded(str(row.pk), differences({}, recorded_assignment(row))) for row in rows],
    )
