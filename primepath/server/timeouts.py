"""The timeouts of database statements while requests are served.

An operation checks its time limit only between statements, so the database must stop a statement that does not end.
`primepath.asgi` connects `limit_statements`. Commands of `manage.py`, such as migrations, have no timeout.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

# A wait for a row ends well before a statement does. The error then names the cause, and a connection of the pool is free
# again. A usual transaction keeps its locks for some hundredths of a second.
_LOCK_SHARE = 0.4


def limit_statements(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each statement of a connection to `settings.STATEMENT_SECONDS`. Receives Django's signal ``connection_created``."""
    seconds = settings.STATEMENT_SECONDS
    database: Any = connection
    database.limit(statement_seconds=seconds, lock_seconds=seconds * _LOCK_SHARE)
