"""A `syncToken` that cannot be used is refused with a sentence that says what to do, and never answered wrongly."""

from __future__ import annotations

import base64
import datetime
import time
import uuid
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from loaders.visible_classes import VisibleClass
from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import HistoryEntry
from primepath.models.history_position import HistoryPosition
from primepath.services.cells.update_cell import update_cell
from schema.types.sync_token import _SALT, MAX_LENGTH, SyncToken
from tests.client import answer, error_codes
from tests.factories import YEAR, head_teacher, make_class
from tests.query_counts import statements
from tests.schema.mobile_client import MATRIX, MobileClient, periods_by_class

pytestmark = pytest.mark.django_db

START_AGAIN = (
    "Start again: send the query without changesAfter, and keep the syncToken of its answer."
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


def refusal(viewer: Viewer, token: str, year: int = YEAR) -> str:
    """What the answer to a token says, which must be a refusal."""
    response = answer(MATRIX, viewer, {"year": year, "after": token})
    assert response["data"] == {"scheduleMatrix": None}
    assert error_codes(response) == {"scheduleMatrix": "BAD_USER_INPUT"}
    (error,) = response["errors"]
    message: str = error["message"]
    assert message.endswith(START_AGAIN)
    assert len(message) < 250
    return message.removesuffix(START_AGAIN).strip()


def _flipped(token: str, position: int) -> str:
    return token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]


NO_TOKENS: dict[str, Any] = {
    "nothing": lambda token: "",
    "a word": lambda token: "token",
    "NUL": lambda token: "\0",
    "NUL within": lambda token: f"{token[:9]}\0{token[10:]}",
    "half of a pair": lambda token: "\ud800",
    "half of a pair within": lambda token: f"{token[:9]}\ud800{token[10:]}",
    "not ASCII": lambda token: token + "\N{SNOWMAN}",
    "spaces around": lambda token: f" {token} ",
    "colons": lambda token: "::",
    "the beginning": lambda token: token[:-1],
    "another content": lambda token: _flipped(token, 5),
    "another time": lambda token: _flipped(token, token.index(":") + 1),
    "another signature": lambda token: _flipped(token, len(token) - 20),
    "without the time": lambda token: ":".join(token.split(":")[::2]),
    "content that is not signed": lambda token: base64.urlsafe_b64encode(b"[2026]").decode(),
    "signed for something else": lambda token: signing.dumps([YEAR, [0, None, 0, 0], {}]),
    "signed in another format": lambda token: signing.dumps(
        [YEAR, [0, None, 0, 0], {}], salt=f"{_SALT}0"
    ),
    "one character too long": lambda token: "x" * (MAX_LENGTH + 1),
    "a million characters": lambda token: token * (1_000_000 // len(token)),
}


@pytest.mark.parametrize("what", NO_TOKENS)
def test_what_is_no_token_is_refused_before_anything_is_read(
    client: MobileClient, what: str
) -> None:
    assert client.token is not None
    with CaptureQueriesContext(connection) as captured:
        assert refusal(client.viewer, NO_TOKENS[what](client.token)) == (
            "changesAfter is not a syncToken of this API."
        )
    assert statements(captured) == []


def test_a_token_of_another_secret_is_refused(client: MobileClient) -> None:
    with override_settings(SECRET_KEY="another" * 10):
        token = MobileClient(client.viewer).token
    assert token is not None
    assert "is not a syncToken" in refusal(client.viewer, token)


def test_a_token_of_another_year_is_refused(client: MobileClient) -> None:
    assert client.token is not None
    assert refusal(client.viewer, client.token, YEAR + 1) == (
        "This syncToken is one of 2026, not of 2027."
    )


@pytest.mark.parametrize("days", [30, 1])
def test_a_token_can_be_used_for_some_days(
    client: MobileClient, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, now = client.token, time.time()
    assert token is not None
    with override_settings(SYNC_TOKEN_DAYS=days):
        monkeypatch.setattr(time, "time", lambda: now + days * DAY - 5)
        assert periods_by_class(client.fetch(token)) == {}
        monkeypatch.setattr(time, "time", lambda: now + days * DAY + 5)
        assert refusal(client.viewer, token) == f"This syncToken is older than {days} days."


def test_with_each_answer_the_days_begin_again(
    client: MobileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for day in range(20, 120, 20):
        monkeypatch.setattr(time, "time", lambda day=day: now + day * DAY)
        assert periods_by_class(client.sync()) == {}


FIELDS = HistoryEntry._meta.concrete_fields
REPLACED = "This syncToken was given out for data that the school has replaced."


def _forget_entries(since: int = 0) -> None:
    """As a database does that is restored from a copy which does not have them."""
    entries = HistoryEntry.objects.filter(pk__gte=since)
    entries._raw_delete(entries.db)


def test_a_token_of_a_database_that_was_restored_from_an_older_copy_is_refused(
    client: MobileClient,
) -> None:
    older = client.token
    assert older is not None
    note("y")
    client.sync()
    newest = HistoryEntry.objects.latest("pk")
    _forget_entries(newest.pk)
    assert client.token is not None
    assert refusal(client.viewer, client.token) == REPLACED
    # There, the key of what was lost is given again.
    another = HistoryEntry(**{field.attname: getattr(newest, field.attname) for field in FIELDS})
    another.at += datetime.timedelta(microseconds=1)
    another.save()
    assert another.pk == newest.pk
    assert refusal(client.viewer, client.token) == REPLACED
    # What was given out before the copy was made still serves.
    assert periods_by_class(client.fetch(older)) == {"A": ["JAN"]}


def test_a_token_of_before_the_first_change_serves_for_all_of_them() -> None:
    make_class("A")
    client = MobileClient(head_teacher())
    note("x")
    assert periods_by_class(client.sync()) == {"A": ["JAN"]}


def test_after_a_restore_new_changes_are_told_though_numbers_of_transactions_begin_again(
    client: MobileClient,
) -> None:
    """Another server numbers its transactions anew; what it restored keeps the old numbers."""
    assert client.token is not None
    token = SyncToken.parse(client.token, YEAR)
    far = token.position._replace(open_from=10**12, own=0)
    client.token = str(token._replace(position=far))
    assert periods_by_class(client.sync()) == {}
    client.token = str(token._replace(position=far))
    note("y")
    assert periods_by_class(client.sync()) == {"A": ["JAN"]}


def test_after_a_restore_old_changes_are_not_told_again_and_again(client: MobileClient) -> None:
    """They came with numbers that no transaction of the new server has reached."""
    newest = HistoryEntry.objects.latest("pk")
    values = {field.attname: getattr(newest, field.attname) for field in FIELDS}
    HistoryEntry(**{**values, "id": newest.pk + 1, "transaction": 10**15}).save()
    client.sync()
    assert periods_by_class(client.sync()) == {}


def _classes(count: int) -> list[VisibleClass]:
    """Classes with codes as long as they can be, which are hard to compress."""
    return [
        VisibleClass(
            access_level=AccessLevel.FULL,
            code=(base64.b32encode(number.to_bytes(4) * 5)[::-1].decode() * 2)[:32].replace(
                "=", "_"
            ),
            name=str(number),
            division="HIGH",
            grade=12,
            section=str(number),
            stream="",
            is_active=True,
            curriculum_version=uuid.uuid4(),
        )
        for number in range(count)
    ]


def test_the_token_of_a_thousand_classes_is_not_too_long() -> None:
    position = HistoryPosition(10**12, None, 10**12, 10**12)
    text = str(SyncToken.of(YEAR, position, _classes(1_000), COMMAND_LINE))
    assert len(text) <= MAX_LENGTH / 2
    assert len(SyncToken.parse(text, YEAR).classes) == 1_000


@pytest.mark.parametrize(("count", "characters"), [(1, 200), (5, 300), (60, 1_500)])
def test_a_token_is_short(count: int, characters: int) -> None:
    for number in range(count):
        make_class(f"PRIMARY_{number // 6}{'ABCDEF'[number % 6]}")
    token = MobileClient(head_teacher()).token
    assert token is not None
    assert len(token) <= characters


def test_a_text_is_looked_at_up_to_the_longest_token(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def loads(text: str, **options: Any) -> Any:
        looked_at.append(len(text))
        raise signing.BadSignature

    monkeypatch.setattr(signing, "loads", loads)
    viewer = head_teacher()
    for length in (MAX_LENGTH, MAX_LENGTH + 1):
        refusal(viewer, "x" * length)
    assert looked_at == [MAX_LENGTH]
