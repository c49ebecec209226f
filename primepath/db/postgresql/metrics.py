"""Metrics of the pools of connections, for each database."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

WAIT_SECONDS = Histogram(
    "primepath_database_pool_wait_seconds",
    "Time that a thread waited for a free connection, if none was free.",
    ["database"],
    buckets=(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REFUSED = Counter(
    "primepath_database_pool_refused",
    "Requests for a connection that failed because all were in use for too long, or the database was away.",
    ["database", "reason"],
)
CONNECTIONS = Counter(
    "primepath_database_connections",
    "Connections that were opened, could not be opened, or were found lost.",
    ["database", "event"],
)
SIZE = Gauge(
    "primepath_database_pool_size",
    "Maximum number of connections.",
    ["database"],
    multiprocess_mode="livesum",
)
OPEN = Gauge(
    "primepath_database_pool_open",
    "Open connections, in use or idle.",
    ["database"],
    multiprocess_mode="livesum",
)
IN_USE = Gauge(
    "primepath_database_pool_in_use",
    "Connections in use.",
    ["database"],
    multiprocess_mode="livesum",
)
