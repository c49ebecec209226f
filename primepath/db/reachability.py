"""Knowledge of the process about which databases are away.

A request that needs a database that is away fails immediately, instead of waiting for a connection. It does not try to
connect. One thread of the process does so, at short intervals, until the database is back.

A lost connection is only a sign. An operator can end one connection, and a server that accepts no new connections still
serves open ones. So a sign starts an attempt to connect. The database is away if the attempt fails and no open
connection proves that it is alive.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from prometheus_client import Counter, Gauge

# An attempt to connect to a port without a server takes less than 1 ms.
_INTERVAL_SECONDS = 0.25

_AWAY = Gauge(
    "primepath_database_away",
    "1 while the process cannot reach the database.",
    ["database"],
    multiprocess_mode="livemax",
)
_PROBES = Counter(
    "primepath_database_probes",
    "Attempts to find out whether the database can be reached.",
    ["database", "outcome"],
)

logger = logging.getLogger("primepath.database")


class Watch:
    """Knowledge of the process about one database.

    ``probe`` returns if the database is not away, after some seconds at most. Otherwise it raises the reason.
    """

    def __init__(self, alias: str, probe: Callable[[], None]) -> None:
        self.alias = alias
        self.problem: str | None = None
        """The reason why the database is away. None if it can be reached, as far as this process knows."""
        self.heard_at = 0.0
        """The `time.monotonic` of its last response."""
        self._probe = probe
        self._probed_at = 0.0
        self._lock = threading.Lock()
        self._is_probing = False
        _AWAY.labels(alias).set(0)
        _watches[alias] = self

    def suspect(self) -> None:
        """Note a sign that the database is away. A thread finds out whether it is. Waits for nothing."""
        with self._lock:
            is_recent = time.monotonic() - self._probed_at < _INTERVAL_SECONDS
            if self._is_probing or is_recent:
                return
            self._is_probing = True
        name = f"probe-{self.alias}"
        threading.Thread(target=self._probe_until_it_is_back, name=name, daemon=True).start()

    def _probe_until_it_is_back(self) -> None:
        while self._probe_once() is not None:
            time.sleep(_INTERVAL_SECONDS)
        with self._lock:
            self._probed_at = time.monotonic()
            self._is_probing = False

    def _probe_once(self) -> str | None:
        """Return the reason why the database is away, or None."""
        problem = None
        try:
            self._probe()
        except Exception as error:
            # An error of the network can have several lines.
            problem = " ".join(str(error).split())
        _PROBES.labels(self.alias, "failed" if problem else "succeeded").inc()
        self._note(problem)
        return problem

    def _note(self, problem: str | None) -> None:
        before, self.problem = self.problem, problem
        if (before is None) is not (problem is None):
            _AWAY.labels(self.alias).set(0 if problem is None else 1)
            if problem is None:
                logger.warning("The database %s can be reached again.", self.alias)
            else:
                logger.error("The database %s is away: %s", self.alias, problem)


_watches: dict[str, Watch] = {}


def is_away(alias: str = "default") -> bool:
    """Return whether the database is known to be away, so that a request that needs it would only fail.

    It takes no lock and does no I/O, so the event loop can call it for each request. False for SQLite.
    """
    return problem(alias) is not None


def problem(alias: str = "default") -> str | None:
    """Return the reason why the database is away, for the log. None if it can be reached, as far as this process knows."""
    watch = _watches.get(alias)
    return None if watch is None else watch.problem
