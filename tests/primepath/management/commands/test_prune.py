"""``manage.py prune`` deletes what is over, and nothing that a client or a session still needs."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.stored_file import FilePurpose
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import ApiToken, AttemptCount, HistoryEntry, IdempotencyKey, StoredFile
from primepath.services import prune as service
from primepath.services.accounts.tokens import create_token
from primepath.services.cells.update_cell import update_cell
from tests.client import answer
from tests.factories import YEAR, head_teacher, make_class, make_teacher
from tests.query_counts import statements
from tests.schema.mobile_client import MATRIX, MobileClient

pytestmark = pytest.mark.django_db


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def prune(*options: str) -> dict[str, str]:
    """Return what the command prints, by what it counts."""
    output = io.StringIO()
    call_command("prune", *options, stdout=output)
    lines = output.getvalue().splitlines()
    return dict(line.rstrip(".").split(": ") for line in lines)


def make_sessions() -> None:
    for number, expiry in enumerate((-9, -1, 1)):
        date = timezone.now() + timedelta(days=expiry)
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=date)


def make_tokens() -> None:
    user = make_teacher("mina").user
    for name, fields in {
        "valid": {},
        "expired": {"expires_at": days_ago(31)},
        "just expired": {"expires_at": days_ago(29)},
        "revoked": {"revoked_at": days_ago(31)},
        "just revoked": {"revoked_at": days_ago(29)},
    }.items():
        _, token = create_token(user=user, name=name)
        ApiToken.objects.filter(pk=token.pk).update(**fields)


def note(text: str, at: datetime) -> None:
    """Change a cell, as if it were this time."""
    update_cell(viewer=COMMAND_LINE, cell=CellKey("A", YEAR, Period.JAN), changes={"notes": text})
    newest = HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    # The manager of the model forbids changes.
    models.QuerySet.update(HistoryEntry.objects.filter(pk=newest), at=at)


def test_expired_rows_are_deleted_and_the_others_kept() -> None:
    make_sessions()
    make_tokens()
    AttemptCount.objects.create(name="old", count=1, expires_at=days_ago(1))
    AttemptCount.objects.create(name="new", count=1, expires_at=days_ago(-1))
    user = ApiToken.objects.all()[0].user
    for age in 1, -1:
        StoredFile.objects.create(
            digest=str(age),
            user=user,
            purpose=FilePurpose.UPLOAD,
            content=b"",
            created_at=days_ago(1),
            expires_at=days_ago(age),
        )
    for days in 0.9, 1.1:
        IdempotencyKey.objects.create(user=user, key=str(days), created_at=days_ago(days))
    shown = {"Expired sessions": 2, "Ended tokens": 2, "Counts of failed sign-ins": 1}
    shown |= {"Expired files": 1, "Idempotency keys": 1}
    assert prune("--dry-run") == {name: f"{number} to delete" for name, number in shown.items()}
    assert Session.objects.count() == 3
    assert prune() == {name: f"{number} deleted" for name, number in shown.items()}
    assert [each.digest for each in StoredFile.objects.all()] == ["-1"]
    assert [each.key for each in IdempotencyKey.objects.all()] == ["0.9"]
    assert [each.session_key for each in Session.objects.all()] == ["s2"]
    names = ApiToken.objects.values_list("name", flat=True)
    assert set(names) == {"valid", "just expired", "just revoked"}
    assert [each.name for each in AttemptCount.objects.all()] == ["new"]
    assert set(prune().values()) == {"0 deleted"}


def test_tokens_can_be_deleted_earlier() -> None:
    make_tokens()
    assert prune("--token-days", "0")["Ended tokens"] == "4 deleted"


def test_rows_are_deleted_in_small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_BATCH", 2)
    for number in range(5):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=days_ago(1))
    with CaptureQueriesContext(connection) as captured:
        assert prune()["Expired sessions"] == "5 deleted"
    deleted = [sql for sql in statements(captured) if sql.startswith("DELETE")]
    assert len(deleted) == 3
    assert all("expire_date" in sql for sql in deleted)


def test_history_is_kept_unless_it_is_asked_for() -> None:
    make_class("A")
    note("x", days_ago(4_000))
    note("y", days_ago(3_000))
    assert "Old history entries" not in prune()
    assert HistoryEntry.objects.count() == 2


@pytest.mark.parametrize(
    "options",
    [("--history-days", "30"), ("--history-days", "-1"), ("--token-days", "-1")],
)
def test_invalid_number_of_days_is_refused(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="must be between"):
        prune(*options)


def test_history_is_kept_for_as_long_as_sync_tokens(settings: Settings) -> None:
    settings.SYNC_TOKEN_DAYS = 60
    with pytest.raises(CommandError, match="between 61 and"):
        prune("--history-days", "60")
    assert prune("--history-days", "61")["Old history entries"] == "0 deleted"


def expect_changes(client: MobileClient) -> None:
    """Sync, and check that the client then has what a full read returns."""
    client.sync()
    assert client.rows == client.fetch_all()


def codes(client: MobileClient) -> Any:
    response = answer(MATRIX, client.viewer, {"year": YEAR, "after": client.token})
    return [error["extensions"]["code"] for error in response["errors"]]


def test_tokens_from_before_the_kept_history_are_expired_and_miss_nothing() -> None:
    make_class("A")
    viewer = head_teacher()
    note("1", days_ago(50))
    old = MobileClient(viewer)
    note("2", days_ago(45))
    quiet = MobileClient(viewer)
    note("3", days_ago(10))
    new = MobileClient(viewer)
    note("4", days_ago(1))
    assert prune("--history-days", "40")["Old history entries"] == "1 deleted"
    # Its signature is new, as after SYNC_TOKEN_DAYS was raised.
    assert codes(old) == ["SYNC_TOKEN_EXPIRED"]
    # Nothing had changed for weeks when this client got its token.
    expect_changes(quiet)
    expect_changes(new)


def test_tokens_survive_a_history_without_recent_changes() -> None:
    make_class("A")
    viewer = head_teacher()
    for number in range(3):
        note(str(number), days_ago(90 - number))
    client = MobileClient(viewer)
    assert prune("--history-days", "31")["Old history entries"] == "2 deleted"
    expect_changes(client)
    note("new", timezone.now())
    expect_changes(client)
