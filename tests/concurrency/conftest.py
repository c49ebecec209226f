"""Fixtures: remains of operations, logs, and a database that other processes can open too."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.concurrency.recording import assert_nothing_left
from tests.databases import connected_to, postgresql_url


@pytest.fixture
def _assert_nothing_left() -> Iterator[None]:
    with assert_nothing_left():
        yield


@pytest.fixture
def log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    """Return what the product logs."""
    monkeypatch.setattr(logging.getLogger("primepath"), "propagate", True)
    return caplog


@pytest.fixture
def _assert_nothing_logged(log: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in log.get_records("call")] == []


@pytest.fixture(scope="session")
def database_url(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """Return the `DATABASE_URL` of the test database.

    On SQLite that database is in memory, so this is a file with the same tables.
    """
    if connection.vendor == "postgresql":
        return postgresql_url(connection.settings_dict["NAME"])
    path = tmp_path_factory.mktemp("shared") / "database.sqlite3"
    path.touch(0o600)
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as file:
        connection.ensure_connection()
        assert connection.connection is not None
        connection.connection.backup(file)
    return f"sqlite:///{path}"


@pytest.fixture
def shared_database(transactional_db: None, database_url: str) -> Iterator[str]:
    """Return the URL of an empty database, which this process uses too in the test."""
    if connection.vendor == "postgresql":
        yield database_url
        return
    with connected_to(database_url):
        yield database_url
        call_command("flush", interactive=False, verbosity=0)
