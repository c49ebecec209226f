"""The metrics of all processes of a server, for Prometheus, at ``/metrics``.

Each part declares its metrics itself, in the file that counts. docs/production/monitoring.md lists all of them.

With one process, they are in its memory. Several processes write them to files in the folder
``PROMETHEUS_MULTIPROC_DIR``, and each process responds with the sum. ``manage.py serve`` sets and empties it before they start.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from primepath.server.monitoring.access import can_monitor
from primepath.server.small_responses import headers_of, send_response

PATH = "/metrics"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# The time at which each series began doubles their number, and nothing reads it.
disable_created_metrics()  # type: ignore[no-untyped-call]


class MetricsEndpoint:
    """ASGI middleware that responds to ``/metrics``.

    It is before the queue of requests, so it also responds when the server is overloaded. Callers that cannot monitor get
    the same response as for any address that does not exist.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        responds = _asks_for_metrics(scope) and can_monitor(scope)
        # Without a frame of its own, because a stream would keep it.
        response: Awaitable[None] = (_respond if responds else self._application)(
            scope, receive, send
        )
        return response


def _asks_for_metrics(scope: Any) -> bool:
    if scope["type"] != "http":
        return False
    # uvicorn puts its --root-path before the path that a client asks for.
    path: str = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
    return path == PATH


async def _respond(_scope: Any, _receive: Any, send: Any) -> None:
    # In a thread: reading the files of many processes takes some milliseconds.
    content = await asyncio.to_thread(read_metrics)
    await send_response(send, HTTPStatus.OK, headers_of(CONTENT_TYPE_LATEST, content), content)


def read_metrics() -> bytes:
    """Return all metrics in the text format of Prometheus."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
