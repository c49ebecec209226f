"""Small queries that ran before run again in the event loop of a server on PostgreSQL, with and without kept answers.

Each answer is that of a server that runs every request in a thread.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from primepath.demo.accounts import DEMO_PASSWORD
from tests.answer_cache.servers import (
    Response,
    Server,
    Servers,
    running_server,
    running_servers,
)
from tests.answer_cache.test_hits import fresh
from tests.log_lines import request_facts
from tests.processes import PATIENCE

pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="PostgreSQL only."
)
CELLS = """query Cells($codes: [String!]) { scheduleMatrix(classCodes: $codes, academicYear: 2026) { rows {
  schoolClass { code } accessLevel curriculum { label } cells { id status notes exams { name } } } } }"""
CODES = {"codes": ["PRIMARY_1A"]}
FORMS: tuple[dict[str, Any], ...] = (
    {"method": "POST", "headers": {"Accept-Encoding": "gzip"}},
    {"method": "POST", "headers": {"Accept-Encoding": "identity"}},
    {"method": "GET", "headers": {"Accept-Encoding": "gzip"}},
    {"method": "GET", "headers": {"Accept": "application/graphql-response+json"}},
    {"method": "HEAD", "headers": {"Accept-Language": "ko"}},
)

# Facts of a line in the log that differ between equal requests.
VARYING = {"ms", "queue_ms", "request_id", "time", "statements", "bytes", "span_id"}


@pytest.fixture(scope="module")
def both(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, Servers]]:
    folder = tmp_path_factory.mktemp("repeats")
    with (
        django_db_blocker.unblock(),
        running_servers(
            folder, ANSWER_CACHE_BYTES="0", REPEAT_PAUSE_SECONDS=str(10 * PATIENCE)
        ) as without_answers,
    ):
        yield {"with answers": servers, "without answers": without_answers}


@pytest.fixture(params=["with answers", "without answers"])
def school(both: dict[str, Servers], request: pytest.FixtureRequest) -> School:
    return School(both[request.param])


class School:
    """A school with a server that repeats queries, and one that does not."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.server: Server = servers.cached

    def token(self, name: str) -> str:
        return self.servers.tokens[name]

    def options(self) -> dict[str, Any]:
        return {"token": self.token("teacher"), "variables": CODES}

    def ask(self, query: str, **options: Any) -> Response:
        """Ask both servers. Check that the answers are equal."""
        answer = self.server.ask(query, **options)
        assert answer == self.servers.uncached.ask(query, **options)
        return answer

    def make_known(self, query: str, **options: Any) -> None:
        """Ask until the query is repeated in the event loop, which opens its connection with the first request."""
        deadline = time.monotonic() + PATIENCE
        self.ask(query, **options)
        while not self.repeats(query, **options):
            assert time.monotonic() < deadline

    def repeats(self, query: str, **options: Any) -> bool:
        """Change a cell, ask both servers, and return whether the event loop has answered."""
        self.change_note()
        done = self.numbers()["done"]
        self.ask(query, **options)
        return self.numbers()["done"] == done + 1

    def numbers(self) -> dict[str, float]:
        return {"done": 0, "left": 0, **self.server.counts("primepath_repeats_total", "result")}

    def change_note(self) -> str:
        """Change a cell of the query, so that no kept answer can be sent."""
        note = uuid.uuid4().hex
        self.sql(
            "UPDATE primepath_examschedulematrix SET notes = %s WHERE id = (SELECT min(id) FROM "
            "primepath_examschedulematrix WHERE academic_year = 2026 AND class_code = 'PRIMARY_1A')",
            note,
        )
        return note

    def rename_programs(self) -> str:
        name = uuid.uuid4().hex
        self.sql("UPDATE primepath_program SET name = 'CORE ' || id || %s", name)
        return name

    def remove_empty_cell(self) -> None:
        self.sql(
            "DELETE FROM primepath_examschedulematrix WHERE id = (SELECT max(id) FROM primepath_examschedulematrix"
            " WHERE academic_year = 2026 AND class_code = 'PRIMARY_1A'"
            " AND id NOT IN (SELECT cell_id FROM primepath_matrixcellexam))"
        )

    def register(self, id: str, text: str) -> None:
        """Register a document."""
        self.sql(
            "INSERT INTO primepath_trusteddocument (document_id, sha256, name, text, registered_at)"
            " VALUES (%s, %s, '', %s, now())",
            *(id, hashlib.sha256(text.encode()).hexdigest(), text),
        )

    def sql(self, statement: str, *values: Any) -> list[Any]:
        return self.servers.sql(statement, *values)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_repeated_query_returns_each_change(school: School, form: dict[str, Any]) -> None:
    query, options = fresh(CELLS), {**form, **school.options()}
    school.make_known(query, **options)
    usual = school.server.statements()
    for _ in range(3):
        note = school.change_note()
        answer = school.ask(query, **options)
        assert (note.encode() in answer.content) is (form["method"] != "HEAD")
        assert school.server.statements() == usual


def test_answer_is_kept_in_the_form_that_was_sent(school: School) -> None:
    query, options = fresh(CELLS), {**school.options(), "headers": {"Accept-Encoding": "gzip"}}
    before = school.server.memory()
    school.ask(query, **options)
    compressed = school.server.memory() - before
    school.make_known(query, **options)
    assert school.server.memory() - before == pytest.approx(compressed, abs=200)


def test_client_gets_304_only_for_what_it_has(school: School) -> None:
    query, options = fresh(CELLS), {**school.options(), "method": "GET"}
    school.make_known(query, **options)
    etag = school.ask(query, **options).headers["etag"]
    headers = {"If-None-Match": etag}
    # Another table has changed, so nothing kept can be sent.
    school.sql("UPDATE primepath_program SET position = position")
    assert school.ask(query, **options, headers=headers).status == 304
    school.change_note()
    assert school.ask(query, **options, headers=headers).status == 200


def test_condition_that_a_change_must_fulfil_is_checked(school: School) -> None:
    query, options = fresh(CELLS), {**school.options(), "method": "GET"}
    headers = {"If-Match": "*"}
    for _ in range(3):
        assert not school.repeats(query, **options, headers=headers)


def test_access_is_that_of_each_request(school: School) -> None:
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    allowed = school.ask(query, **options)
    assignment = (
        "WHERE class_code = 'PRIMARY_1A' AND teacher_id IN (SELECT t.id FROM primepath_teacher t"
        " JOIN auth_user u ON u.id = t.user_id WHERE u.username = 'teacher')"
    )
    school.sql(f"UPDATE primepath_teacherclassassignment SET is_active = FALSE {assignment}")
    try:
        refused = school.ask(query, **options)
        assert b"PRIMARY_1A" not in refused.content
    finally:
        school.sql(f"UPDATE primepath_teacherclassassignment SET is_active = TRUE {assignment}")
    assert school.ask(query, **options) == allowed


@pytest.mark.parametrize(
    ("change", "undo"),
    [
        ("is_active = FALSE", "is_active = TRUE"),
        ("first_name = 'Another'", "first_name = ''"),
        ("password = '!' || password", "password = substr(password, 2)"),
    ],
)
def test_account_is_that_of_each_request(school: School, change: str, undo: str) -> None:
    query = fresh("{ viewer { username seesAllClasses } }")
    options = {"token": school.token("teacher")}
    school.make_known(query, **options)
    account = "WHERE username = 'teacher'"
    ((first_name,),) = school.sql(f"SELECT first_name FROM auth_user {account}")
    school.sql(f"UPDATE auth_user SET {change} {account}")
    try:
        for _ in range(2):
            school.ask(query, **options)
    finally:
        school.sql(f"UPDATE auth_user SET {undo} {account}")
        school.sql(f"UPDATE auth_user SET first_name = %s {account}", first_name)
    assert school.ask(query, **options).status == 200


def test_query_is_repeated_again_after_its_teacher_was_renamed(both: dict[str, Servers]) -> None:
    # A pause would be longer than the test waits.
    school = School(both["without answers"])
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    account = "WHERE user_id = (SELECT id FROM auth_user WHERE username = 'teacher')"
    ((name,),) = school.sql(f"SELECT name FROM primepath_teacher {account}")
    school.sql(f"UPDATE primepath_teacher SET name = %s {account}", f"{name} II")
    try:
        check_left_once(school, query, **options)
    finally:
        school.sql(f"UPDATE primepath_teacher SET name = %s {account}", name)


def test_query_is_repeated_again_after_marks_were_folded(both: dict[str, Servers]) -> None:
    school = School(both["without answers"])
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    with psycopg.connect(school.servers.database_url, autocommit=True) as session:
        for number in range(500):
            session.execute("UPDATE primepath_exam SET name = 'Mock ' || %s WHERE id = 1", [number])
    check_left_once(school, query, **options)


def check_left_once(school: School, query: str, **options: Any) -> None:
    """Check that a thread runs the query once, and then the event loop."""
    before = school.numbers()
    school.server.ask(query, **options)
    assert school.numbers() == {**before, "left": before["left"] + 1}
    assert school.repeats(query, **options)


def test_query_that_needs_other_statements_is_left_to_a_thread(school: School) -> None:
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    left = school.numbers()["left"]
    # Curricula are kept, and read only after a change.
    name = school.rename_programs()
    assert name.encode() in school.ask(query, **options).content
    assert school.numbers()["left"] == left + 1
    # From now on in threads, for a while.
    assert not school.repeats(query, **options)
    assert school.numbers()["left"] == left + 1


def test_cells_are_counted_once_if_a_thread_reads_them_again(school: School) -> None:
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    school.change_note()
    cells = []
    for _ in range(2):
        school.server.ask(query, **options)
        cells.append(request_facts(school.server.log, school.server.last_id)[school.server.last_id])
        school.rename_programs()
    assert cells[0]["cells"] == cells[1]["cells"] > 0


@pytest.mark.parametrize("fails_at", ["document", "cells"])
def test_registered_document_is_counted_once_if_a_thread_runs_it(
    school: School, fails_at: str
) -> None:
    id, text = uuid.uuid4().hex, fresh(CELLS)
    school.register(id, text)
    options = {**school.options(), "documentId": id}
    school.make_known("", **options)
    before = school.server.counts("primepath_trusted_documents_total", "result")
    left = school.numbers()["left"]
    if fails_at == "document":
        # It is looked up again after any change that the state of curricula shows.
        school.rename_programs()
    else:
        # A class without its cells: the query stores them.
        school.remove_empty_cell()
    assert school.server.ask("", **options).status == 200
    assert school.numbers()["left"] == left + 1
    after = school.server.counts("primepath_trusted_documents_total", "result")
    assert after == {**before, "found": before["found"] + 1}
    assert "could not be repeated" not in school.server.log.read_text()


def test_document_that_is_no_longer_registered_is_refused(school: School) -> None:
    id = uuid.uuid4().hex
    school.register(id, fresh(CELLS))
    options = {**school.options(), "documentId": id}
    school.make_known("", **options)
    school.sql("DELETE FROM primepath_trusteddocument WHERE document_id = %s", id)
    assert b"PERSISTED_QUERY_NOT_FOUND" in school.ask("", **options).content
    assert "could not be repeated" not in school.server.log.read_text()


def test_missing_cells_are_stored(school: School) -> None:
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    cells = (
        "FROM primepath_examschedulematrix WHERE academic_year = 2026 AND class_code = 'PRIMARY_1A'"
    )
    ((before,),) = school.sql(f"SELECT count(*) {cells}")
    school.remove_empty_cell()
    school.server.ask(query, **options)
    assert school.sql(f"SELECT count(*) {cells}") == [(before,)]


@contextmanager
def waiting_for_exams(
    school: School, query: str, **options: Any
) -> Iterator[tuple[psycopg.Connection[Any], Future[Response]]]:
    """Send a query that waits for a lock. Yield the session with the lock, and the future response."""
    with (
        ThreadPoolExecutor(1) as reader,
        psycopg.connect(school.servers.database_url) as session,
    ):
        session.execute("LOCK TABLE primepath_exam IN ACCESS EXCLUSIVE MODE")
        yield session, reader.submit(school.server.ask, query, **options)


def test_query_that_waits_in_the_database_is_left_to_a_thread(school: School) -> None:
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    school.change_note()
    left = school.numbers()["left"]
    with waiting_for_exams(school, query, **options) as (session, waiting):
        deadline = time.monotonic() + PATIENCE
        while school.numbers()["left"] == left:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        session.rollback()
        assert waiting.result() == school.servers.uncached.ask(query, **options)


def lose_connection(school: School, query: str, **options: Any) -> bool:
    """End the connection of the event loop while it waits for the rows of a query.

    Return whether that was the reason why the query was left to a thread. Its time can have been up before.
    """
    school.change_note()
    lost = "The event loop has lost its connection to the database: terminating connection"
    before = school.server.log.read_text().count(lost)
    with waiting_for_exams(school, query, **options) as (session, waiting):
        deadline = time.monotonic() + PATIENCE
        end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        while not session.execute(end).fetchall():
            assert time.monotonic() < deadline
        session.rollback()
        answer = waiting.result()
    if school.server.log.read_text().count(lost) == before:
        return False
    assert answer == school.servers.uncached.ask(query, **options)
    return True


def test_query_is_repeated_again_after_a_lost_connection(both: dict[str, Servers]) -> None:
    # Its pause is longer than the test waits.
    school = School(both["without answers"])
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options)
    while not lose_connection(school, query, **options):
        query = fresh(CELLS)
        school.make_known(query, **options)
    school.make_known(query, **options)


def test_query_that_took_long_is_left_to_a_thread(school: School) -> None:
    """Meanwhile, kept answers would wait for the connection of the event loop."""
    school.make_known(fresh(CELLS), **school.options())
    query, options = fresh(CELLS), school.options()
    with (
        ThreadPoolExecutor(1) as reader,
        psycopg.connect(school.servers.database_url) as session,
    ):
        session.execute("LOCK TABLE primepath_exam IN ACCESS EXCLUSIVE MODE")
        session.execute("LOCK TABLE primepath_matrixcellexam IN ACCESS EXCLUSIVE MODE")
        waiting = reader.submit(school.server.ask, query, **options)
        deadline = time.monotonic() + PATIENCE
        while school.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(1,)]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.1)
        session.rollback()
        assert waiting.result().status == 200
    assert not school.repeats(query, **options)
    school.make_known(query, **options)


def ask_in_both_ways(school: School, **headers: str) -> list[tuple[Response, dict[str, Any]]]:
    """Ask until a query is repeated, and then once more in a thread. Return both answers with their lines in the log."""
    query, options = fresh(CELLS), school.options()
    school.make_known(query, **options, headers=headers)
    answers = []
    for condition in ({}, {"If-Match": "*"}):
        school.change_note()
        answer = school.server.ask(query, **options, headers={**headers, **condition})
        id = school.server.last_id
        answers.append((answer, request_facts(school.server.log, id)[id]))
    return answers


def check_lines(lines: list[dict[str, Any]]) -> None:
    """Check that the lines of both ways are the same, without what varies."""
    repeated, other = (
        {key: value for key, value in line.items() if key not in VARYING} for line in lines
    )
    assert repeated == other
    assert {"document", "user", "cells"} <= repeated.keys()


def test_line_in_the_log_is_that_of_a_thread(school: School) -> None:
    check_lines([line for _, line in ask_in_both_ways(school)])


class TracedSchool(School):
    """A school with one server. Each of its answers belongs to a trace."""

    def ask(self, query: str, **options: Any) -> Response:
        return self.server.ask(query, **options)


def test_repeated_query_continues_the_trace(servers: Servers, tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        # Spans have ids, and nothing is sent.
        "OTEL_TRACES_SAMPLER": "always_off",
    }
    with running_server(
        tmp_path, servers.database_url, "traced", servers.clock, **environment
    ) as server:
        school = TracedSchool(replace(servers, cached=server))
        answers = ask_in_both_ways(school, traceparent=f"00-{trace}-{caller}-01")
    for answer, line in answers:
        assert line["trace_id"] == trace
        assert answer.headers["traceparent"] == f"00-{trace}-{line['span_id']}-00"
    assert len({caller, *(line["span_id"] for _, line in answers)}) == 3
    check_lines([line for _, line in answers])


def session_headers(server: Server) -> dict[str, str]:
    """Sign a browser in. Return the headers of its requests."""
    with httpx.Client(base_url=server.client.base_url, timeout=PATIENCE) as browser:
        browser.get("/sign-in/")
        form = {"username": "teacher", "password": DEMO_PASSWORD}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        assert browser.post("/sign-in/", data=form).status_code == 302
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return {"Cookie": cookie, "X-CSRFToken": browser.cookies["csrftoken"]}


def test_csrf_token_is_checked_after_a_query_was_repeated(school: School) -> None:
    query, headers = fresh(CELLS), session_headers(school.server)
    without = {"Cookie": headers["Cookie"]}
    school.make_known(query, variables=CODES, headers=headers)
    done = school.numbers()["done"]
    for wrong in (without, {**without, "X-CSRFToken": "x" * 32}, {**headers, "Origin": "null"}):
        for _ in range(2):
            school.change_note()
            assert school.ask(query, variables=CODES, headers=wrong).status == 403
    assert school.numbers()["done"] == done
    assert school.repeats(query, variables=CODES, headers=headers)
    # GET changes nothing, so it needs no CSRF token.
    school.make_known(query, variables=CODES, headers=without, method="GET")


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_session_that_has_ended_gets_no_repeated_answer(school: School, method: str) -> None:
    query, headers = fresh(CELLS), session_headers(school.server)
    options: dict[str, Any] = {"variables": CODES, "headers": headers, "method": method}
    school.make_known(query, **options)
    assert b"PRIMARY_1A" in school.ask(query, **options).content
    school.sql("DELETE FROM django_session")
    for _ in range(2):
        assert b"PRIMARY_1A" not in school.ask(query, **options).content


def test_new_password_ends_repeats_of_a_session(school: School) -> None:
    query, headers = fresh(CELLS), session_headers(school.server)
    options: dict[str, Any] = {"variables": CODES, "headers": headers}
    school.make_known(query, **options)
    account = "WHERE username = 'teacher'"
    ((password,),) = school.sql(f"SELECT password FROM auth_user {account}")
    school.sql(f"UPDATE auth_user SET password = 'x' {account}")
    try:
        assert b"PRIMARY_1A" not in school.ask(query, **options).content
    finally:
        school.sql(f"UPDATE auth_user SET password = %s {account}", password)
