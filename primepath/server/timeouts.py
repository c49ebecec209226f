"""The time limits of statements while requests are served.

An operation checks its time limit only between statements, so the database must stop a statement that does not end.
`primepath.asgi` connects both functions. Commands of `manage.py`, such as migrations, wait as long as they need.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from primepath.db.postgresql.session import Session
from primepath.server.nested_timeouts import lock_seconds

# PostgreSQL itself ends a statement after `settings.STATEMENT_SECONDS`. Its error needs some time to arrive.
_GRACE_SECONDS = 1


def limit_statements(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each statement of a connection to `settings.STATEMENT_SECONDS`. Receives Django's signal ``connection_created``."""
    database: Any = connection
    database.limit(statement_seconds=settings.STATEMENT_SECONDS, lock_seconds=lock_seconds())


def limit_waits(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each wait for PostgreSQL to somewhat more than a statement can take. Receives Django's signal ``connection_created``.

    If PostgreSQL does not respond by then, it is frozen or cut off. The connection is closed.
    """
    session: Any = connection.connection
    if isinstance(session, Session):
        session.patience = settings.STATEMENT_SECONDS + _GRACE_SECONDS
