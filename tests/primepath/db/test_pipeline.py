"""The statements of the event loop, with a real server."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg.adapt import Loader

from primepath.db.postgresql.pipeline import NoConnectionError, Pipeline
from primepath.db.postgresql.pool import Pool
from primepath.db.postgresql.prepared import MAX_STATEMENTS
from primepath.db.postgresql.session import NoResponseError, Session
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE

pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="PostgreSQL only."
)
_PID = "SELECT pg_backend_pid()"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer.new(tmp_path_factory.mktemp("pipeline") / "postgres")
    with server.running():
        yield server


class Opened:
    """A pipeline, and the reasons with which it was closed."""

    def __init__(self, server: PostgresServer, *, prepares: bool, patience: float) -> None:
        def connect(**_: Any) -> Session:
            session: Session = Session.connect(server.url("postgres"), autocommit=True)
            return session

        self.reasons: list[psycopg.Error | None] = []
        pool = Pool("test-pipeline", connect, max_size=1, timeout=1, prepares=prepares)
        session = pool.open_apart()
        self.pipeline = Pipeline(session, patience=patience, close=partial(self._close, session))

    async def fetch(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        (rows,) = await self.pipeline.send([(sql, values)])
        return rows

    def _close(self, session: Session, reason: psycopg.Error | None) -> None:
        self.reasons.append(reason)
        session.close()


@pytest.fixture(params=[True, False], ids=["prepared", "not prepared"])
def run(server: PostgresServer, request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Run a test's coroutine with a pipeline, and end it."""

    def run(test: Callable[[Opened], Any], patience: float = PATIENCE) -> Any:
        async def with_pipeline() -> Any:
            opened = Opened(server, prepares=request.param, patience=patience)
            try:
                return await test(opened)
            finally:
                opened.pipeline.end()
                assert opened.pipeline.has_ended

        return asyncio.run(with_pipeline())

    return run


def test_each_statement_gets_its_own_rows(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> Any:
        fetch = opened.fetch
        return await asyncio.gather(
            *(fetch("SELECT %s::int, n FROM generate_series(1, %s) n", [i, i]) for i in range(3)),
            fetch("SELECT 'one', NULL, true", []),
        )

    assert run(test) == [[], [(1, 1)], [(2, 1), (2, 2)], [("one", None, True)]]


def test_statements_that_are_sent_together_see_one_state(
    run: Callable[..., Any], server: PostgresServer
) -> None:
    server.query("DROP TABLE IF EXISTS changing; CREATE TABLE changing AS SELECT 1 AS n")
    count = "SELECT n FROM changing"

    async def test(opened: Opened) -> Any:
        together = opened.pipeline.send(
            [(count, []), ("SELECT 2 FROM pg_sleep(%s)", [0.3]), (count, [])]
        )
        alone = opened.fetch(count, [])
        await asyncio.sleep(0.1)
        await asyncio.to_thread(server.query, "UPDATE changing SET n = 5")
        return await asyncio.gather(together, alone)

    assert run(test) == [[[(1,)], [(2,)], [(1,)]], [(5,)]]


def test_time_of_statements_is_without_that_of_earlier_ones(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> list[float]:
        sent = [opened.pipeline.send([(sql, [])]) for sql in ("SELECT pg_sleep(0.3)", "SELECT 1")]
        await asyncio.gather(*sent)
        return [each.seconds for each in sent]

    slow, fast = run(test)
    assert fast < 0.2 < 0.3 <= slow


def test_statements_that_are_sent_together_cannot_write(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> None:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await opened.pipeline.send(
                [("SELECT 1", []), ("SELECT 2", []), ("CREATE TABLE t ()", [])]
            )

    run(test)


def test_number_of_prepared_statements_is_limited(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> Any:
        found = [await opened.fetch(f"SELECT {n}", []) for n in range(MAX_STATEMENTS + 20)]
        return found, await opened.fetch("SELECT count(*) FROM pg_prepared_statements", [])

    found, ((prepared,),) = run(test)
    assert found == [[(n,)] for n in range(MAX_STATEMENTS + 20)]
    assert prepared in {0, MAX_STATEMENTS}


def test_values_are_those_of_a_cursor(run: Callable[..., Any]) -> None:
    moment = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    sql, values = "SELECT %s::text, %s::timestamptz, %s::bigint", ["ß '\\ %", moment, 2**40]

    async def test(opened: Opened) -> Any:
        return await opened.fetch(sql, values)

    assert run(test) == [tuple(values)]


def test_statement_larger_than_the_buffers_is_sent(run: Callable[..., Any]) -> None:
    size = 20_000_000

    async def test(opened: Opened) -> Any:
        fetch = opened.fetch
        return await asyncio.gather(fetch("SELECT length(%s)", ["x" * size]), fetch("SELECT 1", []))

    assert run(test) == [[(size,)], [(1,)]]


def test_failure_ends_the_pipeline(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> None:
        statements: list[tuple[str, list[Any]]] = [
            ("SELECT 1", []),
            ("SELECT 1 / %s::int", [0]),
            ("SELECT 2", []),
        ]
        answers: list[Any] = await asyncio.gather(
            *(opened.fetch(*each) for each in statements), return_exceptions=True
        )
        first, failing, later = answers
        assert first == [(1,)]
        assert isinstance(failing, psycopg.errors.DivisionByZero)
        assert isinstance(later, NoConnectionError)
        assert opened.reasons == [failing]

    run(test)


def test_value_that_cannot_be_sent_fails_alone(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> Any:
        with pytest.raises(psycopg.DataError):
            await opened.fetch("SELECT %s", ["\0"])
        return await opened.fetch("SELECT 1", [])

    assert run(test) == [(1,)]


def test_silence_ends_the_pipeline(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> None:
        with pytest.raises(NoResponseError, match=r"no response within 0\.2 seconds"):
            await opened.fetch("SELECT pg_sleep(%s)", [PATIENCE])

    run(test, patience=0.2)


def test_statement_behind_one_that_takes_too_long_is_not_the_reason(
    run: Callable[..., Any],
) -> None:
    async def test(opened: Opened) -> None:
        answers: list[Any] = await asyncio.gather(
            *(opened.fetch(f"SELECT pg_sleep({PATIENCE})", []) for _ in range(2)),
            return_exceptions=True,
        )
        assert [type(each) for each in answers] == [NoResponseError, NoConnectionError]

    run(test, patience=0.2)


def test_no_statement_is_the_reason_for_a_lost_connection(
    run: Callable[..., Any], server: PostgresServer
) -> None:
    async def test(opened: Opened) -> None:
        ((process,),) = await opened.fetch(_PID, [])
        sent = [opened.pipeline.send([("SELECT pg_sleep(%s)", [PATIENCE])]) for _ in range(2)]
        await asyncio.to_thread(server.query, f"SELECT pg_terminate_backend({process}, 10000)")
        answers = await asyncio.gather(*sent, return_exceptions=True)
        assert [type(each) for each in answers] == [NoConnectionError, NoConnectionError]

    run(test)


def test_lost_connection_is_noticed_while_nothing_is_sent(
    run: Callable[..., Any], server: PostgresServer
) -> None:
    async def test(opened: Opened) -> None:
        ((process,),) = await opened.fetch(_PID, [])
        await asyncio.to_thread(server.query, f"SELECT pg_terminate_backend({process}, 10000)")
        async with asyncio.timeout(PATIENCE):
            while not opened.pipeline.has_ended:
                await asyncio.sleep(0.01)
        assert isinstance(opened.reasons[0], psycopg.OperationalError)

    run(test)


def test_end_waits_for_the_answers(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> None:
        answer = asyncio.ensure_future(opened.fetch("SELECT 1 FROM pg_sleep(0.1)", []))
        await asyncio.sleep(0)
        opened.pipeline.end()
        assert opened.reasons == []
        assert await answer == [(1,)]
        assert opened.reasons == [None]

    run(test)


def test_client_that_has_left_does_not_shift_the_answers(run: Callable[..., Any]) -> None:
    async def test(opened: Opened) -> Any:
        leaving = asyncio.ensure_future(opened.fetch("SELECT 1", []))
        await asyncio.sleep(0)
        leaving.cancel()
        return await opened.fetch("SELECT 2", [])

    assert run(test) == [(2,)]


def test_value_that_cannot_be_read_ends_the_pipeline(run: Callable[..., Any]) -> None:
    class Broken(Loader):
        def load(self, data: Any) -> Any:
            raise ValueError("broken")

    async def test(opened: Opened) -> None:
        opened.pipeline._transformer.adapters.register_loader("int4", Broken)
        with pytest.raises(psycopg.DataError, match="broken"):
            await opened.fetch("SELECT 1", [])
        assert isinstance(opened.reasons[0], psycopg.DataError)

    run(test)
