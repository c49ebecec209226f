"""The situations, one a file. Each function returns figures with the bounds they must keep."""

from __future__ import annotations

from importlib import import_module

# In the order of the table. A scenario that can leave the server in a bad state comes later.
_MODULES = (
    "gateway_timeouts",
    "overload",
)


def load_scenarios() -> None:
    """Import all scenarios, so that they are in the registry."""
    for name in _MODULES:
        import_module(f"{__name__}.{name}")
