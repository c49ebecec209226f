"""The demo server, which is killed after the first commit of a mutation: ``python -m tests.concurrency.crashing_server``."""

from __future__ import annotations

import os
import signal
from unittest.mock import patch

# First: it loads Django's apps.
import primepath.asgi  # noqa: F401
from primepath.server.time_limit import TimeLimit
from tests import serve_demo


def crash(_: TimeLimit) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with patch.object(TimeLimit, "allow_for_payload", crash):
        serve_demo.main()
