"""Passwords and tokens over HTTP: what ends, what stays, and the last use of tokens."""

from __future__ import annotations

import datetime
import json
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from primepath.models import ApiToken, HistoryEntry
from primepath.services import last_use
from primepath.services.accounts.tokens import create_token
from primepath.services.last_use import LastUse
from tests.factories import make_teacher
from tests.last_use import writing_uses

PASSWORD, NEW = "correct horse battery", "another horse battery"
CHANGE = """
mutation ($current: String!, $new: String!) {
  changePassword(input: { currentPassword: $current, newPassword: $new }) {
    token expiresAt userErrors { code field }
  }
}
"""
TOKENS = (
    "{ viewer { id apiTokens { id name isCurrent lastUsedAt expiresAt } pendingRequestCount } }"
)
REVOKE = "mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { apiToken { id } userErrors { code } } }"
# Tests replace the method.
NOTE = LastUse.note
REVOKE_ALL = "mutation { revokeAllApiTokens { revoked } }"


@pytest.fixture
def user(db: None) -> User:
    user = make_teacher("mina").user
    user.set_password(PASSWORD)
    user.save()
    return user


def post(client: Client, query: str, token: str | None = None, **variables: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = json.dumps({"query": query, "variables": variables})
    return client.post("/graphql", body, content_type="application/json", headers=headers)


def data(client: Client, query: str, token: str | None = None, **variables: Any) -> Any:
    answer = post(client, query, token, **variables).json()
    assert "errors" not in answer
    return answer["data"]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_signed_in(client: Client) -> bool:
    return data(client, "{ viewer { username } }")["viewer"] is not None


def test_session_that_changes_the_password_stays_and_all_others_end(user: User) -> None:
    here, elsewhere = signed_in(user), signed_in(user)
    token, _ = create_token(user=user, name="Phone")
    before = here.cookies["sessionid"].value
    payload = data(here, CHANGE, current=PASSWORD, new=NEW)["changePassword"]
    assert payload == {"token": None, "expiresAt": None, "userErrors": []}
    assert here.cookies["sessionid"].value != before
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert post(Client(), TOKENS, token).status_code == 401
    user.refresh_from_db()
    assert user.check_password(NEW)
    entry = HistoryEntry.objects.latest("pk")
    assert (entry.action, entry.actor_id) == ("SET_PASSWORD", user.pk)
    assert NEW not in str(list(HistoryEntry.objects.values()))


def test_token_that_changes_the_password_is_replaced(user: User) -> None:
    session = signed_in(user)
    token, _ = create_token(user=user, name="Phone")
    payload = data(Client(), CHANGE, token, current=PASSWORD, new=NEW)["changePassword"]
    assert payload["userErrors"] == []
    assert post(Client(), TOKENS, token).status_code == 401
    (found,) = data(Client(), TOKENS, payload["token"])["viewer"]["apiTokens"]
    assert (found["name"], found["isCurrent"]) == ("Phone", True)
    assert found["expiresAt"] == payload["expiresAt"]
    assert not is_signed_in(session)


def test_wrong_current_passwords_are_limited(user: User, settings: Any) -> None:
    client = signed_in(user)
    codes = [
        data(client, CHANGE, current="wrong", new=NEW)["changePassword"]["userErrors"][0]["code"]
        for _ in range(settings.SIGN_IN_FAILURES_PER_ACCOUNT + 1)
    ]
    assert codes == ["INVALID_CREDENTIALS"] * settings.SIGN_IN_FAILURES_PER_ACCOUNT + [
        "RATE_LIMITED"
    ]
    right = data(client, CHANGE, current=PASSWORD, new=NEW)["changePassword"]
    assert right["userErrors"][0]["code"] == "RATE_LIMITED"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_tokens_are_listed_and_revoked_by_their_owner_only(user: User) -> None:
    tokens = {name: create_token(user=user, name=name)[0] for name in ("Phone", "Tablet")}
    other = make_teacher("juno").user
    others_token, _ = create_token(user=other, name="Other")
    listed = data(Client(), TOKENS, tokens["Phone"])["viewer"]["apiTokens"]
    assert {each["name"]: each["isCurrent"] for each in listed} == {"Phone": True, "Tablet": False}
    tablet = next(each["id"] for each in listed if each["name"] == "Tablet")
    refused = data(Client(), REVOKE, others_token, id=tablet)["revokeApiToken"]
    assert refused == {"apiToken": None, "userErrors": [{"code": "NOT_FOUND"}]}
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert data(Client(), node, others_token, id=tablet)["node"] is None
    revoked = data(Client(), REVOKE, tokens["Phone"], id=tablet)["revokeApiToken"]
    assert revoked == {"apiToken": {"id": tablet}, "userErrors": []}
    assert post(Client(), TOKENS, tokens["Tablet"]).status_code == 401
    assert data(Client(), REVOKE_ALL, tokens["Phone"])["revokeAllApiTokens"] == {"revoked": 1}
    assert post(Client(), TOKENS, tokens["Phone"]).status_code == 401
    assert post(Client(), TOKENS, others_token).status_code == 200


def test_last_use_is_noted_once_an_hour(user: User) -> None:
    token, stored = create_token(user=user, name="Phone")
    used: list[datetime.datetime | None] = []
    now = timezone.now()
    with writing_uses():
        for minutes in 0, 59, 61, 119, 122:
            moment = now + datetime.timedelta(minutes=minutes)
            with patch.object(timezone, "now", return_value=moment):
                data(Client(), TOKENS, token)
            stored.refresh_from_db()
            used.append(stored.last_used_at)
        (shown,) = data(Client(), TOKENS, token)["viewer"]["apiTokens"]
    minutes_used = [(each - now).total_seconds() / 60 for each in used if each]
    assert minutes_used == [0, 0, 61, 61, 122]
    assert datetime.datetime.fromisoformat(shown["lastUsedAt"]) == used[-1]


def test_use_that_cannot_be_written_is_tried_again_after_an_hour() -> None:
    uses = LastUse(ApiToken)
    tried: list[int] = []
    now = timezone.now()
    with patch.object(last_use._writer, "submit", lambda _write, key, _at: tried.append(key)):
        for minutes in 0, 1, 59, 61:
            moment = now + datetime.timedelta(minutes=minutes)
            with patch.object(timezone, "now", return_value=moment):
                NOTE(uses, 7, None)
    assert tried == [7, 7]
