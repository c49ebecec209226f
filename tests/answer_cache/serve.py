"""Serve the database with a clock that a file moves: ``python -m tests.answer_cache.serve``. Print the port.

The file in ``CLOCK_FILE`` has the number of seconds by which the server's clock is ahead. ``REPEAT_PAUSE_SECONDS``: how long a
query that could not be repeated runs in threads.
"""

from __future__ import annotations

import datetime
import os
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.core import signing
from django.utils import timezone

from primepath.asgi import application
from primepath.server.processes.uvicorn_server import LimitedServer, server_config
from schema.http.answer_cache import repeats

_FILE = Path(os.environ["CLOCK_FILE"])
_now = timezone.now


def _ahead() -> float:
    return float(_FILE.read_text())


def main() -> None:
    timezone.now = lambda: _now() + datetime.timedelta(seconds=_ahead())
    clock: Any = SimpleNamespace(time=lambda: time.time() + _ahead())
    vars(signing)["time"] = clock
    if "REPEAT_PAUSE_SECONDS" in os.environ:
        repeats._PAUSE_SECONDS = float(os.environ["REPEAT_PAUSE_SECONDS"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        LimitedServer(server_config(application)).run(sockets=[listener])


if __name__ == "__main__":
    main()
