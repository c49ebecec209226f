"""The time for which a process that serves requests waits for a response of PostgreSQL.

`primepath.asgi` connects `limit_waits`. Commands of `manage.py`, such as migrations, wait as long as they need.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from primepath.db.postgresql.session import Session

# PostgreSQL itself ends a statement after `settings.STATEMENT_SECONDS`. Its error needs some time to arrive.
_GRACE_SECONDS = 1


def limit_waits(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Limit each wait of a connection to somewhat more than a statement can take. Receives Django's signal ``connection_created``.

    If PostgreSQL does not respond by then, it is frozen or cut off. The connection is closed.
    """
    session: Any = connection.connection
    if isinstance(session, Session):
        session.patience = settings.STATEMENT_SECONDS + _GRACE_SECONDS
