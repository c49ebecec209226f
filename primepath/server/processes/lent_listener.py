"""The listener of another process, on which this process accepts connections while the other one starts.

A process that has died is replaced, but the new one needs some seconds to start. Connections would wait in the queue of the
listener. A proxy cannot know that, because the listener stays open, and would send half of all requests there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from socket import socket
from weakref import WeakSet

from primepath.server.processes.protocol import LimitedProtocol


class LentListener:
    """``new_protocol`` returns the protocol of one connection, as uvicorn does for the process's own listener."""

    def __init__(self, new_protocol: Callable[[], LimitedProtocol]) -> None:
        self._new_protocol = new_protocol
        self._connections: WeakSet[LimitedProtocol] = WeakSet()
        self._server: asyncio.Server | None = None

    async def accept(self, listener: socket, queue: int) -> asyncio.Server:
        """Begin to accept connections. ``queue``: the number of connections that can wait for it."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, sock=listener, backlog=queue)
        return self._server

    def give_back(self) -> None:
        """Accept no more connections, and end each after its next response. Otherwise a proxy would go on to use them."""
        assert self._server is not None
        self._server.close()
        for connection in list(self._connections):
            connection.leave()

    def _connect(self) -> LimitedProtocol:
        protocol = self._new_protocol()
        self._connections.add(protocol)
        return protocol
