"""The limit on wrong passwords for every form and mutation that takes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from primepath.domain.errors import OverloadedError
from primepath.models import AttemptCount
from primepath.services import attempts
from primepath.services.accounts.sign_in_attempts import SignInAttempt
from primepath.services.attempts.process import ProcessCounts
from primepath.services.passwords.hashing_thread import hashing_thread
from tests.factories import make_teacher

pytestmark = pytest.mark.django_db
PASSWORD = "the right pass phrase"
ADDRESS = "203.0.113.5"
Enter = Callable[..., bool]
"""Enters a password in a form or mutation. Returns whether it was accepted."""
Send = Callable[[User, str, str, dict[str, str]], Any]
"""Sends a password of a user from an address, with headers. Returns the response."""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }"


@pytest.fixture
def mina() -> User:
    user = make_teacher("mina", head=True).user
    user.set_password(PASSWORD)
    user.save()
    return user


def _client(address: str, signed_in: User | None = None) -> Client:
    client = Client(REMOTE_ADDR=address)
    if signed_in is not None:
        client.force_login(signed_in)
    return client


def _page(path: str) -> Send:
    def send(user: User, password: str, address: str, headers: dict[str, str]) -> Any:
        data = {"username": user.username, "password": password}
        return _client(address).post(path, data, headers=headers)

    return send


def _mutation_request(user: User, password: str, address: str, headers: dict[str, str]) -> Any:
    variables = {"input": {"username": user.username, "password": password}}
    body: dict[str, Any] = {"query": SIGN_IN, "variables": variables}
    return _client(address).post("/graphql", body, content_type="application/json", headers=headers)


def _change_request(user: User, password: str, address: str, headers: dict[str, str]) -> Any:
    data = {"old_password": password, "new_password1": PASSWORD, "new_password2": PASSWORD}
    path = reverse("admin:password_change")
    return _client(address, User.objects.get(pk=user.pk)).post(path, data, headers=headers)


def _form(send: Send) -> Enter:
    def enter(user: User, password: str, address: str = ADDRESS) -> bool:
        return bool(send(user, password, address, {}).status_code == 302)

    return enter


def _mutation(user: User, password: str, address: str = ADDRESS) -> bool:
    response = _mutation_request(user, password, address, {})
    return response.json()["data"]["signIn"]["token"] is not None


REQUESTS: list[Send] = [
    *(_page("/sign-in/"), _page("/admin/login/")),
    *(_mutation_request, _change_request),
]
WAYS: list[Enter] = [
    *map(_form, REQUESTS[:2]),
    _mutation,
    _form(_change_request),
]
WAYS_BY_NAME = pytest.mark.parametrize(
    "enter", WAYS, ids=["sign-in page", "admin sign-in", "signIn", "password change"]
)


@WAYS_BY_NAME
def test_right_password_is_accepted(mina: User, enter: Enter) -> None:
    assert enter(mina, PASSWORD)


@WAYS_BY_NAME
def test_account_is_locked_after_wrong_passwords_in_any_form(mina: User, enter: Enter) -> None:
    for number in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT):
        assert not WAYS[number % len(WAYS)](mina, "wrong")
    assert not enter(mina, PASSWORD)
    assert not enter(mina, PASSWORD, "198.51.100.77"), "Another address does not help."


@WAYS_BY_NAME
@override_settings(SIGN_IN_FAILURES_PER_ADDRESS=3)
def test_address_is_locked_after_wrong_passwords_in_any_form(mina: User, enter: Enter) -> None:
    for way in WAYS[:3]:
        assert not way(User(username=f"guess {way}"[:100]), "wrong")
    assert not enter(mina, PASSWORD)
    assert enter(mina, PASSWORD, "198.51.100.77")


@WAYS_BY_NAME
def test_right_password_resets_the_count_of_the_account(mina: User, enter: Enter) -> None:
    for _ in range(2):
        for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT - 1):
            assert not enter(mina, "wrong")
        assert enter(mina, PASSWORD)


@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
@pytest.mark.parametrize("password", ["", "\0"])
def test_form_without_a_password_does_not_reset_the_count(
    mina: User, path: str, password: str
) -> None:
    enter = _form(_page(path))
    for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT):
        assert not enter(mina, "wrong")
        assert not enter(mina, password)
    assert not enter(mina, PASSWORD)


@WAYS_BY_NAME
def test_counts_are_shared_between_processes(
    mina: User, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has no part of this one's memory."""
    for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT):
        enter(mina, "wrong")
    monkeypatch.setattr(attempts, "_process", ProcessCounts())
    for alias in settings.CACHES:
        caches[alias].clear()
    assert not enter(mina, PASSWORD)


def test_locked_account_does_not_lock_the_address(mina: User) -> None:
    """Its owner may keep trying from the school, and its people share an address."""
    with override_settings(SIGN_IN_FAILURES_PER_ADDRESS=12):
        for _ in range(20):
            assert not _mutation(mina, "wrong")
        joon = make_teacher("joon").user
        joon.set_password(PASSWORD)
        joon.save()
        assert _mutation(joon, PASSWORD)


def test_limit_ends_after_its_time(mina: User) -> None:
    for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT + 1):
        _mutation(mina, "wrong")
    assert not _mutation(mina, PASSWORD)
    AttemptCount.objects.update(expires_at="2026-01-01T00:00:00Z")
    assert _mutation(mina, PASSWORD)
    assert not AttemptCount.objects.filter(count__gt=0).exists()


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.5", "203.0.113.5", True),
        ("203.0.113.5", "203.0.113.6", False),
        ("", "", True),
    ],
)
@override_settings(SIGN_IN_FAILURES_PER_ADDRESS=1)
def test_ipv6_addresses_of_one_network_are_one_address(
    first: str, second: str, is_same: bool
) -> None:
    assert SignInAttempt(username="a", address=first).begin()
    assert SignInAttempt(username="b", address=second).begin() is not is_same


def test_attempts_at_the_same_time_do_not_exceed_the_limit(
    mina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt begins while the ones before it are still checking their passwords."""
    limit = settings.SIGN_IN_FAILURES_PER_ACCOUNT
    checked: list[str] = []

    def check(**credentials: str) -> None:
        checked.append(credentials["password"])
        if len(checked) <= limit + 5:
            assert not _mutation(mina, f"guess {len(checked)}")

    monkeypatch.setattr("primepath.services.accounts.sign_in.authenticate", check)
    assert not _mutation(mina, "guess 0")
    assert len(checked) == limit


def test_every_form_that_takes_a_password_is_limited() -> None:
    """A form added later must use the limit too."""
    from primepath.admin.account_forms import ChangeOwnPasswordForm
    from primepath.services.accounts.sign_in_form import LimitedSignInForm

    # It imports the forms of all pages. A class has no subclasses in modules that are not imported.
    assert get_resolver().url_patterns

    def own(form: type) -> list[type]:
        direct: list[type] = form.__subclasses__()
        subclasses = [each for one in direct for each in [one, *own(one)]]
        return [each for each in subclasses if each.__module__.startswith("primepath.")]

    assert {
        each for each in own(AuthenticationForm) if not issubclass(each, LimitedSignInForm)
    } == set()
    limited = {each.__name__ for each in own(LimitedSignInForm)}
    assert limited >= {"SignInForm", "AdministratorSignInForm"}
    assert [
        each.__name__
        for each in own(PasswordChangeForm)
        if not issubclass(each, ChangeOwnPasswordForm)
    ] == []


@pytest.mark.parametrize("is_begun", [False, True], ids=["before counting", "after counting"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@WAYS_BY_NAME
def test_password_is_refused_if_too_many_wait_and_does_not_count(
    mina: User,
    enter: Enter,
    accept: str,
    is_begun: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if is_begun:

        def refuse(*args: Any, **kwargs: Any) -> None:
            raise OverloadedError("Too many passwords.", retry_after_seconds=3)

        monkeypatch.setattr(Argon2PasswordHasher, "verify", refuse)
    else:
        monkeypatch.setattr(hashing_thread, "_places", 10_000)
        # The cheap hashes of other tests in this process have taught it a very short time.
        monkeypatch.setattr(hashing_thread, "_seconds_per_place", 0.1)
    send = REQUESTS[WAYS.index(enter)]
    response = send(mina, PASSWORD, ADDRESS, {"Accept": accept})
    assert response.status_code == 503
    assert response["Retry-After"] in "2345"
    if response["Content-Type"].startswith("text/html"):
        assert "The server is busy" in response.content.decode()
        assert response["Cache-Control"] == "no-store"
    else:
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "OVERLOADED"
        assert str(error["extensions"]["retryAfterSeconds"]) == response["Retry-After"]
    monkeypatch.undo()
    assert not AttemptCount.objects.filter(count__gt=0).exists()
    assert enter(mina, PASSWORD)
