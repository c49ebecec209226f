"""Bounds of the memory of kept answers."""

from __future__ import annotations

import datetime
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest
from pytest_django import DjangoDbBlocker

from primepath.db.loop_reads import LoopReads
from primepath.domain.viewer import Viewer
from primepath.models.database_state import DatabaseState
from primepath.server.answer_life import AnswerLife
from primepath.services.accounts.observation import Observation
from schema.http.answer_cache.answer import Answer, Origin
from schema.http.answer_cache.computations import Computations
from schema.http.answer_cache.repeats import Repeats
from schema.http.answer_cache.store import Store
from schema.http.documents import RequestedDocument, Source
from schema.http.draft import begin_draft
from schema.http.request import RequestData
from tests.answer_cache.servers import running_servers
from tests.answer_cache.test_hits import fresh
from tests.profiles import examples

_LIMIT = 1_000_000
_NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def make_answer(length: int) -> Answer:
    state = DatabaseState("", "", "", 0)
    return Answer(
        origin=Origin(None, "", Source.TEXT),
        viewer=Viewer(1, "mina", "Mina", 1, False, False),
        observation=Observation(state, _NOW, access_ends_at=None),
        life=AnswerLife(),
        headers=[("Vary", "Accept")],
        content_type="application/json",
        etag=None,
        content=b"x" * length,
        compressed=None,
    )


@pytest.fixture
def repeats(monkeypatch: pytest.MonkeyPatch) -> Repeats:
    """No requests so far. The reads of all are known."""
    monkeypatch.setattr("schema.http.answer_cache.repeats.has_reads", lambda _: True)
    return Repeats(LoopReads())


def test_distinct_requests_that_can_be_repeated_stay_below_the_limit(repeats: Repeats) -> None:
    for number in range(examples(100_000)):
        add(repeats, number, "POST", number % 20_000)
        assert repeats._bytes <= 4_000_000
    assert repeats._bytes > 2_000_000
    assert len(repeats._known) < 4_000


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_memory_of_requests_that_can_be_repeated_is_bounded(method: str, repeats: Repeats) -> None:
    lists = b'{"a":[%s]}' % b",".join([b"[]"] * 2_000)
    document = "x" * 13_000
    tracemalloc.start()
    try:
        for number in range(1_000):
            size = len(document) + len(lists)
            add(repeats, number, method, size, f"{number}{document}", orjson.loads(lists))
        assert tracemalloc.get_traced_memory()[0] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_long_requests_and_requests_without_known_reads_are_not_noted(
    method: str, repeats: Repeats, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(repeats, 0, method, 20_001)
    assert not repeats._known
    add(repeats, 0, method, 20_000)
    assert len(repeats._known) == 1
    monkeypatch.undo()
    add(repeats, 1, method, 20_000)
    assert len(repeats._known) == 1


def add(
    repeats: Repeats,
    number: int,
    method: str,
    size: int,
    text: str = "{ a }",
    variables: dict[str, Any] | None = None,
) -> None:
    """Note a request with content of this size."""
    draft = begin_draft({}, lambda _: None)
    draft.viewer = Viewer(1, "mina", "Mina", 1, False, False)
    draft.data = RequestData(text, variables=variables, operation_name=None, extensions=variables)
    draft.document = RequestedDocument(text, Source.TEXT)
    is_get = method == "GET"
    scope = {"method": method, "headers": [], "query_string": b"x" * size if is_get else b""}
    key = number.to_bytes(24, "big")
    repeats.add(key, scope, 0 if is_get else size, draft, [("Content-Language", "en")])


def test_distinct_answers_stay_below_the_limit() -> None:
    store, computations = Store(_LIMIT), Computations()
    for number in range(examples(100_000)):
        key = number.to_bytes(24, "big")
        computation, _ = computations.join(key, may_wait=True)
        computations.end(key, computation, is_kept=number % 2 == 0)
        store.put(key, make_answer(number % 5_000))
        assert store.bytes <= _LIMIT
    assert store.bytes > _LIMIT / 2
    assert len(store) < _LIMIT / 3_000
    assert len(computations._running) == 0
    assert len(computations._useless) <= 2_000


def test_used_answers_stay() -> None:
    store = Store(_LIMIT)
    store.put(b"used", make_answer(1_000))
    for number in range(2_000):
        store.put(number.to_bytes(24, "big"), make_answer(1_000))
        assert store.get(b"used") is not None
    assert store.get((0).to_bytes(24, "big")) is None


def test_answer_that_grows_counts_with_its_new_size() -> None:
    store = Store(_LIMIT)
    answer = make_answer(100_000)
    store.put(b"a", answer)
    before = store.bytes
    answer.response({"headers": [(b"accept-encoding", b"gzip")]})
    store.put(b"a", answer)
    assert store.bytes == answer.size > before


def test_large_answer_is_not_kept() -> None:
    store = Store(_LIMIT)
    store.put(b"a", make_answer(1_000))
    assert not store.put(b"a", make_answer(_LIMIT // 2))
    assert store.get(b"a") is None
    assert store.bytes == 0


@pytest.mark.slow
def test_server_stays_below_its_limit(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> None:
    limit = 400_000
    with (
        django_db_blocker.unblock(),
        running_servers(tmp_path, ANSWER_CACHE_BYTES=str(limit)) as servers,
    ):
        token = servers.tokens["teacher"]
        for _ in range(examples(800)):
            servers.cached.ask(fresh("{ viewer { username } }"), token=token)
        assert limit / 3 < servers.cached.memory() <= limit
