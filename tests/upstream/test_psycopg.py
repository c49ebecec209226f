"""Each private name of psycopg still exists, and the library still uses it.

If one of these fails after an upgrade, see `docs/development/upstream.md`.
"""

from __future__ import annotations

import inspect

import psycopg
import pytest
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.adapt import Transformer

pytestmark = pytest.mark.one_database


def test_wait_has_a_timeout_and_raises_its_private_error() -> None:
    parameters = inspect.signature(psycopg.Connection.wait).parameters
    assert list(parameters) == ["self", "gen", "interval", "timeout"]
    assert "_WaitTimeout" in (psycopg.Connection.wait.__doc__ or "")
    assert issubclass(psycopg.errors._WaitTimeout, psycopg.OperationalError)


def test_values_are_converted_as_by_a_cursor() -> None:
    source = inspect.getsource(psycopg._cursor_base) + inspect.getsource(psycopg.cursor)
    for use in (
        "self._tx = adapt.Transformer(self)",
        "self._tx.set_pgresult(",
        "self._tx.load_rows(",
    ):
        assert use in source
    parameters = inspect.signature(Transformer(None).dump_sequence).parameters
    assert list(parameters) == ["params", "formats"]


def test_django_uses_the_pool_in_the_same_way() -> None:
    source = inspect.getsource(DatabaseWrapper)
    assert "self.connection._pool.putconn(self.connection)" in source
    assert "configure=self._configure_connection" in source
    assert "return self._connection_pools[self.alias]" in source
    assert "del self._connection_pools[self.alias]" in source
