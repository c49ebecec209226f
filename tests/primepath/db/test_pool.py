"""The pool of connections to PostgreSQL, with a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.conf import settings
from prometheus_client import REGISTRY

from primepath.db import reachability
from primepath.db.postgresql import pool as pools
from primepath.db.postgresql.pool import DatabaseAwayError, NoFreeConnectionError, Pool
from primepath.db.postgresql.session import NoResponseError, OutcomeUnknownError, Session
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE

pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite has no pool."
)
ALIAS = "test-pool"


@pytest.fixture(scope="module")
def stopped_server(tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    return PostgresServer.new(tmp_path_factory.mktemp("pool") / "postgres")


@pytest.fixture
def server(stopped_server: PostgresServer) -> Iterator[PostgresServer]:
    with stopped_server.running():
        yield stopped_server


@pytest.fixture
def make_pool(stopped_server: PostgresServer) -> Iterator[Callable[..., Pool]]:
    made: list[Pool] = []

    def make(**options: Any) -> Pool:
        def connect(**parameters: Any) -> Session:
            session: Session = Session.connect(
                stopped_server.url("postgres"), autocommit=True, **parameters
            )
            return session

        made.append(Pool(ALIAS, connect, **{"max_size": 2, "timeout": 0.3, **options}))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def metric(name: str) -> float:
    value = REGISTRY.get_sample_value(f"primepath_database_{name}", {"database": ALIAS})
    assert value is not None
    return value


def process_of(session: Session) -> int:
    return session.info.backend_pid


def end(server: PostgresServer, *sessions: Session) -> None:
    for session in sessions:
        server.query(f"SELECT pg_terminate_backend({process_of(session)}, 10000)")


def test_connection_is_used_again(server: PostgresServer, make_pool: Callable[..., Pool]) -> None:
    pool = make_pool()
    first, second = pool.getconn(), pool.getconn()
    assert first is not second
    pool.putconn(first)
    pool.putconn(second)
    assert pool.getconn() is second


def test_idle_connection_is_asked_after_another_one_was_lost(
    server: PostgresServer, make_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    lost, idle = pool.getconn(), pool.getconn()
    pool.putconn(idle)
    end(server, lost)
    with pytest.raises(psycopg.OperationalError):
        lost.execute("")
    works = Session.works
    asked: list[tuple[Session, bool]] = []

    def record(session: Session, *, ask: bool) -> bool:
        asked.append((session, ask))
        return works(session, ask=ask)

    monkeypatch.setattr(Session, "works", record)
    pool.putconn(lost)
    # One of them can be the connection that has asked whether the database is away.
    found = {pool.getconn(), pool.getconn()}
    assert (idle, True) in asked
    assert idle in found
    pool.putconn(idle)
    asked.clear()
    assert pool.getconn() is idle
    assert asked == [(idle, False)]


def test_database_is_not_away_if_the_connection_that_asks_is_ended(
    server: PostgresServer, make_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    connect = vars(pool)["_connect"]
    ended: list[Session] = []
    problems: list[str | None] = []

    def connect_and_end_first(**parameters: Any) -> Session:
        problems.append(pool.watch.problem)
        session: Session = connect(**parameters)
        if not ended:
            ended.append(session)
            end(server, session)
        return session

    lost = pool.getconn()
    end(server, lost)
    with pytest.raises(psycopg.OperationalError):
        lost.execute("")
    opened = metric("pool_open")
    monkeypatch.setattr(pool, "_connect", connect_and_end_first)
    pool.putconn(lost)
    wait_for(lambda: bool(ended) and metric("pool_open") == opened)
    assert problems == [None, None]
    assert pool.watch.problem is None
    assert pool.getconn() not in ended


def test_thread_waits_for_a_connection_and_no_longer_than_allowed(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(max_size=1)
    session = pool.getconn()
    with pytest.raises(NoFreeConnectionError, match=r"in use for 0\.3 seconds"):
        pool.getconn()
    in_use, is_open = metric("pool_in_use"), metric("pool_open")
    pool.putconn(session)
    assert metric("pool_size") == 1
    assert metric("pool_in_use") == in_use - 1
    assert metric("pool_open") == is_open
    assert pool.getconn() is session


def test_threads_get_connections_in_the_order_in_which_they_asked(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(max_size=1, timeout=PATIENCE)
    session = pool.getconn()
    order: list[int] = []

    def use(number: int) -> None:
        taken = pool.getconn()
        order.append(number)
        pool.putconn(taken)

    with ThreadPoolExecutor(5) as threads:
        for number in range(5):
            threads.submit(use, number)
            wait_for(lambda number=number: pool._turns.waiting == number + 1)  # type: ignore[misc]
        pool.putconn(session)
    assert order == [0, 1, 2, 3, 4]


def test_thread_that_gave_up_leaves_its_turn_to_others(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(max_size=2)
    sessions = [pool.getconn(), pool.getconn()]
    for _ in range(3):
        with pytest.raises(NoFreeConnectionError):
            pool.getconn()
    for session in sessions:
        pool.putconn(session)
    assert {pool.getconn(), pool.getconn()} == set(sessions)


def test_connections_that_the_server_closed_are_replaced(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool()
    sessions = [pool.getconn(), pool.getconn()]
    for session in sessions:
        pool.putconn(session)
    end(server, *sessions)
    fresh = [pool.getconn(), pool.getconn()]
    assert not {*fresh} & {*sessions}
    assert [each.execute("SELECT 1").fetchone() for each in fresh] == [(1,), (1,)]
    assert not reachability.is_away(ALIAS)


def test_transaction_is_rolled_back_before_the_next_use(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool()
    session = pool.getconn()
    session.execute("BEGIN; CREATE TABLE forgotten ()")
    pool.putconn(session)
    assert pool.getconn() is session
    assert session.execute("SELECT to_regclass('forgotten')").fetchone() == (None,)


def test_connection_in_the_middle_of_a_statement_is_closed(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool()
    session = pool.getconn()
    session.pgconn.send_query(b"SELECT pg_sleep(60)")
    pool.putconn(session)
    assert session.closed
    assert pool.getconn().execute("SELECT 1").fetchone() == (1,)


def test_old_and_long_unused_connections_are_closed(
    server: PostgresServer, make_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    old, unused = pool.getconn(), pool.getconn()
    old.expires_at = 0
    pool.putconn(unused)
    monkeypatch.setattr(pools, "_MAX_IDLE_SECONDS", -1)
    pool.putconn(old)
    assert old.closed
    pool.putconn(pool.getconn())
    assert unused.closed


def test_idle_connection_that_does_not_respond_is_replaced(
    server: PostgresServer, make_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = make_pool()
    session = pool.getconn()
    pool.putconn(session)
    monkeypatch.setattr(pools, "_CHECK_AFTER_SECONDS", 0)
    assert pool.getconn() is session
    pool.putconn(session)
    monkeypatch.setattr(session, "responds", lambda: False)
    assert pool.getconn() is not session


def test_connection_to_a_server_that_became_read_only_is_closed(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(needs_writable=True)
    session = pool.getconn()
    pool.putconn(session)
    assert pool.getconn() is session
    server.query("ALTER SYSTEM SET default_transaction_read_only = on")
    server.query("SELECT pg_reload_conf()")
    try:
        wait_for(
            lambda: session.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        )
        pool.putconn(session)
        assert session.closed
    finally:
        server.query("ALTER SYSTEM RESET default_transaction_read_only")
        server.query("SELECT pg_reload_conf()")


def test_statement_without_response_closes_its_connection(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    session = make_pool().getconn()
    session.patience = 0.2
    with pytest.raises(NoResponseError, match=r"no response within 0\.2 seconds"):
        session.execute("SELECT pg_sleep(60)")
    assert session.closed
    with pytest.raises(psycopg.OperationalError, match="closed"):
        session.rollback()


def test_outcome_of_a_commit_without_response_is_unknown(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    session = make_pool().getconn()
    session.autocommit = False
    session.execute("CREATE TABLE lost ()")
    end(server, session)
    with pytest.raises(OutcomeUnknownError):
        session.commit()


def test_commit_after_the_connection_was_closed_saves_nothing(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    session = make_pool().getconn()
    session.autocommit = False
    session.execute("CREATE TABLE lost ()")
    session.close()
    with pytest.raises(psycopg.OperationalError) as error:
        session.commit()
    assert not isinstance(error.value, OutcomeUnknownError)
    assert server.query("SELECT to_regclass('lost')") is None


def test_commit_that_the_server_refuses_has_a_known_outcome(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    session = make_pool().getconn()
    session.autocommit = False
    session.execute("CREATE TEMPORARY TABLE one (value int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    session.execute("INSERT INTO one VALUES (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        session.commit()
    assert not session.closed


def test_database_that_is_away_is_refused_until_it_is_back(
    stopped_server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        pool.getconn()
    wait_for(lambda: reachability.is_away(ALIAS))
    with pytest.raises(DatabaseAwayError, match="refused"):
        pool.getconn()
    assert metric("away") == 1
    with stopped_server.running():
        wait_for(lambda: not reachability.is_away(ALIAS))
        wait_for(lambda: metric("away") == 0)
        # The attempt that noticed it left its connection.
        assert len(pool._idle) == 1
        assert pool.getconn().execute("SELECT 1").fetchone() == (1,)


def test_waiting_threads_learn_that_the_database_is_away(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool(max_size=1, timeout=PATIENCE)
    session = pool.getconn()
    problems: list[str] = []

    def ask() -> None:
        try:
            pool.getconn()
        except DatabaseAwayError as error:
            problems.append(str(error))

    with server.frozen():
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE / 2)
        assert problems == ["connection timeout expired"] * 3
    wait_for(lambda: not reachability.is_away(ALIAS))
    pool.putconn(session)
    assert pool.getconn().execute("SELECT 1").fetchone() == (1,)


def test_server_that_refuses_only_new_connections_is_not_away(
    server: PostgresServer, make_pool: Callable[..., Pool]
) -> None:
    pool = make_pool()
    session = pool.getconn()
    server.query("CREATE DATABASE other")
    other = psycopg.connect(server.url("other"), autocommit=True)
    other.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS false")
    try:
        for _ in range(3):
            with pytest.raises(psycopg.OperationalError, match="not currently accepting"):
                pool.getconn()
            wait_for(lambda: not pool.watch._is_probing)
            assert not reachability.is_away(ALIAS)
        pool.putconn(session)
        assert pool.getconn() is session
    finally:
        other.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS true")
        other.close()
        server.query("DROP DATABASE other WITH (FORCE)")
