"""Connections to a database with several hosts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.conf import settings
from django.db import connection

from primepath.db.postgresql.base import DatabaseWrapper

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite is a file."
    ),
]
ALIAS = "hosts"


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and never responds, as one that is frozen."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.fixture
def wrapper(silent: socket.socket) -> Iterator[DatabaseWrapper]:
    """A connection to the silent server, or else to the server of the tests."""
    usual = connection.settings_dict
    port = usual["PORT"] or 5432
    hosts = {
        "HOST": f"127.0.0.1,{usual['HOST'] or 'localhost'}",
        "PORT": f"{silent.getsockname()[1]},{port}",
    }
    yield DatabaseWrapper({**usual, **hosts}, ALIAS)
    DatabaseWrapper._last_hosts.pop(ALIAS, None)


def number_of_attempts(listener: socket.socket) -> int:
    attempts = 0
    while True:
        try:
            attempt, _ = listener.accept()
        except BlockingIOError:
            return attempts
        attempt.close()
        attempts += 1


def test_host_that_accepted_the_last_connection_is_tried_first(
    wrapper: DatabaseWrapper, silent: socket.socket
) -> None:
    for expected in 1, 0, 0:
        session = wrapper._connect()
        assert session.execute("SELECT 1").fetchone() == (1,)
        session.close()
        assert number_of_attempts(silent) == expected
    # A check of readiness has no pool, and begins with it too.
    options = {
        key: value for key, value in wrapper.settings_dict["OPTIONS"].items() if key != "pool"
    }
    check = DatabaseWrapper({**wrapper.settings_dict, "OPTIONS": options}, ALIAS)
    with closing(check), check.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert number_of_attempts(silent) == 0
    # An attempt to find out whether the database is away begins with it too.
    session = wrapper._connect(connect_timeout=2)
    session.close()
    assert number_of_attempts(silent) == 0
