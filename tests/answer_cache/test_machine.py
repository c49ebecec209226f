"""Random reads and writes by every route. Each answer is that of a server that runs every query in a thread.

Reads go to two servers with a cache, which are two processes, and to one without. Writes go through the API of each server, the
admin site, and statements of another program. In between the clock moves, and an earlier copy of the database is restored.
"""

from __future__ import annotations

import datetime
import random
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL as _SQL
from psycopg.sql import Identifier as _Name
from pytest_django import DjangoDbBlocker

from primepath.demo.accounts import DEMO_PASSWORD
from tests.answer_cache.servers import Server, Servers, running_servers
from tests.postgres_servers import PostgresServer
from tests.profiles import examples

_ACCOUNTS = ("head", "teacher", "newcomer", "admin")
_YEAR = 2026
_CELLS = """rows { schoolClass { code name teachers { accessLevel teacher { name } } } accessLevel
  curriculum { label } cells { id status version color exams { name curriculumLevel { name } } completion { totalSessions } } }"""
_READS: tuple[tuple[str, dict[str, Any]], ...] = (
    (f"{{ scheduleMatrix(academicYear: {_YEAR}) {{ {_CELLS} }} }}", {}),
    (f"{{ scheduleMatrix {{ academicYear syncToken {_CELLS} }} }}", {}),
    (
        "{ viewer { username seesAllClasses assignments { accessLevel } } school { currentAcademicYear } }",
        {},
    ),
    ("{ classDirectory { edges { node { code name } } } }", {}),
    ("{ exams(first: 5) { edges { node { name isActive version createdBy { name } } } } }", {}),
    ("{ programs { name subprograms { name levels { name } } } }", {}),
    (
        "query ($id: ID!) { node(id: $id) { ... on MatrixCell { status version notes "
        "history(first: 5) { edges { node { action } } } } } }",
        {"variables": {"id": "CELL"}},
    ),
)
_FORMS: tuple[dict[str, Any], ...] = (
    {"method": "POST", "headers": {"Accept-Encoding": "gzip"}},
    {"method": "POST", "headers": {"Accept-Encoding": "identity"}},
    {"method": "GET", "headers": {"Accept-Encoding": "gzip"}},
    {"method": "GET", "headers": {"Accept": "application/graphql-response+json"}},
)


# A query with its options, a form, and an account.
_Request = tuple[tuple[str, dict[str, Any]], dict[str, Any], str]


class Machine:
    """The state of a run: its servers and its random choices."""

    def __init__(self, servers: Servers, seed: int) -> None:
        self.servers = servers
        self.random = random.Random(seed)
        self.tokens = dict(servers.tokens)
        self.lately: list[_Request] = []
        self.moves = [
            self.change_cell,
            self.rename_exam,
            self.rename_program,
            self.rename_user,
            self.change_assignment,
            self.change_head,
            self.delete_sessions,
            self.sign_in_wrongly,
            self.change_in_admin,
            self.move_clock,
            self.revoke_token,
            self.save_copy,
            self.restore_copy,
        ]
        self.has_copy = False

    def run(self, steps: int) -> None:
        for _ in range(steps):
            move = self.random.choice(self.moves)
            move()
            self.compare(move)

    def compare(self, after: Callable[[], None]) -> None:
        """Send some queries to all servers, most of them again and again. All responses must be equal."""
        servers = self.servers
        for _ in range(4):
            (query, options), form, account = self.choose_request()
            options = {**options, **form, "token": self.tokens[account]}
            if "variables" in options:
                options["variables"] = {"id": self.cell_id()}
            expected = servers.uncached.ask(query, **options)
            # Only a revoked token is refused.
            assert (b'"errors"' in expected.content) is (expected.status == 401), expected
            # Sync tokens differ, so these answers have other tags.
            varies = "syncToken" in query
            if "etag" in expected.headers and not varies and self.random.random() < 0.3:
                options["headers"] = {**form["headers"], "If-None-Match": expected.headers["etag"]}
                expected = servers.uncached.ask(query, **options)
            for server in (servers.cached, servers.other, servers.cached):
                found = server.ask(query, **options)
                if varies:
                    found.headers.pop("etag", None)
                    expected.headers.pop("etag", None)
                assert found == expected, (after.__name__, account, query)

    def choose_request(self) -> _Request:
        """Return a request, most of the time one that was sent lately, so that it is sent before and after a change."""
        if len(self.lately) < 5 or self.random.random() < 0.3:
            choose = self.random.choice
            self.lately = [*self.lately[-4:], (choose(_READS), choose(_FORMS), choose(_ACCOUNTS))]
        return self.random.choice(self.lately)

    def any_server(self) -> Server:
        return self.random.choice((self.servers.cached, self.servers.other, self.servers.uncached))

    def cell_id(self) -> str:
        return self.cells[0]

    @property
    def cells(self) -> list[str]:
        query = f'{{ scheduleMatrix(academicYear: {_YEAR}, classCodes: ["PRIMARY_1A"]) {{ rows {{ cells {{ id }} }} }} }}'
        response = self.servers.uncached.client.post(
            "/graphql",
            json={"query": query},
            headers={"Authorization": f"Bearer {self.tokens['admin']}"},
        ).json()
        return [
            cell["id"]
            for row in response["data"]["scheduleMatrix"]["rows"]
            for cell in row["cells"]
        ]

    def change_cell(self) -> None:
        query = "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"
        value = {"cell": {"id": self.random.choice(self.cells)}, "notes": uuid.uuid4().hex}
        answer = self.any_server().ask(
            query, token=self.tokens["admin"], variables={"input": value}
        )
        assert answer.content == b'{"data":{"updateCell":{"userErrors":[]}}}'

    def rename_exam(self) -> None:
        self.sql(
            "UPDATE primepath_exam SET name = %s WHERE id = (SELECT min(id) FROM primepath_exam)",
            uuid.uuid4().hex,
        )

    def rename_program(self) -> None:
        self.sql(
            "UPDATE primepath_program SET name = %s WHERE id = (SELECT min(id) FROM primepath_program)",
            uuid.uuid4().hex,
        )

    def rename_user(self) -> None:
        self.sql("UPDATE auth_user SET first_name = %s WHERE username = 'admin'", uuid.uuid4().hex)

    def change_assignment(self) -> None:
        """End an assignment of the teacher, or let it end soon, or let it last."""
        until = self.random.choice(
            ("is_active = NOT is_active", "expires_at = NULL", "expires_at = %s")
        )
        values = []
        if "%s" in until:
            end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
                seconds=self.servers.ahead + self.random.choice((30, 3_600))
            )
            values = [end.strftime("%Y-%m-%d %H:%M:%S.%f") if self.is_sqlite else end]
        self.sql(
            f"UPDATE primepath_teacherclassassignment SET {until} WHERE id = "
            "(SELECT min(a.id) FROM primepath_teacherclassassignment a JOIN primepath_teacher t ON t.id = a.teacher_id "
            "JOIN auth_user u ON u.id = t.user_id WHERE u.username = 'teacher')",
            *values,
        )

    def change_head(self) -> None:
        self.sql(
            "UPDATE primepath_teacher SET is_head_teacher = NOT is_head_teacher WHERE user_id = "
            "(SELECT id FROM auth_user WHERE username = 'newcomer')"
        )

    def delete_sessions(self) -> None:
        """Delete all exam sessions, on PostgreSQL by TRUNCATE. Then add one."""
        self.sql(
            "DELETE FROM primepath_examsession"
            if self.is_sqlite
            else "TRUNCATE primepath_examsession"
        )
        self.sql(
            "INSERT INTO primepath_examsession (cell_id, exam_id, pupil, status) "
            "SELECT cell_id, exam_id, %s, 'COMPLETED' FROM primepath_matrixcellexam ORDER BY id LIMIT 1",
            uuid.uuid4().hex,
        )

    def sign_in_wrongly(self) -> None:
        query = 'mutation { signIn(input: {username: "teacher", password: "wrong"}) { userErrors { code } } }'
        self.any_server().ask(query)

    def change_in_admin(self) -> None:
        server = self.any_server()
        with httpx.Client(
            base_url=server.client.base_url, timeout=60, follow_redirects=True
        ) as browser:
            browser.get("/sign-in/")
            form = {
                "username": "admin",
                "password": DEMO_PASSWORD,
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            }
            assert browser.post("/sign-in/", data=form).status_code == 200
            ((number, name),) = self.sql(
                "SELECT id, name FROM primepath_program ORDER BY id DESC LIMIT 1"
            )
            page = f"/admin/primepath/program/{number}/change/"
            browser.get(page)
            form = {
                "name": uuid.uuid4().hex[:20],
                "grade_from": "1",
                "grade_to": "4",
                "position": "3",
                "subprograms-TOTAL_FORMS": "0",
                "subprograms-INITIAL_FORMS": "0",
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            }
            assert browser.post(page, data=form).status_code == 200
            assert self.sql("SELECT name FROM primepath_program WHERE id = %s", number) != [(name,)]

    def move_clock(self) -> None:
        self.servers.move_clock(self.random.choice((5, 60, 3_000, 40_000, -20)))

    def revoke_token(self) -> None:
        """Revoke the token of the newcomer, or make it valid again."""
        end = self.random.choice(("NULL", "CURRENT_TIMESTAMP"))
        self.sql(
            f"UPDATE primepath_apitoken SET revoked_at = {end} WHERE user_id = "
            "(SELECT id FROM auth_user WHERE username = 'newcomer')"
        )

    def save_copy(self) -> None:
        if self.is_sqlite:
            file = self.servers.database_url.removeprefix("sqlite:///")
            with (
                closing(sqlite3.connect(file)) as source,
                closing(sqlite3.connect(f"{file}.saved")) as target,
            ):
                source.backup(target)
        else:
            self._replace(self._saved, self._name)
        self.has_copy = True

    def restore_copy(self) -> None:
        """Replace the database by its copy, while the servers run."""
        if not self.has_copy:
            return
        if self.is_sqlite:
            file = self.servers.database_url.removeprefix("sqlite:///")
            self.servers.replace_file(Path(shutil.copy(f"{file}.saved", f"{file}.restored")))
        else:
            self._replace(self._name, self._saved)

    def _replace(self, name: str, source: str) -> None:
        """Make a database of PostgreSQL a copy of another one. This ends all connections to both."""
        with self._postgresql() as server:
            server.execute(_SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(_Name(source)))
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [source],
            )
            server.execute(_SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_Name(name)))
            server.execute(
                _SQL("CREATE DATABASE {} TEMPLATE {}").format(_Name(name), _Name(source))
            )
            server.execute(_SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(_Name(source)))
        self.servers.wait_until_normal()

    @property
    def _name(self) -> str:
        return str(conninfo_to_dict(self.servers.database_url)["dbname"])

    @property
    def _saved(self) -> str:
        return f"{self._name}_saved"

    def drop_copy(self) -> None:
        if self.has_copy and not self.is_sqlite:
            with self._postgresql() as server:
                server.execute(_SQL("DROP DATABASE {}").format(_Name(self._saved)))
        self.has_copy = False

    def _postgresql(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.servers.database_url, dbname="postgres", autocommit=True)

    @property
    def is_sqlite(self) -> bool:
        return self.servers.database_url.startswith("sqlite")

    def sql(self, statement: str, *values: Any) -> list[Any]:
        return self.servers.sql(statement, *values)


# Many failed sign-ins are not limited here.
SETTINGS = {
    "SIGN_IN_FAILURES_PER_ACCOUNT": "1000",
    "SIGN_IN_FAILURES_PER_ADDRESS": "1000",
    "REPEAT_PAUSE_SECONDS": "0",
}


@contextmanager
def machine_of(servers: Servers) -> Iterator[Machine]:
    """Yield a machine with a random seed. If the block fails, the error has a note of the seed."""
    seed = random.randrange(2**32)
    machine = Machine(servers, seed)
    try:
        yield machine
    except BaseException as error:
        error.add_note(f"Seed: {seed}")
        raise
    machine.drop_copy()


@contextmanager
def running_machine(folder: Path, url: str | None = None) -> Iterator[Machine]:
    with running_servers(folder, url, **SETTINGS) as servers, machine_of(servers) as machine:
        yield machine


def test_answers_are_those_of_a_server_without_a_cache(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), running_machine(tmp_path) as machine:
        machine.run(examples(160))
        assert machine.servers.cached.answers()["hit"] > 10


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no standby.")
def test_answers_after_a_standby_without_the_last_changes_was_promoted(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), ExitStack() as primary:
        old = PostgresServer.with_demo(tmp_path / "old")
        primary.enter_context(old.running())
        new = old.standby(tmp_path / "new")
        login = old.url("primepath").partition("@")[0]
        url = f"{login}@127.0.0.1:{old.port},127.0.0.1:{new.port}/primepath?target_session_attrs=read-write"
        with running_machine(tmp_path, url) as machine:
            machine.run(examples(60))
            machine.drop_copy()
            primary.close()
            # It has not run so far, so it does not have the changes.
            with new.running():
                new.query("SELECT pg_promote()")
                machine.servers.wait_until_normal()
                machine.compare(primary.close)
                machine.run(examples(60))
                machine.drop_copy()
