"""The hashing thread: one hash at a time, in order, without a database connection, and a bounded wait."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction
from prometheus_client import REGISTRY
from pytest_django import Settings

from primepath.domain.errors import OverloadedError
from primepath.services.accounts.sign_in import sign_in
from primepath.services.passwords import hashing_thread as module
from primepath.services.passwords.hashing_thread import HashingThread
from tests.factories import make_teacher
from tests.processes import PATIENCE

PASSWORD = "the right pass phrase"
PEOPLE = 12


class Rush:
    """Threads that want to hash, while the first hash does not end before `release`."""

    def __init__(self, thread: HashingThread, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads = ThreadPoolExecutor(PEOPLE + 1)
        self.waiting = threading.Semaphore(0)
        self.hashed: list[int] = []
        self._gate = threading.Event()
        submit = thread._executor.submit

        def note(*args: Any) -> Future[Any]:
            future = submit(*args)
            self.waiting.release()
            return future

        monkeypatch.setattr(thread._executor, "submit", note)

    def start(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call ``function`` in a thread, and return when it waits for its hash."""
        future = self.threads.submit(self._call, function, *args)
        assert self.waiting.acquire(timeout=PATIENCE)
        return future

    def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        finally:
            connection.close()

    def hash(self, number: int) -> int:
        assert self._gate.wait(PATIENCE)
        self.hashed.append(number)
        return number

    def release(self) -> None:
        self._gate.set()


@pytest.fixture
def thread() -> Iterator[HashingThread]:
    thread = HashingThread()
    yield thread
    thread._executor.shutdown()


@pytest.fixture
def rush(thread: HashingThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rush]:
    with _rush(thread, monkeypatch) as rush:
        yield rush


@contextmanager
def _rush(thread: HashingThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rush]:
    rush = Rush(thread, monkeypatch)
    with rush.threads:
        try:
            yield rush
        finally:
            rush.release()


@pytest.mark.one_database
def test_passwords_are_hashed_in_order_of_arrival(rush: Rush, thread: HashingThread) -> None:
    futures = [rush.start(thread.run, rush.hash, number) for number in range(6)]
    rush.release()
    assert [future.result(PATIENCE) for future in futures] == list(range(6))
    assert rush.hashed == list(range(6))


@pytest.mark.one_database
def test_one_password_is_hashed_at_a_time(rush: Rush, thread: HashingThread) -> None:
    busy = threading.Lock()

    def hash_alone() -> None:
        assert busy.acquire(blocking=False), "two passwords are hashed at the same time"
        time.sleep(0.002)
        busy.release()

    for future in [rush.threads.submit(thread.run, hash_alone) for _ in range(50)]:
        future.result(PATIENCE)


@pytest.fixture
def _people(transactional_db: None) -> None:
    password = make_password(PASSWORD)
    for number in range(PEOPLE):
        make_teacher(f"teacher-{number}", password=password)


@pytest.mark.usefixtures("_people")
def test_no_connection_is_held_while_a_password_is_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """More people sign in than the pool has connections, and all of them wait."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no pool, and its tests have one connection for all threads.")
    with _rush(module.hashing_thread, monkeypatch) as rush:
        verify = "django.contrib.auth.hashers.Argon2PasswordHasher.verify"
        monkeypatch.setattr(verify, lambda self, password, encoded: bool(rush.hash(1)))
        names = [f"teacher-{number}" for number in range(PEOPLE)]
        signing_in = [rush.start(_sign_in, name) for name in names]
        assert rush.hashed == []
        with transaction.atomic():
            User.objects.update(last_name="changed meanwhile")
        connection.close()
        assert connection.settings_dict["OPTIONS"]["pool"]["max_size"] < PEOPLE
        assert connection.pool._in_use == set()  # type: ignore[attr-defined]
        rush.release()
        assert all(future.result(PATIENCE)[0] for future in signing_in)


def _sign_in(username: str) -> Any:
    return sign_in(username=username, password=PASSWORD, address="203.0.113.5")


@pytest.mark.django_db
def test_transaction_does_not_wait_for_the_passwords_of_others(
    rush: Rush, thread: HashingThread
) -> None:
    """The tests' own transaction is one, like that of the page that creates an account."""
    first = rush.start(thread.run, rush.hash, 1)
    assert thread.run(lambda: "hashed") == "hashed"
    rush.release()
    assert first.result(PATIENCE) == 1


@pytest.mark.one_database
@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux has priorities of threads.")
def test_only_the_hashing_thread_has_a_lower_priority(rush: Rush, thread: HashingThread) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    hashing = rush.threads.submit(thread.run, priority).result(PATIENCE)
    assert hashing == min(before + module._NICENESS, 19)
    assert [rush.threads.submit(priority).result(PATIENCE), priority()] == [before, before]


@pytest.mark.one_database
def test_password_without_a_chance_is_refused_immediately(
    rush: Rush, thread: HashingThread, settings: Settings
) -> None:
    rush.start(thread.run, rush.hash, 1)
    thread._seconds_per_place = settings.OPERATION_SECONDS
    refusals = _metric("primepath_password_refusals_total")
    with pytest.raises(OverloadedError) as refused:
        thread.run(rush.hash, 2)
    assert refused.value.retry_after_seconds in range(2, 6)
    assert str(refused.value).endswith(f"in {refused.value.retry_after_seconds} seconds.")
    assert _metric("primepath_password_refusals_total") == refusals + 1


@pytest.mark.one_database
def test_password_that_waited_too_long_is_refused_and_not_hashed(
    rush: Rush, thread: HashingThread, settings: Settings
) -> None:
    first = rush.start(thread.run, rush.hash, 1)
    settings.OPERATION_SECONDS = 0.2
    second = rush.start(thread.run, rush.hash, 2)
    with pytest.raises(OverloadedError):
        second.result(PATIENCE)
    settings.OPERATION_SECONDS = 10
    rush.release()
    assert first.result(PATIENCE) == 1
    assert thread.run(rush.hash, 3) == 3
    assert rush.hashed == [1, 3]


@pytest.mark.one_database
def test_second_hash_of_a_place_is_not_refused(
    rush: Rush, thread: HashingThread, settings: Settings
) -> None:
    """An imported hash is verified and then replaced."""
    other = rush.start(thread.run, rush.hash, 1)
    with thread.place():
        rush.release()
        assert thread.run(rush.hash, 2) == 2
        thread._seconds_per_place = settings.OPERATION_SECONDS
        assert thread.run(rush.hash, 3) == 3
    other.result(PATIENCE)
    assert thread._places == 0


@pytest.mark.one_database
def test_expected_wait_follows_the_time_that_hashes_take(thread: HashingThread) -> None:
    for _ in range(30):
        thread.run(time.sleep, 0.001)
    assert thread._seconds_per_place < module._FIRST_GUESS_SECONDS / 2


@pytest.mark.one_database
def test_error_of_a_hash_is_raised_and_frees_the_place(thread: HashingThread) -> None:
    with pytest.raises(ZeroDivisionError):
        thread.run(lambda: 1 / 0)
    assert thread._places == 0


@pytest.mark.one_database
def test_metrics_count_waits_and_hashes(thread: HashingThread) -> None:
    names = ("primepath_password_wait_seconds_count", "primepath_password_hash_seconds_count")
    before = [_metric(name) for name in names]
    thread.run(lambda: None)
    assert [_metric(name) for name in names] == [number + 1 for number in before]


def _metric(name: str) -> float:
    value = REGISTRY.get_sample_value(name)
    assert value is not None
    return value


def test_thread_pauses_between_hashes_unless_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = HashingThread()
    pauses: list[float] = []
    monkeypatch.setattr(thread, "_sleep", pauses.append)

    def hash_for(seconds: float) -> None:
        time.sleep(seconds)

    thread.run(hash_for, 0.05)
    assert pauses == [0]
    thread.run(hash_for, 0.05)
    # Four times as long as the hash, of which some time has passed.
    assert 0.1 < pauses[-1] < 1
    thread.queue = lambda: (1_000, 3.0)
    thread.run(hash_for, 0.05)
    assert pauses[-1] == 0
    thread.queue = lambda: (0, 100.0)
    thread.run(hash_for, 0.05)
    assert pauses[-1] == 0
