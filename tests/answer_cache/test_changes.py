"""Everything that ends a kept answer: changes by any route, and time."""

from __future__ import annotations

import datetime
import json
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from primepath.demo.accounts import DEMO_PASSWORD
from tests.answer_cache.servers import Servers, running_servers
from tests.answer_cache.test_hits import ask_twice, fresh, is_hit

PROGRAMS = "{ programs { name } }"
CURRICULA = "{ scheduleMatrix { rows { curriculum { label } } } }"
CLASSES = "{ scheduleMatrix { rows { schoolClass { code } } } }"
LAST_TOKEN = "id = (SELECT max(id) FROM primepath_apitoken)"


@pytest.fixture
def moved_servers(servers: Servers) -> Iterator[Servers]:
    """The servers of all tests. Afterwards their clock is right again, and the client has no cookies."""
    yield servers
    servers.move_clock(-servers.ahead)
    servers.cached.client.cookies.clear()


@pytest.fixture
def own_servers(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Servers]:
    with django_db_blocker.unblock(), running_servers(tmp_path) as running:
        yield running


def sign_in(password: str) -> str:
    return (
        f'mutation {{ signIn(input: {{username: "teacher", password: "{password}"}}) {{ token }} }}'
    )


def new_token(servers: Servers) -> str:
    """Sign in, and return the token: the last one. Its use counts as noted, because on SQLite that commit would end an answer."""
    signed_in = json.loads(servers.other.ask(sign_in(DEMO_PASSWORD)).content)
    token: str = signed_in["data"]["signIn"]["token"]
    servers.sql(f"UPDATE primepath_apitoken SET last_used_at = expires_at WHERE {LAST_TOKEN}")
    return token


@contextmanager
def changed(servers: Servers, statement: str) -> Iterator[None]:
    """Run a statement. Afterwards, the teacher's account is as before."""
    ((password,),) = servers.sql("SELECT password FROM auth_user WHERE username = 'teacher'")
    servers.sql(statement)
    try:
        yield
    finally:
        servers.sql(
            "UPDATE auth_user SET password = %s, is_active = TRUE WHERE username = 'teacher'",
            password,
        )


def test_change_of_another_program_is_in_the_next_answer(servers: Servers) -> None:
    token = servers.tokens["teacher"]
    for query in (fresh(PROGRAMS), fresh(CURRICULA)):
        ask_twice(servers, query, token=token)
        name = uuid.uuid4().hex
        servers.sql(
            "UPDATE primepath_program SET name = %s WHERE name = (SELECT min(name) FROM primepath_program)",
            name,
        )
        assert not is_hit(servers, query, token=token)
        assert is_hit(servers, query, token=token)


def test_answer_that_needs_another_statement_than_the_last_one(servers: Servers) -> None:
    """On PostgreSQL, the message with the statements of the last request has ended the transaction."""
    query, token = fresh(CURRICULA), servers.tokens["teacher"]
    for _ in range(3):
        assert not is_hit(servers, query, token=token)
        usual = servers.cached.statements()
        servers.sql(
            "UPDATE primepath_examschedulematrix SET notes = %s WHERE id = (SELECT min(id) FROM primepath_examschedulematrix)",
            uuid.uuid4().hex,
        )
    servers.sql("UPDATE primepath_program SET name = %s WHERE name LIKE 'CORE%%'", uuid.uuid4().hex)
    assert not is_hit(servers, query, token=token)
    # One statement is refused. Then the classes are read again, and the curricula.
    more = 3 if connection.vendor == "postgresql" else 0
    assert servers.cached.statements() == usual + more


def test_sign_ins_leave_kept_answers_valid(servers: Servers) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("On SQLite, every commit counts.")
    query, token = fresh(), servers.tokens["teacher"]
    ask_twice(servers, query, token=token)
    for password in ("wrong", DEMO_PASSWORD):
        servers.other.ask(sign_in(password))
    with httpx.Client(base_url=servers.other.client.base_url, follow_redirects=True) as browser:
        browser.get("/sign-in/")
        form = {"username": "teacher", "password": DEMO_PASSWORD}
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        assert browser.post("/sign-in/", data=form).status_code == 200
        assert "sessionid" in browser.cookies
    assert is_hit(servers, query, token=token)


@pytest.mark.parametrize(
    "end",
    [
        f"UPDATE primepath_apitoken SET revoked_at = CURRENT_TIMESTAMP WHERE {LAST_TOKEN}",
        f"UPDATE primepath_apitoken SET expires_at = CURRENT_TIMESTAMP WHERE {LAST_TOKEN}",
        # No mark of a commit shows a change of this column.
        "UPDATE auth_user SET password = 'another' WHERE username = 'teacher'",
        "UPDATE auth_user SET is_active = FALSE WHERE username = 'teacher'",
        f"DELETE FROM primepath_apitoken WHERE {LAST_TOKEN}",
    ],
)
def test_token_that_has_ended_gets_no_kept_answer(servers: Servers, end: str) -> None:
    query, token = fresh(), new_token(servers)
    ask_twice(servers, query, token=token)
    with changed(servers, end):
        assert not is_hit(servers, query, token=token)
        assert servers.cached.ask(query, token=token).status == 401


def test_time_ends_a_kept_answer(moved_servers: Servers) -> None:
    """The clock only moves forwards here, by less than a day in all: tokens stay valid."""
    query, token = fresh("{ viewer { username } }"), moved_servers.tokens["teacher"]
    ask_twice(moved_servers, query, token=token)
    moved_servers.move_clock(86_400)
    assert not is_hit(moved_servers, query, token=token)
    assert is_hit(moved_servers, query, token=token)
    # A clock that goes back could make an access valid again that had ended.
    moved_servers.move_clock(-60)
    assert not is_hit(moved_servers, query, token=token)


def test_access_that_ends_ends_the_answer(moved_servers: Servers) -> None:
    query, token = fresh(CLASSES), moved_servers.tokens["teacher"]
    ask_twice(moved_servers, query, token=token)
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    text = end.strftime("%Y-%m-%d %H:%M:%S") + ("" if connection.vendor == "sqlite" else "+00")
    change = "UPDATE primepath_teacherclassassignment SET expires_at = {} WHERE expires_at {}"
    moved_servers.sql(change.format("%s", "IS NULL"), text)
    try:
        assert b"PRIMARY" in ask_twice(moved_servers, query, token=token).content
        moved_servers.move_clock(3_590)
        moved_servers.cached.ask(query, token=token)
        moved_servers.move_clock(11)
        assert not is_hit(moved_servers, query, token=token)
        answer = moved_servers.cached.ask(query, token=token)
        assert answer.content == b'{"data":{"scheduleMatrix":{"rows":[]}}}'
    finally:
        moved_servers.sql(change.format("NULL", "= %s"), text)


def test_token_in_the_request_ends_the_answer(moved_servers: Servers) -> None:
    """An answer to `changesAfter` ends when its sync token does."""
    token = moved_servers.tokens["head"]
    post = moved_servers.uncached.client.post
    headers = {"Authorization": f"Bearer {token}"}
    answer = post("/graphql", json={"query": "{ scheduleMatrix { syncToken } }"}, headers=headers)
    after = answer.json()["data"]["scheduleMatrix"]["syncToken"]
    query = "query ($after: String) { scheduleMatrix(changesAfter: $after) { rows { id } } }"
    days = 86_400
    moved_servers.move_clock(29.9 * days)
    options: dict[str, Any] = {"token": token, "variables": {"after": after}}
    moved_servers.cached.ask(query, **options)
    moved_servers.move_clock(0.15 * days)
    assert not is_hit(moved_servers, query, **options)
    assert b"SYNC_TOKEN_EXPIRED" in moved_servers.cached.ask(query, **options).content


def test_session_gets_kept_answers_until_it_ends(moved_servers: Servers) -> None:
    browser = moved_servers.cached.client
    browser.get("/sign-in/")
    form = {"username": "teacher", "password": DEMO_PASSWORD}
    form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
    assert browser.post("/sign-in/", data=form).status_code == 302
    headers = {"X-CSRFToken": browser.cookies["csrftoken"]}
    query, hits = fresh("{ viewer { username } }"), moved_servers.cached.answers()["hit"]
    for _ in range(3):
        moved_servers.cached.ask(query, headers=headers)
    assert moved_servers.cached.answers()["hit"] == hits + 1
    assert moved_servers.cached.statements() == 1
    # Without the CSRF token it is not the same request.
    assert moved_servers.cached.ask(query).status == 403
    moved_servers.sql("DELETE FROM django_session")
    answer = moved_servers.cached.ask(query, headers=headers)
    assert answer.content == b'{"data":{"viewer":null}}'


def test_new_password_ends_a_session(moved_servers: Servers) -> None:
    browser = moved_servers.cached.client
    browser.get("/sign-in/")
    form = {"username": "teacher", "password": DEMO_PASSWORD}
    form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
    browser.post("/sign-in/", data=form)
    query, hits = fresh("{ viewer { username } }"), moved_servers.cached.answers()["hit"]
    for _ in range(3):
        assert moved_servers.cached.ask(query, method="GET").content != b'{"data":{"viewer":null}}'
    assert moved_servers.cached.answers()["hit"] == hits + 1
    end = "UPDATE auth_user SET password = 'x' WHERE username = 'teacher'"
    with changed(moved_servers, end):
        answer = moved_servers.cached.ask(query, method="GET")
        assert answer.content == b'{"data":{"viewer":null}}'


def test_restored_file_is_read(own_servers: Servers, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite has a file.")
    query, token = fresh(PROGRAMS), own_servers.tokens["head"]
    file = own_servers.database_url.removeprefix("sqlite:///")
    ask_twice(own_servers, query, token=token)
    for number in range(3):
        copy = tmp_path / f"copy{number}.sqlite3"
        with sqlite3.connect(file) as source, sqlite3.connect(copy) as target:
            source.backup(target)
            target.execute(
                "UPDATE primepath_program SET name = ? WHERE id = 1", [f"Restored {number}"]
            )
        source.close()
        target.close()
        own_servers.replace_file(copy)
        assert f"Restored {number}".encode() in own_servers.cached.ask(query, token=token).content
        assert f"Restored {number}".encode() in own_servers.cached.ask(query, token=token).content


def test_equal_requests_at_the_same_time_run_once(servers: Servers) -> None:
    token = servers.tokens["head"]
    headers = {"Authorization": f"Bearer {token}"}
    query = fresh()

    def ask(_: int) -> bytes:
        return servers.cached.client.post(
            "/graphql", json={"query": query}, headers=headers
        ).content

    servers.cached.client.get("/readyz")
    before = servers.cached.answers()
    with ThreadPoolExecutor(12) as threads:
        contents = set(threads.map(ask, range(12)))
    assert len(contents) == 1
    answers = servers.cached.answers()
    # The first runs. All others wait for it, unless they come when it has ended.
    assert [answers[result] - before[result] for result in ("miss", "hit")] == [1, 11]
