"""Markers that follow from what a test uses."""

from __future__ import annotations

import pytest

# What starts processes. A module that imports from one of these has tests that use it.
_STARTERS = {
    "subprocess",
    "tests.nginx",
    "tests.pgbouncer",
    "tests.postgres_servers",
    "tests.processes",
    "tests.redis_server",
    "tests.served",
    "tests.server",
}


def starts_processes(item: pytest.Item) -> bool:
    """Return whether a test starts processes, or is in a module with tests that do."""
    if "demo_server" in getattr(item, "fixturenames", ()):
        return True
    module = item.getparent(pytest.Module)
    return module is not None and any(
        getattr(value, "__module__", None) in _STARTERS
        or getattr(value, "__name__", None) in _STARTERS
        for value in vars(module.obj).values()
    )
