"""A real server with a PostgreSQL that stops, freezes, refuses changes or is replaced by its standby."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests.databases import demo_template
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE, product_process

pytestmark = [
    pytest.mark.skipif(
        settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite is a file."
    ),
]

CELL = "MatrixCell:PRIMARY_1A/2026/JUL"
UPDATE = """
mutation ($cell: ID!, $notes: String) {
  updateCell(input: { cell: { id: $cell }, notes: $notes }) { cell { notes } userErrors { code } }
}
"""
CELLS = "{ scheduleMatrix { rows { cells { id status } } } }"
NOTES = '{ node(id: "MatrixCell:PRIMARY_1A/2026/JUL") { ... on MatrixCell { notes } } }'
BROWSER = {"Accept": "text/html,*/*"}
STATEMENT_SECONDS = 3
# Requests that wait for a connection would take `STATEMENT_SECONDS`. Usual times are some milliseconds.
AT_ONCE = 2.5
# The usual time is 0.3 s, because the process tries to connect every 0.25 s.
NORMAL_AGAIN = 4


@dataclass
class School:
    """A running PrimePath. ``log_start``: length of the log at the start of a test."""

    client: httpx.Client
    log: Path
    log_start: int = 0

    def read_log(self) -> str:
        return self.log.read_text()[self.log_start :]

    def send(self, document: str, **variables: Any) -> httpx.Response:
        return self.client.post("/graphql", json={"query": document, "variables": variables})

    def send_many(self, document: str, count: int) -> tuple[list[httpx.Response], float]:
        """Send the document at the same time so many times. Return the responses and the seconds of the slowest."""

        def send(_: int) -> tuple[httpx.Response, float]:
            began = time.monotonic()
            return self.send(document), time.monotonic() - began

        with ThreadPoolExecutor(count) as threads:
            responses, times = zip(*threads.map(send, range(count)), strict=True)
        return list(responses), max(times)

    def seconds_until_normal(self) -> float:
        began = time.monotonic()
        while self.send(CELLS).status_code != 200:
            assert time.monotonic() - began < PATIENCE, self.read_log()
            time.sleep(0.05)
        return time.monotonic() - began

    def wait_until_away(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while "The database default is away" not in self.read_log():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def assert_unavailable(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    # A request that did not run has a random time.
    assert response.headers["Retry-After"] in {"1", "2", "3", "4", "5"}
    codes = [each["extensions"]["code"] for each in response.json()["errors"]]
    assert set(codes) == {"UNAVAILABLE"}, response.text


@pytest.fixture(scope="module")
def postgres(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> PostgresServer:
    """A server with a copy of the demo school. It does not run."""
    with django_db_blocker.unblock():
        return PostgresServer.with_demo(tmp_path_factory.mktemp("servers") / "postgres")


@pytest.fixture
def running(postgres: PostgresServer) -> Iterator[ExitStack]:
    """The running server. Closing it stops the server."""
    with ExitStack() as stack:
        stack.enter_context(postgres.running())
        yield stack


@contextmanager
def school_of(database_url: str, folder: Path) -> Iterator[School]:
    log = folder / "log"
    settings = {"PRIMEPATH_VAR_DIR": str(folder), "STATEMENT_SECONDS": str(STATEMENT_SECONDS)}
    with (
        log.open("wb") as errors,
        product_process(
            "-m",
            "tests.serve_demo",
            database_url=database_url,
            errors=errors,
            environment=settings,
        ) as process,
    ):
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, log.read_text()
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {demo_template().tokens['head']}"},
            timeout=PATIENCE,
        ) as client:
            yield School(client, log)


@pytest.fixture(scope="module")
def only_school(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    with school_of(postgres.url("primepath"), tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture
def school(running: ExitStack, only_school: School) -> School:
    """The same process in all tests: it is never restarted."""
    only_school.seconds_until_normal()
    only_school.log_start = len(only_school.log.read_text())
    return only_school


def test_database_that_stops_is_refused_immediately_and_used_again(
    running: ExitStack, postgres: PostgresServer, school: School
) -> None:
    assert school.send(UPDATE, cell=CELL, notes="before").status_code == 200
    running.close()
    responses, slowest = school.send_many(CELLS, 40)
    for response in [*responses, school.send(UPDATE, cell=CELL, notes="lost")]:
        assert_unavailable(response)
    assert slowest < AT_ONCE
    school.wait_until_away()
    # A pool that doubles its intervals would now wait for seconds between two attempts.
    time.sleep(5)
    responses, slowest = school.send_many(CELLS, 40)
    for response in responses:
        assert_unavailable(response)
    assert slowest < AT_ONCE
    assert_pages_are_unavailable(school)
    with postgres.running():
        assert school.seconds_until_normal() < NORMAL_AGAIN
        assert school.send(NOTES).json()["data"]["node"]["notes"] == "before"
    assert "Traceback" not in school.read_log()


def assert_pages_are_unavailable(school: School) -> None:
    form = school.client.get("/sign-in/", headers=BROWSER)
    csrf = form.cookies["csrftoken"]
    fields = {"username": "head", "password": "x", "csrfmiddlewaretoken": csrf}
    cookies = {"Cookie": f"sessionid={'x' * 32}; csrftoken={csrf}"}
    for page in (
        school.client.post("/sign-in/", data=fields, headers=BROWSER | cookies),
        school.client.get("/admin/", headers=BROWSER | cookies),
    ):
        assert page.status_code == 503, page.text
        assert page.headers["Retry-After"] == "1"
        assert "<h2>Service unavailable</h2>" in page.text


def test_restart_during_requests_is_unavailable_and_never_internal(
    running: ExitStack, postgres: PostgresServer, school: School
) -> None:
    seen: list[httpx.Response] = []
    with ThreadPoolExecutor(8) as threads:
        deadline = time.monotonic() + 3

        def ask(_: int) -> None:
            while time.monotonic() < deadline:
                seen.append(school.send(CELLS))

        work = threads.map(ask, range(6))
        time.sleep(0.5)
        running.close()
        restarted = ExitStack()
        with restarted:
            restarted.enter_context(postgres.running())
            list(work)
            school.seconds_until_normal()
    assert {response.status_code for response in seen} <= {200, 503}
    for response in seen:
        if response.status_code == 503:
            assert_unavailable(response)
        else:
            assert "errors" not in response.json(), response.text
    assert "Traceback" not in school.read_log()


def test_frozen_database_is_unavailable_in_time(
    running: ExitStack, postgres: PostgresServer, school: School
) -> None:
    with postgres.frozen():
        responses, slowest = school.send_many(CELLS, 12)
        assert {response.status_code for response in responses} == {503}
        codes = {
            error["extensions"]["code"] for each in responses for error in each.json()["errors"]
        }
        assert codes <= {"UNAVAILABLE", "OVERLOADED"}
        # The wait for a response, and before it the wait for a connection or for the share of this caller.
        assert slowest < PATIENCE / 2
        school.wait_until_away()
        responses, slowest = school.send_many(CELLS, 40)
        for response in responses:
            assert_unavailable(response)
        assert slowest < AT_ONCE
    assert school.seconds_until_normal() < NORMAL_AGAIN
    assert school.send(UPDATE, cell=CELL, notes="after").json()["data"]["updateCell"]["cell"] == {
        "notes": "after"
    }


def test_read_only_database_refuses_changes_and_answers_queries(
    running: ExitStack, postgres: PostgresServer, school: School
) -> None:
    postgres.query("ALTER DATABASE primepath SET default_transaction_read_only = on")
    end_all_connections(postgres)
    assert "errors" not in school.send(CELLS).json()
    assert_unavailable(school.send(UPDATE, cell=CELL, notes="lost"))
    postgres.query("ALTER DATABASE primepath RESET default_transaction_read_only")
    end_all_connections(postgres)
    assert school.send(UPDATE, cell=CELL, notes="saved").status_code == 200
    assert school.send(NOTES).json()["data"]["node"]["notes"] == "saved"
    assert "Traceback" not in school.read_log()


def test_connections_that_are_ended_do_not_fail_queries(
    running: ExitStack, postgres: PostgresServer, school: School
) -> None:
    for _ in range(20):
        end_all_connections(postgres)
        response = school.send(CELLS)
        assert response.status_code == 200, response.text
        assert "errors" not in response.json()


def end_all_connections(server: PostgresServer) -> None:
    server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'primepath'"
    )


def test_standby_replaces_the_primary_without_a_restart(
    running: ExitStack, postgres: PostgresServer, tmp_path: Path
) -> None:
    standby = postgres.standby(tmp_path / "standby")
    with standby.running():
        login = postgres.url("primepath").partition("@")[0]
        url = f"{login}@127.0.0.1:{postgres.port},127.0.0.1:{standby.port}/primepath"
        with school_of(url, tmp_path) as school:
            school.seconds_until_normal()
            assert school.send(UPDATE, cell=CELL, notes="kept").status_code == 200
            standby.wait_for_replay(postgres)
            running.close()
            # The standby accepts no changes, so it is not used yet.
            assert_unavailable(school.send(CELLS))
            standby.query("SELECT pg_promote()")
            assert school.seconds_until_normal() < NORMAL_AGAIN
            assert school.send(NOTES).json()["data"]["node"]["notes"] == "kept"
            assert school.send(UPDATE, cell=CELL, notes="new").status_code == 200
            assert standby.query(
                "SELECT count(*) FROM primepath_examschedulematrix WHERE notes = 'new'", "primepath"
            )
