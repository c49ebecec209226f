"""The configuration of uvicorn, and its server with time limits for clients."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from django.conf import settings
from prometheus_client import Gauge

from primepath.server.draining import draining
from primepath.server.nested_timeouts import longest_request
from primepath.server.processes.lent_listener import LentListener
from primepath.server.processes.protocol import LimitedProtocol, unreported

_LONGEST_PERIOD_SECONDS = 1.0
# Time limits are exceeded by at most this part.
_LOOKS_PER_LIMIT = 5
_DRAINING_PERIOD_SECONDS = 0.1

logger = logging.getLogger("primepath.connections")
connections = Gauge("primepath_connections", "Open connections.", multiprocess_mode="livesum")


def server_config(
    application: Any = "primepath.asgi:application", **options: Any
) -> uvicorn.Config:
    """Return uvicorn's configuration with all limits. ``options`` are others of uvicorn."""
    return uvicorn.Config(
        application,
        **{
            "http": LimitedProtocol,
            "ws": "none",
            "lifespan": "off",
            # `primepath.server.proxies` reads these headers, and the log of requests replaces uvicorn's.
            "proxy_headers": False,
            "access_log": False,
            "server_header": False,
            # Django's LOGGING formats uvicorn's lines too.
            "log_config": None,
            "log_level": "warning",
            "timeout_keep_alive": settings.KEEP_ALIVE_SECONDS,
            "timeout_graceful_shutdown": longest_request() + 1,
            **options,
        },
    )


class LimitedServer(uvicorn.Server):
    """A server that ends connections of clients that take too long, and announces in `draining` that it stops.

    ``on_start`` is called once the server accepts connections.
    """

    def __init__(
        self, config: uvicorn.Config, *, on_start: Callable[[], None] | None = None
    ) -> None:
        super().__init__(config)
        self._on_start = on_start
        self._watching: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.started:
            return
        shortest = min(settings.HEADER_SECONDS, settings.BODY_SECONDS)
        self._watch(min(_LONGEST_PERIOD_SECONDS, shortest / _LOOKS_PER_LIMIT))
        if self._on_start is not None:
            self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        draining.set()
        self._watch(_DRAINING_PERIOD_SECONDS)
        await super().shutdown(sockets=sockets)
        if self._watching is not None:
            self._watching.cancel()

    async def borrow(self, listener: socket.socket) -> LentListener:
        """Accept connections on the listener of another process too."""
        lent = LentListener(self._new_protocol)
        # uvicorn closes all of these when it stops.
        self.servers.append(await lent.accept(listener, self.config.backlog))
        return lent

    def _new_protocol(self) -> LimitedProtocol:
        return LimitedProtocol(self.config, self.server_state, self.lifespan.state)

    def _watch(self, period: float) -> None:
        """Look at all connections every ``period`` seconds from now on."""
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(self._watch_connections(period))

    async def _watch_connections(self, period: float) -> None:
        while True:
            await asyncio.sleep(period)
            current = list(self.server_state.connections)
            connections.set(len(current))
            for connection in current:
                if isinstance(connection, LimitedProtocol):
                    connection.watch(period)
            for limit, number in unreported.items():
                logger.warning("Closed %d connections because of the limit %s", number, limit)
            unreported.clear()
