"""Limit on the time of an operation, measured from the arrival of its request."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from primepath.models import ExamScheduleMatrix, HistoryEntry
from primepath.server.time_limit import TimeLimit
from primepath.services.accounts.tokens import create_token
from schema.http import run_operation
from tests.factories import make_class, make_teacher

pytestmark = pytest.mark.django_db

DOCUMENT = "{ school { name } classDirectory { totalCount } }"


def answer_after(seconds: float, token: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the response to a request that has waited this many seconds."""
    now = time.monotonic()
    monkeypatch.setattr(run_operation, "received_at", lambda _: now - seconds)
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


MUTATION = """
mutation {
  first: updateCell(input: { cell: { id: "MatrixCell:A/2026/JAN" }, notes: "1" }) { cell { notes } }
  second: updateCell(input: { cell: { id: "MatrixCell:A/2026/JAN" }, notes: "2" }) { cell { notes } }
}
"""


@pytest.mark.parametrize(("payload_takes", "is_read"), [(3.9, True), (4.1, False)])
def test_payload_of_a_late_mutation_has_its_own_time(
    payload_takes: float, is_read: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first mutation is saved when its operation is almost over. The second one does not begin."""
    settings.OPERATION_SECONDS, settings.PAYLOAD_SECONDS = 2.0, 4.0
    make_class("A")
    token, _ = create_token(user=make_teacher(head=True).user, name="test")
    now = time.monotonic()
    allow = TimeLimit.allow_for_payload

    def commit_late(limit: TimeLimit) -> None:
        nonlocal now
        now += 1.9
        allow(limit)
        now += payload_takes

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(TimeLimit, "allow_for_payload", commit_late)
    response: Any = Client().post(
        "/graphql",
        {"query": MUTATION},
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    answer = response.json()
    assert ExamScheduleMatrix.objects.get().notes == "1"
    assert answer["data"] == {
        "first": {"cell": {"notes": "1"} if is_read else None},
        "second": None,
    }
    codes = {".".join(each["path"]): each["extensions"] for each in answer["errors"]}
    assert codes.pop("second") == {"code": "TIMEOUT", "limit": 2}
    if is_read:
        assert codes == {}
    else:
        (id,) = HistoryEntry.objects.values_list("change_set", flat=True)
        assert id is not None
        assert codes == {
            "first.cell": {
                "code": "TIMEOUT",
                "limit": 2,
                "saved": True,
                "changeSetId": f"ChangeSet:{id.hex}",
            }
        }
