"""An unusable `syncToken` is rejected with instructions in the message. It never returns wrong data."""

from __future__ import annotations

import base64
import datetime
import time
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import HistoryEntry, SchoolClass
from primepath.services.cells.update_cell import update_cell
from schema.types.sync_token import _SALT, MAX_LENGTH, TOKEN_LENGTH, SyncToken
from tests.client import answer, data, error_codes
from tests.factories import YEAR, head_teacher, make_class
from tests.query_counts import statements
from tests.schema.mobile_client import MATRIX, MobileClient, periods_by_class

pytestmark = pytest.mark.django_db

START_AGAIN = (
    "Repeat the query without `changesAfter` to get the full matrix and a new `syncToken`."
)
DAY = 24 * 60 * 60


@pytest.fixture
def client() -> MobileClient:
    make_class("A")
    note("x")
    return MobileClient(head_teacher())


def note(notes: str) -> None:
    key = CellKey("A", YEAR, Period.JAN)
    update_cell(viewer=COMMAND_LINE, cell=key, changes={"notes": notes})


def rejection(viewer: Viewer, token: str, year: int = YEAR, code: str = "BAD_USER_INPUT") -> str:
    """Return the message of the answer to a token, which must be a rejection with this code."""
    response = answer(MATRIX, viewer, {"year": year, "after": token})
    assert response["data"] == {"scheduleMatrix": None}
    assert error_codes(response) == {"scheduleMatrix": code}
    (error,) = response["errors"]
    message: str = error["message"]
    assert message.endswith(START_AGAIN)
    assert len(message) < 250
    return message.removesuffix(START_AGAIN).strip()


def expiry(viewer: Viewer, token: str) -> str:
    """Return the message for a token that is expired."""
    return rejection(viewer, token, code="SYNC_TOKEN_EXPIRED")


def _flipped(token: str, position: int) -> str:
    return token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]


INVALID_TOKENS: dict[str, Any] = {
    "nothing": lambda token: "",
    "a word": lambda token: "token",
    "NUL": lambda token: "\0",
    "NUL within": lambda token: f"{token[:9]}\0{token[10:]}",
    "half of a pair": lambda token: "\ud800",
    "half of a pair within": lambda token: f"{token[:9]}\ud800{token[10:]}",
    "not ASCII": lambda token: token + "\N{SNOWMAN}",
    "spaces around": lambda token: f" {token} ",
    "colons": lambda token: "::",
    "without the time": lambda token: ":".join(token.split(":")[::2]),
    "content that is not signed": lambda token: base64.urlsafe_b64encode(b"[2026]").decode(),
    "one character too long": lambda token: "x" * (MAX_LENGTH + 1),
    "a million characters": lambda token: token * (1_000_000 // len(token)),
}
# Tokens can have been valid if only their signature is wrong: before an upgrade, or before a change of SECRET_KEY.
UNVERIFIED_TOKENS: dict[str, Any] = {
    "the beginning": lambda token: token[:-1],
    "another content": lambda token: _flipped(token, 5),
    "another time": lambda token: _flipped(token, token.index(":") + 1),
    "another signature": lambda token: _flipped(token, len(token) - 20),
    "signed for something else": lambda token: signing.dumps([YEAR, [0, None, 0, 0], {}]),
    "signed in another format": lambda token: signing.dumps(
        [YEAR, [0, None, 0, 0], {}], salt=f"{_SALT}0"
    ),
}


@pytest.mark.parametrize("what", INVALID_TOKENS)
def test_invalid_token_is_rejected_before_anything_is_read(client: MobileClient, what: str) -> None:
    assert client.token is not None
    with CaptureQueriesContext(connection) as captured:
        assert rejection(client.viewer, INVALID_TOKENS[what](client.token)) == (
            "`changesAfter` is not a valid sync token."
        )
    assert statements(captured) == []


@pytest.mark.parametrize("what", UNVERIFIED_TOKENS)
def test_unverified_token_is_expired_before_anything_is_read(
    client: MobileClient, what: str
) -> None:
    assert client.token is not None
    with CaptureQueriesContext(connection) as captured:
        assert expiry(client.viewer, UNVERIFIED_TOKENS[what](client.token)) == (
            "This sync token is no longer valid on this server."
        )
    assert statements(captured) == []


def test_token_of_another_secret_is_expired(client: MobileClient) -> None:
    with override_settings(SECRET_KEY="another" * 10):
        token = MobileClient(client.viewer).token
    assert token is not None
    assert "no longer valid" in expiry(client.viewer, token)


def test_token_of_another_year_is_rejected(client: MobileClient) -> None:
    assert client.token is not None
    assert rejection(client.viewer, client.token, YEAR + 1) == (
        "This sync token is for 2026, not for 2027."
    )


@pytest.mark.parametrize("days", [30, 1])
def test_token_expires_after_the_configured_days(
    client: MobileClient, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, now = client.token, time.time()
    assert token is not None
    with override_settings(SYNC_TOKEN_DAYS=days):
        monkeypatch.setattr(time, "time", lambda: now + days * DAY - 5)
        assert periods_by_class(client.fetch(token)) == {}
        monkeypatch.setattr(time, "time", lambda: now + days * DAY + 5)
        assert expiry(client.viewer, token) == f"This sync token is older than {days} days."


def test_each_response_renews_the_token(
    client: MobileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for day in range(20, 120, 20):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * DAY)
        assert periods_by_class(client.sync()) == {}


FIELDS = HistoryEntry._meta.concrete_fields
REPLACED = "The school's data has been replaced since this sync token was issued."


def _delete_entries(since: int = 0) -> None:
    """Delete entries, as if the database was restored from a backup without them."""
    entries = HistoryEntry.objects.filter(pk__gte=since)
    entries._raw_delete(entries.db)


def test_token_is_rejected_after_restoring_an_older_backup(
    client: MobileClient,
) -> None:
    older = client.token
    assert older is not None
    note("y")
    client.sync()
    newest = HistoryEntry.objects.latest("pk")
    _delete_entries(newest.pk)
    assert client.token is not None
    assert expiry(client.viewer, client.token) == REPLACED
    # The restored database uses the key of the lost entry again.
    another = HistoryEntry(**{field.attname: getattr(newest, field.attname) for field in FIELDS})
    another.at += datetime.timedelta(microseconds=1)
    another.save()
    assert another.pk == newest.pk
    assert expiry(client.viewer, client.token) == REPLACED
    # A token from before the backup is still valid.
    assert periods_by_class(client.fetch(older)) == {"A": ["JAN"]}


def test_token_from_before_the_first_change_returns_all_changes() -> None:
    make_class("A")
    client = MobileClient(head_teacher())
    note("x")
    assert periods_by_class(client.sync()) == {"A": ["JAN"]}


def test_new_changes_after_a_restore_are_returned_despite_lower_transaction_ids(
    client: MobileClient,
) -> None:
    """Another server starts its transaction ids again. Restored rows keep the old ids."""
    assert client.token is not None
    token = SyncToken.parse(client.token, YEAR)
    far = token.position._replace(open_from=10**12, own=0)
    client.token = str(token._replace(position=far))
    assert periods_by_class(client.sync()) == {}
    client.token = str(token._replace(position=far))
    note("y")
    assert periods_by_class(client.sync()) == {"A": ["JAN"]}


def test_old_changes_after_a_restore_are_not_returned_repeatedly(client: MobileClient) -> None:
    """Their transaction ids are higher than any that the new server has reached."""
    newest = HistoryEntry.objects.latest("pk")
    values = {field.attname: getattr(newest, field.attname) for field in FIELDS}
    HistoryEntry(**{**values, "id": newest.pk + 1, "transaction": 10**15}).save()
    client.sync()
    assert periods_by_class(client.sync()) == {}


def test_token_has_the_same_length_for_any_number_of_classes() -> None:
    viewer, lengths = head_teacher(), []
    made = 0
    for count in (1, 60, 605, 1_000):
        # Codes of the maximum length.
        SchoolClass.objects.bulk_create(
            SchoolClass(
                code=f"{number:032}", name=str(number), division="HIGH", grade=12, section="A"
            )
            for number in range(made, count)
        )
        made = count
        document = "{ scheduleMatrix(academicYear: 2026) { syncToken rows { canEdit } } }"
        matrix = data(document, viewer)["scheduleMatrix"]
        assert len(matrix["rows"]) == count
        lengths.append(len(matrix["syncToken"]))
    assert set(lengths) == {295}
    assert TOKEN_LENGTH >= 295


def test_token_of_an_earlier_version_is_expired(client: MobileClient) -> None:
    """It contained a mark of each class."""
    marks = {f"CLASS_{number}": [f"{number:08}", f"{number:08}"] for number in range(605)}
    content = [YEAR, [1, None, 0, 0, 0, ""], marks]
    token = signing.dumps(content, salt="schema.types.sync_token/3", compress=True)
    assert expiry(client.viewer, token) == "This sync token is no longer valid on this server."


def test_text_longer_than_any_token_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def loads(text: str, **options: Any) -> Any:
        looked_at.append(len(text))
        raise signing.BadSignature

    monkeypatch.setattr(signing, "loads", loads)
    viewer = head_teacher()
    expiry(viewer, "x" * (MAX_LENGTH - 4) + ":x:x")
    rejection(viewer, "x" * (MAX_LENGTH - 3) + ":x:x")
    assert looked_at == [MAX_LENGTH]
