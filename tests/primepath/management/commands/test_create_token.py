"""``manage.py create_token``"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from primepath.models import ApiToken, Teacher
from primepath.services.accounts.tokens import find_token
from primepath.services.accounts.viewers import viewer_of
from primepath.services.address_secrets import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    user = User.objects.create(username="teacher")
    Teacher.objects.create(user=user, name="김민준")
    return user


def test_standard_output_is_only_the_token(
    teacher: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_token", "teacher")

    out, err = capsys.readouterr()
    found = find_token(out.removesuffix("\n"))
    assert found is not None
    assert found.viewer == viewer_of(teacher)
    assert "teacher" in err
    assert out.strip() not in err


def test_only_the_digest_is_stored(teacher: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "teacher", name="Tablet", verbosity=0)

    out, err = capsys.readouterr()
    stored = ApiToken.objects.get()
    assert stored.digest == digest_of(out.strip())
    assert out.strip() not in {str(value) for value in vars(stored).values()}
    assert stored.name == "Tablet"
    assert err == ""


def test_token_expires_after_the_given_days(teacher: User, settings: Settings) -> None:
    settings.TOKEN_LIFETIME_DAYS = 90
    call_command("create_token", "teacher", verbosity=0)
    call_command("create_token", "teacher", days=3, verbosity=0)

    now = timezone.now()
    for days in (3, 90):
        last_minute = (now + timedelta(days=days, minutes=-1), now + timedelta(days=days))
        assert ApiToken.objects.filter(expires_at__range=last_minute).count() == 1


def test_staff_without_a_profile_can_have_a_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    User.objects.create(username="office", is_staff=True)

    call_command("create_token", "office")

    assert find_token(capsys.readouterr().out.strip()) is not None


@pytest.mark.parametrize("username", ["nobody", "", "nul\0", "\udcff"])
def test_unknown_user_is_an_error(username: str) -> None:
    with pytest.raises(CommandError, match=r"User .* does not exist"):
        call_command("create_token", username)


def test_user_who_cannot_sign_in_gets_no_token(teacher: User) -> None:
    User.objects.create(username="parent")
    User.objects.filter(pk=teacher.pk).update(is_active=False)

    with pytest.raises(CommandError, match="'parent' is neither a teacher nor staff"):
        call_command("create_token", "parent")
    with pytest.raises(CommandError, match="'teacher' is inactive"):
        call_command("create_token", "teacher")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("days", [0, -1, 36_501, 10**12])
def test_days_out_of_range_are_rejected(teacher: User, days: int) -> None:
    with pytest.raises(CommandError, match="--days must be between 1 and 36500"):
        call_command("create_token", "teacher", days=days)


@pytest.mark.parametrize("name", ["", " ", "\u3164", "n" * 101, "nul\0", "\x01", "\udcff"])
def test_names_that_cannot_be_stored_are_rejected(teacher: User, name: str) -> None:
    with pytest.raises(CommandError, match="--name must have"):
        call_command("create_token", "teacher", name=name)
