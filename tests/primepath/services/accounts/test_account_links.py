"""Links that set a password: who can create them, and that each works once."""

from __future__ import annotations

import datetime
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.errors import ValidationFailedError
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import AccountLink, HistoryEntry
from primepath.services.accounts.account_links import find_link, secret_of
from primepath.services.accounts.invite_teacher import invite_teacher
from primepath.services.accounts.reset_password import reset_password
from primepath.services.accounts.set_account_active import set_account_active
from primepath.services.accounts.set_password import set_password
from primepath.services.accounts.set_password_by_link import set_password_by_link
from primepath.services.accounts.tokens import create_token, find_token
from tests.factories import as_viewer, head_teacher, make_teacher

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def codes(rejected: pytest.ExceptionInfo[ValidationFailedError]) -> list[str]:
    return [each.code for each in rejected.value.errors]


def invite() -> str:
    return invite_teacher(viewer=head_teacher(), username="sora", name="Sora").secret


def assert_over(secret: str) -> None:
    assert find_link(secret) is None
    with pytest.raises(ValidationFailedError) as rejected:
        set_password_by_link(secret=secret, password=PASSWORD)
    assert codes(rejected) == ["NOT_FOUND"]


def test_link_sets_the_first_password_once() -> None:
    secret = invite()
    assert not User.objects.get(username="sora").has_usable_password()
    account = set_password_by_link(secret=secret, password=PASSWORD)
    assert account.check_password(PASSWORD)
    assert_over(secret)
    entry = HistoryEntry.objects.latest("pk")
    assert (entry.action, entry.actor_name) == ("SET_PASSWORD", "Sora")
    stored = str(list(HistoryEntry.objects.values()) + list(AccountLink.objects.values()))
    assert secret not in stored
    assert PASSWORD not in stored


def test_weak_password_leaves_the_link() -> None:
    secret = invite()
    with pytest.raises(ValidationFailedError) as rejected:
        set_password_by_link(secret=secret, password="sora")
    assert set(codes(rejected)) == {"WEAK_PASSWORD"}
    assert set_password_by_link(secret=secret, password=PASSWORD)


def test_link_ends() -> None:
    secret = invite()
    link = AccountLink.objects.get()
    with patch.object(timezone, "now", return_value=link.expires_at):
        assert_over(secret)
        assert secret_of(link) is None
    assert secret_of(AccountLink.objects.get()) == secret
    set_account_active(viewer=head_teacher(), account_id=link.user_id, is_active=False)
    assert_over(secret)


def test_new_link_replaces_the_earlier_one() -> None:
    teacher = make_teacher("mina")
    first, second = (
        reset_password(viewer=head_teacher(), teacher_id=teacher.pk).secret for _ in range(2)
    )
    assert_over(first)
    assert find_link(second)


def test_password_that_is_set_otherwise_ends_the_link() -> None:
    teacher = make_teacher("mina")
    secret = reset_password(viewer=head_teacher(), teacher_id=teacher.pk).secret
    set_password(viewer=COMMAND_LINE, account_id=teacher.user_id, password="another one")
    assert_over(secret)


def test_reset_keeps_the_password_until_the_link_is_used() -> None:
    teacher = make_teacher("mina")
    set_password(viewer=COMMAND_LINE, account_id=teacher.user_id, password="the old one")
    user = User.objects.get(pk=teacher.user_id)
    token, _stored = create_token(user=user, name="Phone")
    secret = reset_password(viewer=head_teacher(), teacher_id=teacher.pk).secret
    assert find_token(token)
    set_password_by_link(secret=secret, password=PASSWORD)
    assert find_token(token) is None
    user.refresh_from_db()
    assert not user.check_password("the old one")


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_head_teacher_cannot_take_over_accounts_of_staff(power: str) -> None:
    teacher = make_teacher("mina")
    User.objects.filter(pk=teacher.user_id).update(**{power: True})
    viewer = head_teacher()
    with pytest.raises(ValidationFailedError) as rejected:
        reset_password(viewer=viewer, teacher_id=teacher.pk)
    assert codes(rejected) == ["FORBIDDEN"]
    with pytest.raises(ValidationFailedError) as rejected:
        set_account_active(viewer=viewer, account_id=teacher.user_id, is_active=False)
    assert codes(rejected) == ["FORBIDDEN"]
    root = as_viewer(User.objects.create(username="root", is_staff=True, is_superuser=True))
    assert reset_password(viewer=root, teacher_id=teacher.pk)


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_link_of_a_head_teacher_ends_when_the_account_becomes_one_of_staff(power: str) -> None:
    """Otherwise the head teacher could take over that account."""
    invitation = invite_teacher(viewer=head_teacher(), username="sora", name="Sora")
    User.objects.filter(username="sora").update(**{power: True})
    assert_over(invitation.secret)
    assert secret_of(AccountLink.objects.select_related("user").get()) is None
    root = as_viewer(User.objects.create(username="root", is_staff=True, is_superuser=True))
    secret = reset_password(viewer=root, teacher_id=invitation.teacher.pk).secret
    assert set_password_by_link(secret=secret, password=PASSWORD)


def test_teacher_cannot_invite_or_reset() -> None:
    teacher = make_teacher("mina")
    viewer = as_viewer(make_teacher("juno"))
    with pytest.raises(ValidationFailedError) as rejected:
        reset_password(viewer=viewer, teacher_id=teacher.pk)
    assert codes(rejected) == ["FORBIDDEN"]
    with pytest.raises(ValidationFailedError) as rejected:
        invite_teacher(viewer=viewer, username="sora", name="Sora")
    assert codes(rejected) == ["FORBIDDEN"]
    assert not AccountLink.objects.exists()


def test_link_of_an_inactive_account_is_refused() -> None:
    teacher = make_teacher("mina")
    User.objects.filter(pk=teacher.user_id).update(is_active=False)
    with pytest.raises(ValidationFailedError) as rejected:
        reset_password(viewer=head_teacher(), teacher_id=teacher.pk)
    assert codes(rejected) == ["FORBIDDEN"]


def test_lifetimes() -> None:
    invite()
    teacher = make_teacher("mina")
    set_password(viewer=COMMAND_LINE, account_id=teacher.user_id, password="the old one")
    reset_password(viewer=head_teacher(), teacher_id=teacher.pk)
    lifetimes = {
        each.purpose: each.expires_at - each.created_at for each in AccountLink.objects.all()
    }
    assert lifetimes == {
        "INVITATION": datetime.timedelta(days=7),
        "RESET": datetime.timedelta(days=1),
    }
