"""A file of SQLite that another one replaces while the server runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from math import inf
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connections
from pytest_django import DjangoDbBlocker

from primepath.db.sqlite3.base import DatabaseWrapper
from primepath.feed import waking
from primepath.feed.waking import Waker
from tests.processes import PATIENCE

pytestmark = pytest.mark.one_database


def make_file(file: Path, name: str) -> Path:
    with closing(sqlite3.connect(file)) as made, made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE names AS SELECT ? AS name", [name])
    return file


def names(connection: DatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        return [name for (name,) in cursor.execute("SELECT name FROM names")]


def test_listeners_are_woken(
    tmp_path: Path,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = make_file(tmp_path / "names.sqlite3", "old")
    monkeypatch.setitem(connections.settings["default"], "NAME", file)
    monkeypatch.setattr(waking, "_LONGEST_SECONDS", inf)
    woken = Semaphore(0)
    with django_db_blocker.unblock():
        waker = Waker(woken.release)
        try:
            assert woken.acquire(timeout=PATIENCE)
            make_file(tmp_path / "new.sqlite3", "new").replace(file)
            assert woken.acquire(timeout=PATIENCE)
            with closing(sqlite3.connect(file)) as other, other:
                other.execute("UPDATE names SET name = 'changed'")
            assert woken.acquire(timeout=PATIENCE)
        finally:
            waker.stop()
            waker._thread.join(PATIENCE)
    assert caplog.messages == []


def test_next_request_uses_the_new_file(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_file(tmp_path / "names.sqlite3", "old")
    usual: Any = connections["default"]
    connection = DatabaseWrapper({**usual.settings_dict, "NAME": file}, "default")
    monkeypatch.setattr(connections, "all", lambda **_: [connection])
    with django_db_blocker.unblock(), closing(connection):
        assert names(connection) == ["old"]
        make_file(tmp_path / "new.sqlite3", "new").replace(file)
        request_started.send(sender=None)
        assert names(connection) == ["new"]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE names SET name = 'changed'")
    with closing(sqlite3.connect(file)) as read:
        assert read.execute("SELECT name FROM names").fetchall() == [("changed",)]
