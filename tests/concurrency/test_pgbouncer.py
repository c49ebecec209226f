"""The product behind a real PgBouncer in transaction mode: few sessions of PostgreSQL, many clients, no state left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from primepath.demo.accounts import ADMINISTRATOR, DEMO_PASSWORD
from scripts.server import Checkout
from tests.pgbouncer import pooled_demo
from tests.processes import PATIENCE
from tests.server import Server, running_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only."),
]

SESSIONS = 2
# More than the sessions of PostgreSQL, so that each transaction can have another one.
CLIENTS = 8
# PgBouncer keeps these for each client, and sets them again in the session that a client gets.
KEPT_BY_PGBOUNCER = {
    "application_name",
    "client_encoding",
    "DateStyle",
    "standard_conforming_strings",
    "TimeZone",
}
LEFT_IN_THE_SESSION = """
SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session' AND NOT name = ANY(%s)
UNION ALL SELECT 'statement ' || name FROM pg_prepared_statements
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
UNION ALL SELECT 'table ' || relname FROM pg_class WHERE relpersistence = 't'
UNION ALL SELECT 'channel ' || channel FROM pg_listening_channels() AS channel
UNION ALL SELECT 'user ' || current_user WHERE current_user <> session_user
"""
MATRIX = """
query ($year: Int) {
  scheduleMatrix(academicYear: $year, classCodes: ["PRIMARY_1A", "PRIMARY_2A"]) {
    rows { schoolClass { code } curriculum { label } cells { status version exams { name cells { id } } } }
  }
  viewer { assignments { accessLevel } }
}
"""
UPDATE = """
mutation ($cell: ID!, $notes: String) {
  updateCell(input: { cell: { id: $cell }, notes: $notes }) { cell { notes } userErrors { code } }
}
"""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URLs of a database with the demo school: directly, and through PgBouncer."""
    with pooled_demo(tmp_path_factory.mktemp("pgbouncer"), servers=SESSIONS) as urls:
        yield urls


@pytest.fixture(scope="module")
def server(
    addresses: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("server"),
        DATABASE_URL=addresses[1],
        DATABASE_POOL_SIZE=str(CLIENTS),
        REQUESTS_PER_CALLER=str(CLIENTS),
        STATEMENT_SECONDS="4",
    ) as running:
        yield running


def ask(server: Server, document: str, **variables: Any) -> Any:
    response = httpx.post(
        f"{server.address}/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=PATIENCE,
    )
    assert response.status_code == 200, response.text
    return response.json()


def sign_in_to_the_admin_site(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=PATIENCE, follow_redirects=True) as client:
        page = client.get("/admin/login/").text
        token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"username": ADMINISTRATOR, "password": DEMO_PASSWORD, "next": "/admin/"}
        page = client.post("/admin/login/", data={**form, "csrfmiddlewaretoken": token[1]}).text
        assert "Log out" in page
        assert client.get("/admin/primepath/exam/").status_code == 200


def use_everything(server: Server) -> None:
    """Read, store missing cells, write, and sign in, with more clients than PostgreSQL has sessions."""

    def use(number: int) -> None:
        cell = f"MatrixCell:PRIMARY_1A/2026/{('JAN', 'FEB', 'MAR', 'APR')[number % 4]}"
        for year in (2026, 2027 + number % 4):
            assert "errors" not in ask(server, MATRIX, year=year)
        written = ask(server, UPDATE, cell=cell, notes=f"By {number}")["data"]["updateCell"]
        assert written == {"cell": {"notes": written["cell"]["notes"]}, "userErrors": []}

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(use, range(2 * CLIENTS)))
    sign_in_to_the_admin_site(server)


def test_nothing_is_left_in_a_session(server: Server, addresses: tuple[str, str]) -> None:
    use_everything(server)
    with ExitStack() as stack:
        sessions = [
            # A transaction has its session to itself, so these are all.
            stack.enter_context(psycopg.connect(addresses[1], prepare_threshold=None))
            for _ in range(SESSIONS)
        ]
        pids = {session.execute("SELECT pg_backend_pid()").fetchone() for session in sessions}
        assert len(pids) == SESSIONS
        for session in sessions:
            left = session.execute(LEFT_IN_THE_SESSION, [sorted(KEPT_BY_PGBOUNCER)]).fetchall()
            assert left == []


def test_timeouts_hold(server: Server, addresses: tuple[str, str]) -> None:
    with psycopg.connect(addresses[0]) as other:
        other.execute("LOCK TABLE primepath_examschedulematrix IN ACCESS EXCLUSIVE MODE")
        answers = [
            ask(server, UPDATE, cell="MatrixCell:PRIMARY_1A/2026/JAN", notes="In vain"),
            ask(server, MATRIX, year=2026),
        ]
        other.rollback()
    for answer in answers:
        assert {each["extensions"]["code"] for each in answer["errors"]} == {"TIMEOUT"}
    log = server.log.read_text()
    assert log.count("database lock: canceling statement due to lock timeout") == len(answers)


def test_commands_run_after_a_server(
    server: Server, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_everything(server)
    monkeypatch.setenv("DATABASE_URL", addresses[1])
    manage = Checkout().manage
    assert "No migrations to apply" in manage("migrate")
    # In a transaction, and outside of one.
    show = (
        "from django.db import connection, transaction\n"
        "def show():\n"
        "    with connection.cursor() as cursor:\n"
        "        cursor.execute('SHOW statement_timeout')\n"
        "        print(*cursor.fetchone())\n"
        "show()\n"
        "with transaction.atomic():\n"
        "    show()\n"
    )
    assert manage("shell", "--no-imports", "-c", show).split() == ["0", "0"]
    assert "Operations to perform" in manage("migrate", "sessions", "zero")
    assert "Applying sessions" in manage("migrate")
    sign_in_to_the_admin_site(server)
