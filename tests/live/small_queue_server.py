"""The demo server, with little room for events that wait for a listener: ``python -m tests.live.small_queue_server``."""

from __future__ import annotations

from unittest.mock import patch

# First: it loads Django's apps.
import primepath.asgi  # noqa: F401
from primepath.feed import listeners
from tests import serve_demo

if __name__ == "__main__":
    with patch.object(listeners, "MOST_WAITING", 2):
        serve_demo.main()
