"""Identity of the database, so that a position of one database is not compared with the numbers of another.

PostgreSQL: the server's system identifier, the database, and the history table. They are the same after a restart and
on a standby, also after its promotion. They differ after pg_dump and pg_restore. On another server, transaction ids
start again. In the same database, restored rows can have the transaction ids of another server.

SQLite: the time at which the database was created. A copy of the file has the same time, but its history distinguishes
it. Keys are in the order of the commits, so two copies with the same newest entry have the same entries before it.
"""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple

import psycopg
from django.db import models

from primepath.db.reading import reading_connection

logger = logging.getLogger("primepath.database")

_TABLE = "'primepath_historyentry'::regclass"
_BYTES = 6


class ServerIdentity(models.Func):
    """The identity as an expression of a query. It contains internal numbers: see `fingerprint`."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return server_identity(), ()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[()]]:
        return server_identity(), ()


def fingerprint(identity: str) -> str:
    """Return a short text for an identity. It shows clients nothing about the server."""
    digest = blake2b(identity.encode(), digest_size=_BYTES)
    return urlsafe_b64encode(digest.digest()).decode()


class ServerState(NamedTuple):
    """The identity as a fingerprint; whether this is a standby; the lowest id of a transaction that is still open."""

    fingerprint: str
    is_standby: bool
    open_from: int


def server_state() -> ServerState:
    """Read the state of the server, with a query of its own."""
    connection = reading_connection()
    rest = "0, 0"
    if connection.vendor == "postgresql":
        rest = "pg_is_in_recovery(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {server_identity()}, {rest}")
        identity, is_standby, open_from = cursor.fetchone()
    return ServerState(fingerprint(identity), bool(is_standby), open_from)


def server_identity() -> str:
    """Return the identity as SQL, for the database in use."""
    if reading_connection().vendor == "sqlite":
        return "(SELECT 'sqlite/' || applied FROM django_migrations ORDER BY id LIMIT 1)"
    server = (
        "(SELECT system_identifier::text FROM pg_control_system())"
        if can_read_system_identifier()
        else "extract(epoch FROM pg_postmaster_start_time())::text"
    )
    database = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    parts = ("'postgresql'", server, database, f"{_TABLE}::oid", f"pg_relation_filenode({_TABLE})")
    return f"concat_ws('/', {', '.join(parts)})"


@cache
def can_read_system_identifier() -> bool:
    """Return whether the role is allowed to. Every role is, unless an administrator has revoked it.

    Otherwise the time of the server's start replaces it: no change is missed, but a restart makes sync tokens invalid.
    """
    connection = reading_connection()
    connection.ensure_connection()
    session: Any = connection.connection
    try:
        # Past Django's cursors: once per process, it is no statement of an operation.
        with session.transaction():
            session.execute("SELECT system_identifier FROM pg_control_system()")
    except (psycopg.ProgrammingError, psycopg.NotSupportedError):
        logger.warning(
            "The database role cannot call pg_control_system(). Each restart of PostgreSQL makes all sync tokens invalid."
        )
        return False
    return True
