"""The mutations `signIn` and `signOut`, which create and revoke tokens."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import Settings

from primepath.models import ApiToken
from primepath.services.accounts.tokens import create_token
from primepath.services.address_secrets import digest_of
from primepath.services.passwords.hashers import Argon2Hasher
from tests.factories import assign, make_class, make_teacher

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"
SIGN_IN = """
mutation ($input: SignInInput!) {
  signIn(input: $input) {
    token expiresAt
    viewer { username teacher { name } assignments { schoolClass { code } } }
    userErrors { code message field }
  }
}
"""


@pytest.fixture
def mina() -> User:
    """Return a teacher of class A with a password."""
    teacher = make_teacher("mina")
    assign(teacher, make_class("A"))
    return _with_password(teacher.user)


def _with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def send(query: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
    """Send a document over HTTP and return the response."""
    response = Client(enforce_csrf_checks=True).post(
        "/graphql",
        {"query": query, "variables": variables},
        content_type="application/json",
        headers=headers,
    )
    assert response.status_code == 200
    return response.json()


def sign_in(**values: Any) -> Any:
    response = send(SIGN_IN, {"input": {"username": "mina", "password": PASSWORD, **values}})
    assert "errors" not in response
    return response["data"]["signIn"]


def test_sign_in_returns_a_valid_token(mina: User) -> None:
    payload = sign_in()
    assert payload["userErrors"] == []
    assert payload["viewer"] == {
        "username": "mina",
        "teacher": {"name": "Mina"},
        "assignments": [{"schoolClass": {"code": "A"}}],
    }
    answered = send("{ viewer { username } }", Authorization=f"Bearer {payload['token']}")
    assert answered == {"data": {"viewer": {"username": "mina"}}}


def test_only_the_digest_of_a_token_is_stored(mina: User) -> None:
    token = sign_in(deviceName="Mina's 폰")["token"]
    (stored,) = ApiToken.objects.values()
    assert stored["digest"] == digest_of(token)
    assert token not in map(str, stored.values())
    assert (stored["user_id"], stored["name"], stored["revoked_at"]) == (mina.pk, "Mina's 폰", None)


def test_token_expires_after_the_configured_days(mina: User, settings: Settings) -> None:
    settings.TOKEN_LIFETIME_DAYS = 7
    before = timezone.now()
    expires_at = datetime.fromisoformat(sign_in()["expiresAt"])
    assert before <= expires_at - timedelta(days=7) <= timezone.now()


def test_each_sign_in_returns_a_different_token(mina: User) -> None:
    assert sign_in()["token"] != sign_in(deviceName=None)["token"]
    assert ApiToken.objects.count() == 2


def _input(how: str) -> dict[str, str]:
    """Create an account of this kind and return the input for it."""
    password = PASSWORD
    match how:
        case "right password":
            _with_password(make_teacher("someone").user)
        case "wrong password":
            _with_password(make_teacher("someone").user)
            password = "wrong horse"
        case "empty password":
            _with_password(make_teacher("someone").user)
            password = ""
        case "no password set":
            make_teacher("someone", password=make_password(None))
        case "inactive":
            _with_password(make_teacher("someone", is_active=False).user)
        case "no profile":
            _with_password(User.objects.create(username="someone"))
        case "name of other case":
            _with_password(make_teacher("SOMEONE").user)
        case _:
            assert how == "unknown name"
    return {"username": "someone", "password": password}


REFUSED = [
    "unknown name",
    "wrong password",
    "empty password",
    "no password set",
    "inactive",
    "no profile",
    "name of other case",
]


@pytest.mark.parametrize("how", REFUSED)
def test_every_wrong_credential_returns_the_same_error(how: str) -> None:
    payload = sign_in(**_input(how))
    assert payload.pop("userErrors") == [
        {
            "code": "INVALID_CREDENTIALS",
            "message": "Incorrect username or password.",
            "field": ["input"],
        }
    ]
    assert payload == {"token": None, "expiresAt": None, "viewer": None}
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("how", ["right password", *REFUSED])
def test_wrong_credentials_hash_once_like_a_correct_password(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    input = _input(how)
    costs: list[tuple[int, int]] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def count_encoding(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        costs.append((self.time_cost, self.memory_cost))
        return encode(self, password, salt)

    def count_verifying(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        parameters = self.decode(encoded)
        costs.append((parameters["time_cost"], parameters["memory_cost"]))
        return verify(self, password, encoded)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", count_encoding)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", count_verifying)
    sign_in(**input)
    assert costs == [(Argon2Hasher.time_cost, Argon2Hasher.memory_cost)]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "mina\0", "INVALID_CHARACTERS"),
        ("password", "\0", "INVALID_CHARACTERS"),
        ("deviceName", "a\0b", "INVALID_CHARACTERS"),
        ("username", "m" * 151, "TOO_LONG"),
        ("password", "p" * 4097, "TOO_LONG"),
        ("deviceName", "d" * 101, "TOO_LONG"),
    ],
)
def test_invalid_text_returns_an_error_at_its_field(
    mina: User, field: str, value: str, code: str
) -> None:
    payload = sign_in(**{field: value})
    (error,) = payload.pop("userErrors")
    assert (error["code"], error["field"]) == (code, ["input", field])
    assert error["message"]
    assert payload == {"token": None, "expiresAt": None, "viewer": None}
    assert not ApiToken.objects.exists()


def test_all_errors_of_an_input_are_returned_together() -> None:
    errors = sign_in(username="\0", password="p" * 4097, deviceName="\0")["userErrors"]
    assert [each["field"][-1] for each in errors] == ["username", "password", "deviceName"]


def test_input_of_maximum_length_is_accepted(mina: User) -> None:
    assert sign_in(deviceName="d" * 100)["userErrors"] == []
    (error,) = sign_in(username="m" * 150, password="p" * 4096)["userErrors"]
    assert error["code"] == "INVALID_CREDENTIALS"


def test_rest_of_the_request_has_the_new_viewer(mina: User) -> None:
    office = _with_password(User.objects.create(username="office", is_staff=True))
    token, _ = create_token(user=office, name="Test")
    answered = send(
        """
        mutation ($mina: SignInInput!) {
          signIn(input: $mina) { viewer { username seesAllClasses assignments { id } } }
          setClassCurriculum(input: { classCode: "A", academicYear: 2026, levelIds: [] }) {
            userErrors { code }
          }
          signOut { signedOut }
          again: signOut { signedOut }
        }
        """,
        {
            "mina": {"username": "mina", "password": PASSWORD},
        },
        Authorization=f"Bearer {token}",
    )
    data = answered["data"]
    assert data["signIn"]["viewer"]["username"] == "mina"
    assert data["signIn"]["viewer"]["seesAllClasses"] is False
    assert len(data["signIn"]["viewer"]["assignments"]) == 1
    codes = {error["code"] for error in data["setClassCurriculum"]["userErrors"]}
    assert "FORBIDDEN" in codes, "The office can set a curriculum. Mina cannot."
    assert data["signOut"] == {"signedOut": True}
    assert data["again"] is None
    assert [error["extensions"]["code"] for error in answered["errors"]] == ["UNAUTHENTICATED"]
    names = ApiToken.objects.filter(revoked_at=None).values_list("user__username", flat=True)
    assert list(names) == ["office"], "Signing out revoked what Mina had just been given."


def test_request_can_sign_in_only_once(mina: User) -> None:
    """Otherwise one request could try a thousand passwords and keep the server busy with hashing."""
    answered = send(
        """
        mutation ($wrong: SignInInput!, $mina: SignInInput!) {
          first: signIn(input: $wrong) { viewer { username } }
          second: signIn(input: $mina) { viewer { username } }
        }
        """,
        {
            "wrong": {"username": "mina", "password": "wrong"},
            "mina": {"username": "mina", "password": PASSWORD},
        },
    )
    assert answered["data"] == {"first": {"viewer": None}, "second": None}
    assert [each["extensions"]["code"] for each in answered["errors"]] == ["LIMIT_EXCEEDED"]
    assert not ApiToken.objects.exists()


def test_sign_out_revokes_only_the_token_of_the_request(mina: User) -> None:
    token, kept = sign_in()["token"], sign_in()["token"]
    answered = send(
        "mutation { signOut { signedOut userErrors { code } } }", Authorization=f"Bearer {token}"
    )
    assert answered == {"data": {"signOut": {"signedOut": True, "userErrors": []}}}
    body = {"query": "{ viewer { username } }"}
    for each, status in (token, 401), (kept, 200):
        response = Client().post(
            "/graphql",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {each}"},
        )
        assert response.status_code == status


def test_sign_out_does_not_end_a_session(mina: User) -> None:
    client = Client()
    client.force_login(mina)
    for _ in range(2):
        response = client.post(
            "/graphql",
            {"query": "mutation { signOut { signedOut } }"},
            content_type="application/json",
        )
        assert response.json() == {"data": {"signOut": {"signedOut": False}}}


def test_sign_out_requires_authentication() -> None:
    answered = send("mutation { signOut { signedOut } }")
    assert answered["data"] == {"signOut": None}
    assert [error["extensions"]["code"] for error in answered["errors"]] == ["UNAUTHENTICATED"]


def test_account_is_locked_for_a_time_after_too_many_failures(mina: User) -> None:
    User.objects.create(username="other", password=mina.password, is_staff=True)
    for name in ("mina", "MINA", "nobody"):
        for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT // (2 if name != "nobody" else 1)):
            (error,) = sign_in(username=name, password="wrong")["userErrors"]
            assert error["code"] == "INVALID_CREDENTIALS"
    for name in ("mina", "nobody"):
        (error,) = sign_in(username=name)["userErrors"]
        assert error["code"] == "RATE_LIMITED"
        assert error["field"] == ["input"]
        assert error["message"] == (
            "Too many failed sign-ins for this account. Try again in 15 minutes."
        )
    assert sign_in(username="other")["userErrors"] == []


def test_sign_in_resets_the_failures_of_the_account(mina: User) -> None:
    for _ in range(2):
        for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT - 1):
            sign_in(password="wrong")
        assert sign_in()["userErrors"] == []


@override_settings(SIGN_IN_FAILURES_PER_ADDRESS=3)
def test_address_is_locked_after_too_many_failures_for_any_names(mina: User) -> None:
    for number in range(3):
        sign_in(username=f"guess{number}", password="wrong")
    (error,) = sign_in()["userErrors"]
    assert error["code"] == "RATE_LIMITED"
    assert error["message"] == (
        "Too many failed sign-ins from this address. Try again in 15 minutes."
    )


@override_settings(SIGN_IN_FAILURES_PER_ACCOUNT=1)
def test_waiting_time_is_readable_for_programs(mina: User) -> None:
    document = SIGN_IN.replace("message", "retryAfterSeconds")
    seconds = []
    for _ in range(2):
        variables = {"input": {"username": "mina", "password": "wrong"}}
        (error,) = send(document, variables)["data"]["signIn"]["userErrors"]
        seconds.append(error["retryAfterSeconds"])
    assert seconds == [None, 900]


USERNAMES = {
    "composed": "김민아",
    "decomposed": unicodedata.normalize("NFD", "김민아"),
    "half-width": "ﾐﾅ",
    "full-width": "ＭＩＮＡ",
    "ligature": "ﬁnn",
    "as many jamo as fit": unicodedata.normalize("NFD", "각" * 150),
}


@pytest.mark.parametrize("around", ["{}", " {}\t", "\u3000{}\n"])
@pytest.mark.parametrize("typed", USERNAMES.values(), ids=USERNAMES)
def test_every_way_to_sign_in_reads_a_username_alike(typed: str, around: str) -> None:
    username = unicodedata.normalize("NFKC", typed)
    user = _with_password(User.objects.create(username=username, is_staff=True))
    typed = around.format(typed)
    assert sign_in(username=typed)["viewer"]["username"] == username
    for page in "/sign-in/", "/admin/login/":
        browser = Client()
        browser.post(page, {"username": typed, "password": PASSWORD, "next": "/admin/"})
        assert browser.session.get("_auth_user_id") == str(user.pk), page
    call_command("create_token", typed, verbosity=0)


def test_spellings_of_one_username_share_their_failures(mina: User) -> None:
    for number in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT):
        sign_in(username=("mina", " mina", "ｍｉｎａ")[number % 3], password="wrong")
    assert sign_in()["userErrors"][0]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize("name", [None, "", " ", "\u3164"])
def test_a_token_without_a_visible_name_has_the_default_name(mina: User, name: str | None) -> None:
    assert sign_in(deviceName=name)["token"]
    assert ApiToken.objects.get().name == "Sign-in"


def test_a_password_can_contain_control_characters(mina: User) -> None:
    mina.set_password("\x01secret")
    mina.save()
    assert sign_in(password="\x01secret")["token"]
