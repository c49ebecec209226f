"""The sender of a request: the owner of its bearer token or session, or none."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from primepath.domain.period import Period
from primepath.models import ApiToken, ClassAccessRequest, ExamScheduleMatrix
from primepath.services.accounts.tokens import create_token
from tests.factories import YEAR, assign, make_class, make_teacher
from tests.query_counts import statements

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

VIEWER = "{ viewer { username } }"


@pytest.fixture
def mina() -> User:
    """Return a teacher of class A."""
    teacher = make_teacher("mina")
    assign(teacher, make_class("A"))
    return teacher.user


def post(client: Client, query: str = VIEWER, **headers: str) -> Response:
    return client.post(
        "/graphql", {"query": query}, content_type="application/json", headers=headers
    )


def new_token(user: User) -> str:
    return create_token(user=user, name="Test")[0]


def username(response: Response) -> str | None:
    """Return the username of a request's viewer, or None."""
    assert response.status_code == 200
    body = response.json()
    assert "errors" not in body
    viewer = body["data"]["viewer"]
    return viewer and str(viewer["username"])


def assert_rejected(response: Response, status: int, code: str) -> None:
    """Assert that the response is a GraphQL error without data."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/json; charset=utf-8"
    body = response.json()
    assert [error["extensions"]["code"] for error in body.pop("errors")] == [code]
    assert body == {}
    if status == 401:
        assert response["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_token_authenticates_its_owner(mina: User, scheme: str) -> None:
    header = f"{scheme} {new_token(mina)}"
    assert username(post(Client(), Authorization=header)) == "mina"
    response = Client().get("/graphql", {"query": VIEWER}, headers={"Authorization": header})
    assert username(response) == "mina"


def test_request_without_credentials_has_no_viewer() -> None:
    assert username(post(Client())) is None


def _spoil(token: str, user: User, how: str) -> str:
    stored = ApiToken.objects.filter(user=user)
    if how == "wrong":
        return token[:-1] + ("A" if token[-1] != "A" else "B")
    if how == "of other case":
        return token.swapcase()
    if how == "expired":
        stored.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        stored.update(revoked_at=timezone.now())
    elif how == "deleted":
        stored.delete()
    elif how == "of an inactive user":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        assert how == "of a user without a profile"
        stored.update(user=User.objects.create(username="stranger"))
    return token


@pytest.mark.parametrize("signed_in_too", [False, True])
@pytest.mark.parametrize(
    "how",
    [
        "wrong",
        "of other case",
        "expired",
        "revoked",
        "deleted",
        "of an inactive user",
        "of a user without a profile",
    ],
)
def test_invalid_token_is_rejected_even_for_public_fields(
    mina: User, how: str, signed_in_too: bool
) -> None:
    token = _spoil(new_token(mina), mina, how)
    client = Client()
    if signed_in_too:
        client.force_login(make_teacher("colleague").user)
    for query in VIEWER, "{ school { name } }", "{ __typename }", "{ nonsense", "":
        response = post(client, query, Authorization=f"Bearer {token}")
        assert_rejected(response, 401, "UNAUTHENTICATED")
    response = client.get(
        "/graphql", {"query": VIEWER}, headers={"Authorization": f"Bearer {token}"}
    )
    assert_rejected(response, 401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "TOKEN",
        "Token TOKEN",
        "Basic bWluYTpzZWNyZXQ=",
        "Digest username=mina",
        "BearerTOKEN",
        "Bearer: TOKEN",
        "Bearer TOKEN TOKEN",
        "Bearer TOKEN, Bearer TOKEN",
        'Bearer "TOKEN"',
        "Bearer\tTOKEN",
        "Bearer \0",
        "Bearer TOKEN\0",
        "Bearer tøken 토큰",
        "Bearer " + "x" * 10_000,
    ],
)
def test_header_without_token_is_rejected(mina: User, header: str) -> None:
    response = post(Client(), Authorization=header.replace("TOKEN", new_token(mina)))
    assert_rejected(response, 401, "UNAUTHENTICATED")


def test_session_authenticates_its_owner(mina: User) -> None:
    client = Client()
    client.force_login(mina)
    assert username(post(client)) == "mina"


@pytest.mark.parametrize("how", ["is inactive", "has no profile", "has another password"])
def test_session_of_a_user_who_cannot_sign_in_has_no_viewer(mina: User, how: str) -> None:
    client = Client()
    if how == "has no profile":
        client.force_login(User.objects.create(username="stranger"))
    else:
        client.force_login(mina)
        User.objects.filter(pk=mina.pk).update(
            **({"is_active": False} if how == "is inactive" else {"password": "!changed"})
        )
    assert username(post(client)) is None


class Browser(Client):
    """A client that sends cookies, with CSRF checks."""

    def __init__(self, user: User) -> None:
        super().__init__(enforce_csrf_checks=True)
        self.get("/admin/login/")
        self.force_login(user)

    @property
    def csrf_token(self) -> str:
        return self.cookies["csrftoken"].value


@pytest.mark.parametrize("query", [VIEWER, "mutation { signOut { signedOut } }"])
def test_cookie_without_csrf_token_is_rejected(mina: User, query: str) -> None:
    assert_rejected(post(Browser(mina), query), 403, "FORBIDDEN")


def test_cookie_with_wrong_csrf_token_is_rejected(mina: User) -> None:
    browser = Browser(mina)
    for wrong in "", "x", browser.csrf_token[::-1], "ü":
        assert_rejected(post(browser, **{"X-CSRFToken": wrong}), 403, "FORBIDDEN")


def test_cookie_from_another_origin_is_rejected(mina: User) -> None:
    browser = Browser(mina)
    headers = {"X-CSRFToken": browser.csrf_token, "Origin": "https://elsewhere.example"}
    assert_rejected(post(browser, **headers), 403, "FORBIDDEN")


def test_cookie_with_csrf_token_is_accepted(mina: User) -> None:
    browser = Browser(mina)
    assert username(post(browser, **{"X-CSRFToken": browser.csrf_token})) == "mina"


def test_bearer_token_needs_no_csrf_token(mina: User) -> None:
    colleague = make_teacher("colleague").user
    response = post(Browser(mina), Authorization=f"Bearer {new_token(colleague)}")
    assert username(response) == "colleague"


def test_cookie_without_csrf_token_is_rejected_for_a_hash(mina: User) -> None:
    named = {"version": 1, "sha256Hash": hashlib.sha256(VIEWER.encode()).hexdigest()}
    for body in {"query": VIEWER}, {}:
        response = Browser(mina).post(
            "/graphql",
            {**body, "extensions": {"persistedQuery": named}},
            content_type="application/json",
        )
        assert_rejected(response, 403, "FORBIDDEN")


def test_get_with_a_cookie_changes_nothing(mina: User) -> None:
    browser = Browser(mina)
    change = """mutation { requestClassAccess(input: { classCode: "B", accessLevel: VIEW, reason: "" }) { request { id } } }"""
    make_class("B")
    assert_rejected(browser.get("/graphql", {"query": change}), 405, "BAD_USER_INPUT")
    assert browser.head("/graphql", {"query": change}).status_code == 405
    cells = f"{{ scheduleMatrix(academicYear: {YEAR}) {{ rows {{ cells {{ id status }} }} }} }}"
    assert browser.head("/graphql", {"query": cells}).status_code == 200
    assert not ClassAccessRequest.objects.exists()
    assert not ExamScheduleMatrix.objects.exists()


def test_other_origin_cannot_sign_in_or_out(mina: User) -> None:
    browser = Browser(mina)
    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").status_code == 403
    headers = {"X-CSRFToken": browser.csrf_token}
    elsewhere = {**headers, "Origin": "https://elsewhere.example"}
    assert browser.post("/sign-out/", headers=elsewhere).status_code == 403
    assert browser.post("/sign-in/", {"username": "x", "password": "x"}).status_code == 403
    assert username(post(browser, **headers)) == "mina"
    assert browser.post("/sign-out/", headers=headers).status_code == 302
    assert username(post(browser, **headers)) is None


def test_request_without_cookie_needs_no_csrf_token() -> None:
    assert username(post(Client(enforce_csrf_checks=True))) is None


def test_get_with_a_cookie_needs_no_csrf_token_and_stores_nothing(mina: User) -> None:
    query = f"{{ scheduleMatrix(academicYear: {YEAR}) {{ rows {{ cells {{ id status }} }} }} }}"
    response = Browser(mina).get("/graphql", {"query": query})
    assert response.status_code == 200
    (row,) = response.json()["data"]["scheduleMatrix"]["rows"]
    assert row["cells"] == [
        {"id": f"MatrixCell:A/{YEAR}/{period}", "status": "EMPTY"} for period in Period
    ]
    assert not ExamScheduleMatrix.objects.exists()


def test_authentication_takes_one_query_for_a_token_and_two_for_a_session(mina: User) -> None:
    with_session, token = Client(), new_token(mina)
    with_session.force_login(mina)
    with CaptureQueriesContext(connection) as by_token:
        assert username(post(Client(), Authorization=f"Bearer {token}")) == "mina"
    with CaptureQueriesContext(connection) as by_session:
        assert username(post(with_session)) == "mina"
    with CaptureQueriesContext(connection) as unauthenticated:
        assert username(post(Client())) is None
    counts = [len(statements(each)) for each in (by_token, by_session, unauthenticated)]
    assert counts == [1, 2, 0]
