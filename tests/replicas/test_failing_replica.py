"""A replica that is lost, frozen or too far behind is left out, and no client notices."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from loaders.cells import Cells
from primepath.db.replica_probe import PrimaryPositions
from tests.client import answer, error_codes
from tests.postgres_servers import PostgresServer
from tests.replicas.school import NOTES, School, counted, note, notes

pytestmark = pytest.mark.one_database
END_SESSIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = 'primepath' AND pid <> pg_backend_pid() AND state = 'idle in transaction'
"""


@contextmanager
def before_cells(monkeypatch: pytest.MonkeyPatch, act: Any) -> Iterator[None]:
    """Run ``act`` once, when an operation is about to read cells."""
    read, acts = Cells._read, [act]

    def act_and_read(cells: Cells, *arguments: Any) -> Any:
        if acts:
            acts.pop()()
        return read(cells, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Cells, "_read", act_and_read)
        yield
    assert not acts


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """Stop all processes of a server, as on a machine that hangs."""
    parent = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    processes = [parent, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in reversed(processes):
            os.kill(process, signal.SIGCONT)


def test_read_is_repeated_on_the_primary_if_its_session_ends(
    school: School, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("primepath"), "propagate", True)
    note(school.head, "A", "kept")
    school.wait_for_replay()
    (standby,) = school.standbys
    with before_cells(monkeypatch, lambda: standby.query(END_SESSIONS)), counted(repeated=1):
        assert notes(school.viewer, "A") == {"A": "kept"}
    assert "is left out: connection: terminating connection" in caplog.text
    with counted(none=1):
        notes(school.viewer)
    school.check()
    assert "is used." in caplog.text
    with counted(replica=1):
        notes(school.viewer)


def test_statement_that_takes_too_long_is_not_repeated(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_too_long() -> None:
        with connections["replica_1"].cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)")

    with before_cells(monkeypatch, take_too_long), counted(replica=1):
        codes = error_codes(answer(NOTES, school.viewer))
    assert set(codes.values()) == {"TIMEOUT"}
    with counted(replica=1):
        notes(school.viewer)


def test_replica_that_is_too_far_behind_is_left_out(school: School, settings: Any) -> None:
    settings.DATABASE_REPLICA_MAX_LAG = 0.2
    with school.paused():
        # An idle primary is no lag.
        time.sleep(0.3)
        school.check()
        with counted(replica=1):
            notes(school.viewer)
        note(school.head, "A", "newest")
        # The test's servers flush their log later.
        school.primary.query("CHECKPOINT")
        school.check()
        with counted(replica=1):
            notes(school.viewer)
        time.sleep(0.3)
        school.check()
        with counted(none=1):
            assert notes(school.viewer)["A"] == "newest"
    school.check()
    with counted(replica=1):
        assert notes(school.viewer)["A"] == "newest"


def test_lag_is_the_time_since_the_first_position_that_is_not_replayed() -> None:
    positions = PrimaryPositions()
    for now, position in enumerate((100, 100, 200, 300)):
        positions.add(now, position)
    assert positions.lag(10, 300) == 0
    positions.add(11, 400)
    positions.add(12, 500)
    assert positions.lag(20, 300) == 9
    assert positions.lag(20, 400) == 8
    # A new primary without the end of the old one's log.
    positions.add(21, 450)
    assert positions.lag(22, 400) == 1
    for now in range(30, 5_000):
        positions.add(now, now * 100)
    assert 4_500 < positions.lag(5_000, 500) <= 5_000 - 30
    assert len(positions._seen) < 2_000


def test_frozen_replica_is_left_out_and_its_reads_go_to_the_primary(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    (standby,) = school.standbys
    (probe,) = school.probes
    stack: list[Any] = []

    def freeze() -> None:
        stack.append(frozen(standby))
        stack[0].__enter__()
        # The probe runs in a thread, as in a server. It has two seconds of patience.
        threading.Thread(target=probe.check).start()

    try:
        began = time.monotonic()
        with before_cells(monkeypatch, freeze), counted(repeated=1):
            assert "A" in notes(school.viewer)
        # Much less than the seconds after which the server would stop the statement.
        assert time.monotonic() - began < 4.5
        with counted(none=1):
            notes(school.viewer)
    finally:
        for each in stack:
            each.__exit__(None, None, None)
    school.check()
    with counted(replica=1):
        notes(school.viewer)
