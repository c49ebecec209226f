"""The situations, one a file. Each function returns figures with the bounds they must keep."""

from __future__ import annotations

from importlib import import_module

# In the order of the table. A scenario that can leave the server in a bad state comes later.
_MODULES = (
    "gateway_timeouts",
    "overload",
    "many_writers",
    "signing_in",
    "redis_hangs",
    "locked_cell",
    "database_away",
    "database_restarts",
    "stalled_bodies",
    "idle_connections",
    "session_state",
    "cold_reads",
    "large_reads",
    "endless_headers",
    "database_frozen",
    "half_headers",
    "killed_process",
    "leaving_clients",
    "rolling_restart",
    "disk_full",
    "failover",
    "soak",
)


def load_scenarios() -> None:
    """Import all scenarios, so that they are in the registry."""
    for name in _MODULES:
        import_module(f"{__name__}.{name}")
