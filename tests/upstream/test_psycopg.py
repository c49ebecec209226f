"""Each private name of psycopg still exists, and the library still uses it.

If one of these fails after an upgrade, see `docs/development/upstream.md`.
"""

from __future__ import annotations

import inspect

import psycopg
import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.one_database


def test_wait_has_a_timeout_and_raises_its_private_error() -> None:
    parameters = inspect.signature(psycopg.Connection.wait).parameters
    assert list(parameters) == ["self", "gen", "interval", "timeout"]
    assert "_WaitTimeout" in (psycopg.Connection.wait.__doc__ or "")
    assert issubclass(psycopg.errors._WaitTimeout, psycopg.OperationalError)


def test_django_returns_a_connection_to_its_pool() -> None:
    assert "self.connection._pool.putconn(self.connection)" in inspect.getsource(
        DatabaseWrapper._close
    )


def test_django_configures_the_connections_of_a_pool() -> None:
    source = inspect.getsource(DatabaseWrapper.pool.fget)
    assert "configure=self._configure_connection" in source
    assert "self._connection_pools" in source
    assert "self._connection_pools" in inspect.getsource(DatabaseWrapper.close_pool)
