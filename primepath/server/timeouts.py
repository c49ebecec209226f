"""The timeouts of database statements while requests are served.

An operation checks its time limit only between statements, so the database must stop a statement that does not end.
`primepath.asgi` connects `limit_statements`. Commands of `manage.py`, such as migrations, have no timeout.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from primepath.server.nested_timeouts import lock_seconds


def limit_statements(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each statement of a connection to `settings.STATEMENT_SECONDS`. Receives Django's signal ``connection_created``."""
    database: Any = connection
    database.limit(statement_seconds=settings.STATEMENT_SECONDS, lock_seconds=lock_seconds())
