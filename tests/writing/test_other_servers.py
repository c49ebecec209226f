"""A sync token at another server: no change is missed, whatever the numbers of that server are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from primepath.db import server_identity
from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import HistoryEntry
from primepath.services.cells.update_cell import update_cell
from tests.client import answer
from tests.factories import YEAR, make_class
from tests.migrated import create_tables
from tests.postgres_servers import PostgresServer, database, database_of
from tests.schema.mobile_client import MATRIX, MobileClient, periods_by_class
from tests.writing.transactions import open_transaction

pytestmark = pytest.mark.django_db(transaction=True)

START_AGAIN = {"code": "SYNC_TOKEN_EXPIRED"}
"""Extensions of the error for a token that can no longer be used."""
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only.")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite only.")


def note(code: str, notes: str) -> None:
    key = CellKey(code, YEAR, Period.JAN)
    update_cell(viewer=COMMAND_LINE, cell=key, changes={"notes": notes})


def make_school() -> None:
    create_tables()
    for code in "ABC":
        make_class(code)


def error_of(token: str | None) -> Any:
    """Return the extensions of the error with which a token is refused."""
    response = answer(MATRIX, COMMAND_LINE, {"year": YEAR, "after": token})
    assert response["data"] == {"scheduleMatrix": None}, response
    (error,) = response["errors"]
    return error


def assert_starts_again(client: MobileClient) -> None:
    error = error_of(client.token)
    assert error["extensions"] == START_AGAIN
    assert "has been replaced" in error["message"]
    fresh = MobileClient(COMMAND_LINE)
    assert fresh.rows == client.fetch_all()
    assert periods_by_class(fresh.sync()) == {}


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer.new(tmp_path_factory.mktemp("servers") / "primary")
    with server.running():
        yield server


@pytest.fixture
def school(primary: PostgresServer) -> PostgresServer:
    """The primary, with a new database with a school."""
    primary.query("DROP DATABASE IF EXISTS primepath WITH (FORCE)")
    primary.query("CREATE DATABASE primepath")
    with database_of(primary):
        make_school()
    return primary


@on_postgresql
def test_change_that_was_open_during_a_sync_is_not_missed_after_a_restore(
    school: PostgresServer, tmp_path: Path
) -> None:
    restored = PostgresServer.new(tmp_path / "restored")
    with database_of(school):
        note("C", "x")
        client = MobileClient(COMMAND_LINE)
        with open_transaction(lambda: note("A", "late")):
            note("B", "x")
            client.sync()
    with restored.running():
        school.copy_to(restored, "primepath", "primepath")
        with database_of(restored):
            assert_starts_again(client)
    with database_of(school):
        assert periods_by_class(client.sync())["A"] == ["JAN"]


@on_postgresql
def test_change_is_not_missed_after_a_restore_beside_the_old_database(
    school: PostgresServer,
) -> None:
    school.query("DROP DATABASE IF EXISTS restored")
    with database_of(school):
        note("C", "x")
        client = MobileClient(COMMAND_LINE)
    school.copy_to(school, "primepath", "restored")
    with database_of(school, "restored"):
        assert_starts_again(client)


@on_postgresql
def test_change_is_not_missed_after_a_restore_into_the_same_database(
    school: PostgresServer, tmp_path: Path
) -> None:
    with database_of(school):
        note("C", "x")
        client = MobileClient(COMMAND_LINE)
    dump = str(tmp_path / "dump")
    school.client("pg_dump", "--format=custom", f"--file={dump}", school.url("primepath"))
    school.client("pg_restore", "--clean", f"--dbname={school.url('primepath')}", dump)
    with database_of(school):
        assert_starts_again(client)


@on_postgresql
def test_token_without_a_history_belongs_to_its_server(
    school: PostgresServer, tmp_path: Path
) -> None:
    with database_of(school):
        client = MobileClient(COMMAND_LINE)
        assert not HistoryEntry.objects.exists()
        assert periods_by_class(client.sync()) == {}
    other = PostgresServer.new(tmp_path / "other")
    with other.running():
        other.query("CREATE DATABASE primepath")
        with database_of(other):
            make_school()
            assert_starts_again(client)


@on_postgresql
def test_token_is_valid_after_a_restart(tmp_path: Path) -> None:
    server = PostgresServer.new(tmp_path / "server")
    with server.running():
        server.query("CREATE DATABASE primepath")
        with database_of(server):
            make_school()
            note("A", "x")
            client = MobileClient(COMMAND_LINE)
    with server.running(), database_of(server):
        note("B", "x")
        assert periods_by_class(client.sync()) == {"B": ["JAN"]}


@on_postgresql
def test_standby_answers_as_far_as_it_is_and_never_that_the_data_was_replaced(
    school: PostgresServer, tmp_path: Path
) -> None:
    with database_of(school):
        note("A", "x")
    standby = school.standby(tmp_path / "standby")
    with standby.running():
        with database_of(school):
            client = MobileClient(COMMAND_LINE)
            note("B", "x")
        standby.wait_for_replay(school)
        with database_of(standby):
            assert periods_by_class(client.sync()) == {"B": ["JAN"]}

        standby.query("SELECT pg_wal_replay_pause()")
        with database_of(school):
            behind = client.token
            with open_transaction(lambda: note("A", "late")):
                note("C", "x")
                assert periods_by_class(client.sync()) == {"C": ["JAN"]}
        with database_of(standby):
            error = error_of(client.token)
            assert error["extensions"] == {"code": "UNAVAILABLE", "retryAfterSeconds": 1}
            client_behind = MobileClient(COMMAND_LINE)
            client_behind.token = behind
            assert periods_by_class(client_behind.sync()) == {}

        standby.query("SELECT pg_wal_replay_resume()")
        standby.wait_for_replay(school)
        with database_of(standby):
            assert periods_by_class(client.sync())["A"] == ["JAN"]
            assert {"A", "C"} <= periods_by_class(client_behind.sync()).keys()
            assert client.rows == client_behind.rows == client.fetch_all()
        with database_of(school):
            note("B", "y")
            assert periods_by_class(client.sync()) == {"B": ["JAN"]}
            lost = client.token
        standby.wait_for_replay(school)

        # The standby replaces the primary.
        standby.query("SELECT pg_promote()")
        with database_of(standby):
            note("C", "y")
            assert periods_by_class(client.sync()) == {"C": ["JAN"]}
            assert client.rows == client.fetch_all()
            entries = HistoryEntry.objects.order_by("-pk")[:2]
            HistoryEntry.objects.filter(pk__in=[entry.pk for entry in entries])._raw_delete(
                "default"
            )
            assert error_of(lost)["extensions"] == START_AGAIN


@on_postgresql
def test_role_that_cannot_read_the_system_identifier_gets_tokens_too(
    school: PostgresServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with database_of(school):
        note("A", "x")
        of_owner = MobileClient(COMMAND_LINE).token
    school.query("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC", "primepath")
    school.query("DROP ROLE IF EXISTS plain")
    school.query("CREATE ROLE plain LOGIN PASSWORD 'plain'")
    for kind in ("TABLES", "SEQUENCES"):
        school.query(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO plain", "primepath")
    server_identity.can_read_system_identifier.cache_clear()
    address = {"HOST": "127.0.0.1", "PORT": str(school.port), "NAME": "primepath"}
    try:
        with database(USER="plain", PASSWORD="plain", **address):
            client = MobileClient(COMMAND_LINE)
            note("B", "x")
            assert periods_by_class(client.sync()) == {"B": ["JAN"]}
            assert error_of(of_owner)["extensions"] == START_AGAIN
    finally:
        server_identity.can_read_system_identifier.cache_clear()
    assert "pg_control_system()" in caplog.text


@on_sqlite
def test_copy_of_a_file_continues_where_it_was_made(tmp_path: Path) -> None:
    original, copy = tmp_path / "original.sqlite3", tmp_path / "copy.sqlite3"
    with database(NAME=str(original)):
        make_school()
        note("A", "x")
        before = MobileClient(COMMAND_LINE)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        note("B", "lost")
        after = MobileClient(COMMAND_LINE)
    with database(NAME=str(copy)):
        assert_starts_again(after)
        note("C", "x")
        # The key of the lost entry is used again.
        assert_starts_again(after)
        assert periods_by_class(before.sync()) == {"C": ["JAN"]}
        assert before.rows == before.fetch_all()


@on_sqlite
@pytest.mark.parametrize("notes", [[], ["x"]])
def test_another_file_is_another_server(tmp_path: Path, notes: list[str]) -> None:
    with database(NAME=str(tmp_path / "one.sqlite3")):
        make_school()
        for text in notes:
            note("A", text)
        client = MobileClient(COMMAND_LINE)
        assert periods_by_class(client.sync()) == {}
        entries = list(HistoryEntry.objects.values())
    with database(NAME=str(tmp_path / "other.sqlite3")):
        make_school()
        HistoryEntry.objects.bulk_create(HistoryEntry(**entry) for entry in entries)
        assert_starts_again(client)
