"""A standby that is promoted: no answer of the old primary is sent for the new one, although their rows were equal."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from primepath.models.database_state import DatabaseState
from primepath.services.accounts.tokens import create_token, find_token
from tests.factories import make_class, make_teacher
from tests.migrated import create_tables
from tests.postgres_servers import PostgresServer, database_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no standby."),
]


def state(token: str) -> DatabaseState:
    found = find_token(token)
    assert found is not None
    assert found.observation is not None
    return found.observation.database


def test_promoted_standby_and_restored_copy_have_other_states(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    old = PostgresServer.new(tmp_path / "old")
    with django_db_blocker.unblock(), old.running():
        old.query("CREATE DATABASE primepath")
        with database_of(old):
            create_tables()
            token, _ = create_token(user=make_teacher("mina").user, name="Test")
        new = old.standby(tmp_path / "new")
        with new.running():
            new.wait_for_replay(old)
            with database_of(old):
                before = state(token)
            with database_of(new):
                copy = state(token)
                assert copy.contents == before.contents
                assert copy.server != before.server
                new.query("SELECT pg_promote()")
                make_class("ONLY_NEW")
                promoted = state(token)
            with database_of(old):
                # The old primary goes on alone, with as many changes.
                make_class("ONLY_OLD")
                alone = state(token)
            assert len({each.contents for each in (before, promoted, alone)}) == 3
        # A restored copy has the same marks. It is another database.
        old.copy_to(old, "primepath", "restored")
        with database_of(old, "restored"):
            assert state(token).server != alone.server
            make_class("ONLY_RESTORED")
            assert state(token).contents != alone.contents
    with django_db_blocker.unblock(), old.running(), database_of(old):
        # The same rows after a restart. Nothing proves that no commit was lost.
        assert state(token).server != alone.server
