"""The backend. Django finds it by the name of this module."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS

from primepath.db.postgresql.pool import Pool
from primepath.db.postgresql.session import Session
from primepath.db.postgresql.transactions import Transactions


class DatabaseWrapper(Transactions):
    """Django's own, with our transactions and our pool.

    The pool of psycopg tries a lost connection again after 1, 2, 4 and more seconds. So it needed up to 25 s more after
    PostgreSQL had been away for 35 s. Its waiting requests did not learn that the database is away.
    """

    _connection_pools: ClassVar[dict[str, Pool]] = {}
    # The host and port that accepted the last connection, by alias.
    _last_hosts: ClassVar[dict[str, tuple[str, str]]] = {}
    _creating: ClassVar[threading.Lock] = threading.Lock()

    @property
    def pool(self) -> Pool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools = self._connection_pools
        if self.alias not in pools:
            with self._creating:
                if self.alias not in pools:
                    pools[self.alias] = Pool(self.alias, self._connect, **options)
        return pools[self.alias]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection. Without a pool, such as for a check of readiness, it begins with the last host too."""
        if self.pool is not None:
            return super().get_new_connection(conn_params)
        session: Any = super().get_new_connection(
            _with_first(self._last_hosts.get(self.alias), conn_params)
        )
        self._last_hosts[self.alias] = session.info.host, str(session.info.port)
        return session

    def _connect(self, **options: Any) -> Session:
        """Return a new connection. ``options`` of libpq replace the settings' own."""
        parameters = _with_first(
            self._last_hosts.get(self.alias), {**self.get_connection_params(), **options}
        )
        session: Session = Session.connect(**parameters, autocommit=True)
        self._last_hosts[self.alias] = session.info.host, str(session.info.port)
        try:
            self._configure_connection(session)  # type: ignore[attr-defined]
        except BaseException:
            session.close()
            raise
        return session


def _with_first(first: tuple[str, str] | None, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a connection with this host before the others.

    Otherwise each new connection would first wait for a host that is cut off, until ``connect_timeout``.
    """
    hosts = list(
        zip(
            str(parameters.get("host", "")).split(","),
            str(parameters.get("port", "")).split(","),
            strict=False,
        )
    )
    if first not in hosts[1:]:
        return parameters
    names, ports = zip(*sorted(hosts, key=lambda host: host != first), strict=True)
    return {**parameters, "host": ",".join(names), "port": ",".join(ports)}
