"""The backend. Django finds it by the name of this module."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from primepath.db.postgresql.pool import Pool
from primepath.db.postgresql.session import Session


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with our pool.

    The pool of psycopg tries a lost connection again after 1, 2, 4 and more seconds. So it needed up to 25 s more after
    PostgreSQL had been away for 35 s. Its waiting requests did not learn that the database is away.
    """

    _connection_pools: ClassVar[dict[str, Pool]] = {}

    @property
    def pool(self) -> Pool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools = self._connection_pools
        if self.alias not in pools:
            pool = Pool(self.alias, self._connect, **options)
            # Several threads can create one. They use the first.
            pools.setdefault(self.alias, pool)
        return pools[self.alias]

    def _connect(self, **options: Any) -> Session:
        """Return a new connection. ``options`` of libpq replace the settings' own."""
        parameters = {**self.get_connection_params(), **options}
        session: Session = Session.connect(**parameters, autocommit=True)
        try:
            self._configure_connection(session)  # type: ignore[attr-defined]
        except BaseException:
            session.close()
            raise
        return session
