"""Limit on the time of an operation, measured from the arrival of its request."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from primepath.services.accounts.tokens import create_token
from schema.http import view
from tests.factories import make_teacher

pytestmark = pytest.mark.django_db

DOCUMENT = "{ school { name } classDirectory { totalCount } }"


def answer_after(seconds: float, token: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the response to a request that has waited this many seconds."""
    now = time.monotonic()
    monkeypatch.setattr(view, "received_at", lambda _: now - seconds)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    headers = {"Authorization": f"Bearer {token}"}
    return (
        Client().post("/graphql", {"query": DOCUMENT}, "application/json", headers=headers).json()
    )


def test_operation_over_the_time_limit_returns_null_for_the_rest(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPERATION_SECONDS = 2.0
    token, _ = create_token(user=make_teacher(head=True).user, name="test")
    assert "errors" not in answer_after(2.0, token, monkeypatch)
    response = answer_after(2.001, token, monkeypatch)
    assert response["data"] == {"school": {"name": settings.SCHOOL_NAME}, "classDirectory": None}
    (error,) = response["errors"]
    assert error["path"][0] == "classDirectory"
    assert error["extensions"] == {"code": "TIMEOUT", "limit": 2.0}
    assert "exceeded its 2-second limit" in error["message"]
