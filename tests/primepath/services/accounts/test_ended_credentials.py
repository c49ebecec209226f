"""Tokens and sessions end with the password and with deactivation, whoever changes them, and do not revive."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from primepath.models import ApiToken
from primepath.services.accounts.set_account_active import set_account_active
from primepath.services.accounts.set_password import set_password
from primepath.services.accounts.tokens import create_token, find_token
from tests.factories import as_viewer, make_teacher

pytestmark = pytest.mark.django_db
OLD, NEW = "the old pass phrase", "the new pass phrase"


@pytest.fixture
def mina() -> User:
    user = make_teacher("mina", head=True).user
    user.set_password(OLD)
    user.save()
    return user


def office() -> User:
    user = User.objects.filter(username="root").first()
    return user or User.objects.create_superuser("root")


def _in_the_admin(user: User) -> None:
    client = Client()
    client.force_login(office())
    data = {"usable_password": "true", "password1": NEW, "password2": NEW, "set-password": "x"}
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.post(address, data).status_code == 302


def _in_the_own_form(user: User) -> None:
    client = Client()
    client.force_login(user)
    data = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
    assert client.post(reverse("admin:password_change"), data).status_code == 302


def _by_the_command(user: User) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("getpass.getpass", lambda prompt: NEW)
        call_command("changepassword", user.username, stdout=StringIO())


def _by_the_service(user: User) -> None:
    set_password(viewer=as_viewer(office()), account_id=user.pk, password=NEW)


def _removed_by_the_service(user: User) -> None:
    set_password(viewer=as_viewer(office()), account_id=user.pk, password=None)


def _by_a_statement(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password="pbkdf2_sha256$1$salt$hash")


def _deactivated(user: User) -> None:
    set_account_active(viewer=as_viewer(office()), account_id=user.pk, is_active=False)


PASSWORD_CHANGES = [
    _in_the_admin,
    _in_the_own_form,
    _by_the_command,
    _by_the_service,
    _removed_by_the_service,
    _by_a_statement,
]


def session_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def username(client: Client) -> object:
    return client.get("/graphql", {"query": "{ viewer { username } }"}).json()["data"]["viewer"]


@pytest.mark.parametrize("change", PASSWORD_CHANGES)
def test_every_token_and_session_ends_with_the_password(
    mina: User, change: Callable[[User], None]
) -> None:
    tokens = [create_token(user=mina, name="Phone")[0] for _ in range(2)]
    session = session_of(mina)
    other, _ = create_token(user=make_teacher("joon").user, name="Phone")
    assert all(find_token(token) for token in tokens)
    assert username(session) == {"username": "mina"}

    change(mina)

    assert [find_token(token) for token in tokens] == [None, None]
    assert username(session) is None
    assert find_token(other)
    for token in tokens:
        response = Client().get(
            "/graphql",
            {"query": "{ viewer { username } }"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status_code == 401
    assert find_token(create_token(user=User.objects.get(pk=mina.pk), name="Phone")[0])


def test_token_of_a_password_that_was_replaced_meanwhile_is_invalid(mina: User) -> None:
    """Otherwise a person who signs in while the password is changed would keep access."""
    verified = User.objects.get(pk=mina.pk)
    _by_the_service(mina)
    token, _ = create_token(user=verified, name="Phone")
    assert find_token(token) is None


def _changed_by_the_mutation(user: User) -> Client:
    client = session_of(user)
    query = "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }"
    variables = {"input": {"currentPassword": OLD, "newPassword": "a third pass phrase"}}
    body = {"query": query, "variables": variables}
    answer = client.post("/graphql", body, content_type="application/json").json()
    assert answer["data"]["changePassword"] == {"userErrors": [{"code": "INVALID_CREDENTIALS"}]}
    return client


def _changed_on_the_page(user: User) -> Client:
    client, new = session_of(user), "a third pass phrase"
    data = {"form": "password", "current_password": OLD, "new_password": new, "repeated": new}
    assert client.post(reverse("account"), data).status_code == 422
    return client


def _changed_in_the_admin(user: User) -> Client:
    client, new = session_of(user), "a third pass phrase"
    data = {"old_password": OLD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("admin:password_change"), data).status_code == 403
    return client


@pytest.mark.parametrize(
    "change", [_changed_by_the_mutation, _changed_on_the_page, _changed_in_the_admin]
)
@pytest.mark.parametrize("end", [*PASSWORD_CHANGES[2:], _deactivated])
def test_own_change_does_not_replace_a_password_that_was_set_meanwhile(
    mina: User,
    change: Callable[[User], Client],
    end: Callable[[User], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise whoever knows a stolen password could keep access."""

    def hash_while_access_ends(password: str) -> str:
        monkeypatch.undo()
        end(User.objects.get(pk=mina.pk))
        return make_password(password)

    for module in ("change_password", "set_password"):
        monkeypatch.setattr(
            f"primepath.services.accounts.{module}.make_password", hash_while_access_ends
        )
    client = change(mina)
    assert username(client) is None
    assert not User.objects.get(pk=mina.pk).check_password("a third pass phrase")
    assert not ApiToken.objects.filter(revoked_at=None).exists()


def test_signing_in_does_not_end_other_tokens(mina: User) -> None:
    token, _ = create_token(user=mina, name="Phone")
    assert Client().login(username="mina", password=OLD)
    assert find_token(token)


def _deactivated_by_the_service(user: User, is_active: bool) -> None:
    set_account_active(viewer=as_viewer(office()), account_id=user.pk, is_active=is_active)


def _deactivated_in_the_shell(user: User, is_active: bool) -> None:
    account = User.objects.get(pk=user.pk)
    account.is_active = is_active
    account.save()


@pytest.mark.parametrize("change", [_deactivated_by_the_service, _deactivated_in_the_shell])
def test_reactivation_revives_neither_tokens_nor_sessions(
    mina: User, change: Callable[[User, bool], None]
) -> None:
    token, _ = create_token(user=mina, name="Phone")
    joon = make_teacher("joon").user
    session, other_session = session_of(mina), session_of(joon)
    other, _ = create_token(user=joon, name="Phone")
    change(mina, False)
    assert find_token(token) is None
    assert username(session) is None
    change(mina, True)
    assert find_token(token) is None
    assert username(session) is None
    assert find_token(other)
    assert username(other_session) == {"username": "joon"}
    assert ApiToken.objects.filter(revoked_at=None).count() == 1
