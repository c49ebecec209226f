"""The queue of the writers of a process: each has its turn, in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from primepath.db.sqlite3 import writer_queue
from primepath.db.sqlite3.writer_queue import WriterQueue, queue_of

pytestmark = pytest.mark.one_database
PATIENCE = 30


class Waiter(threading.Thread):
    """A thread that waits in the queue. ``came`` is the result."""

    def __init__(self, queue: WriterQueue, seconds: float = PATIENCE) -> None:
        super().__init__()
        self.came: bool | None = None
        self._queue = queue
        self._seconds = seconds
        before = len(queue._waiters)
        self.start()
        while len(queue._waiters) == before and self.is_alive():
            threading.Event().wait(0.001)

    def run(self) -> None:
        self.came = self._queue.enter(self._seconds)


def test_waiters_come_in_their_order() -> None:
    queue = WriterQueue()
    assert queue.enter(0)
    waiters = [Waiter(queue) for _ in range(5)]
    for waiter in waiters:
        assert [each.came for each in waiters].count(True) == waiters.index(waiter)
        queue.leave()
        waiter.join(PATIENCE)
        assert waiter.came
    queue.leave()
    assert queue.enter(0)


def test_a_newcomer_does_not_overtake_a_waiter() -> None:
    queue = WriterQueue()
    assert queue.enter(0)
    waiter = Waiter(queue)
    queue.leave()
    # The turn is the waiter's, even if its thread has not run yet.
    assert not queue.enter(0)
    waiter.join(PATIENCE)
    assert waiter.came


def test_a_waiter_leaves_when_its_time_is_over() -> None:
    queue = WriterQueue()
    assert queue.enter(0)
    impatient, patient = Waiter(queue, 0.01), Waiter(queue)
    impatient.join(PATIENCE)
    assert impatient.came is False
    queue.leave()
    patient.join(PATIENCE)
    assert patient.came


def of_turn(monkeypatch: pytest.MonkeyPatch, wait: Callable[[], bool]) -> None:
    """Let each wait for a turn return what ``wait`` returns."""

    class Turn:
        waits = False

        def acquire(self, *_: Any, **__: Any) -> bool:
            # The first call only takes the lock.
            self.waits, waits = True, self.waits
            return wait() if waits else True

        def release(self) -> None:
            pass

    class Threading:
        Lock = Turn
        TIMEOUT_MAX = threading.TIMEOUT_MAX

    monkeypatch.setattr(writer_queue, "threading", Threading)


def test_a_turn_that_comes_at_the_last_moment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = WriterQueue()
    assert queue.enter(0)

    def time_is_over() -> bool:
        queue.leave()
        return False

    of_turn(monkeypatch, time_is_over)
    assert queue.enter(1)
    assert not queue.enter(0)


@pytest.mark.parametrize("turn_has_come", [False, True])
def test_an_interrupted_waiter_blocks_nobody(
    turn_has_come: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = WriterQueue()
    assert queue.enter(0)

    def interrupt() -> bool:
        if turn_has_come:
            queue.leave()
        raise KeyboardInterrupt

    of_turn(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        queue.enter(1)
    if not turn_has_come:
        queue.leave()
    assert queue.enter(0)


def test_a_file_has_one_queue_under_all_its_names(tmp_path: Path) -> None:
    file = tmp_path / "school.sqlite3"
    link = tmp_path / "link.sqlite3"
    link.symlink_to(file)
    assert queue_of(str(file)) is queue_of(str(link))
    assert queue_of(str(file)) is not queue_of(str(tmp_path / "other.sqlite3"))
