"""A process of ``manage.py serve``: ``python -m primepath.server.processes.worker LISTENER CHANNEL``.

Both arguments are numbers of open files that the supervisor passes on: the socket to listen on, and its end of a pair of
sockets. Over the pair, the process sends `READY` once it serves, and then `ALIVE` every second. If the supervisor is
gone, the process stops. The supervisor sends the number of another process with its listener. This process then serves it
too. The number alone ends that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

from primepath.server.processes.lent_listener import LentListener
from primepath.server.processes.uvicorn_server import LimitedServer, server_config
from primepath.server.stack_chunk import with_room_for_a_chunk

READY = b"r"
NUMBER_BYTES = 2
"""Length of the number of a process, for up to 65,536 processes."""
ALIVE = b"a"
ALIVE_SECONDS = 1


class Worker(LimitedServer):
    """A server that reports to the supervisor at the other end of ``channel``."""

    def __init__(self, channel: socket.socket) -> None:
        super().__init__(server_config(), on_start=self._begin_to_report)
        channel.setblocking(False)
        self._channel = channel
        self._tasks: list[asyncio.Task[None]] = []
        self._received: asyncio.Queue[tuple[bytes, list[int]]] = asyncio.Queue()
        self._lent: dict[bytes, LentListener] = {}

    def _begin_to_report(self) -> None:
        asyncio.get_running_loop().add_reader(self._channel.fileno(), self._receive)
        self._tasks += [
            asyncio.create_task(self._report()),
            asyncio.create_task(self._help_others()),
        ]

    async def _report(self) -> None:
        message = READY
        while not self.should_exit:
            try:
                self._channel.send(message)
            except BlockingIOError:
                # The supervisor is paused. It reads the earlier messages when it continues.
                pass
            except OSError:
                self.should_exit = True
            message = ALIVE
            await asyncio.sleep(ALIVE_SECONDS)

    def _receive(self) -> None:
        try:
            number, listeners, *_ = socket.recv_fds(self._channel, NUMBER_BYTES, 1)
        except BlockingIOError:
            return
        except OSError:
            number, listeners = b"", []
        if number:
            self._received.put_nowait((number, listeners))
        else:
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self.should_exit = True

    async def _help_others(self) -> None:
        while True:
            number, listeners = await self._received.get()
            if listeners:
                self._lent[number] = await self.borrow(socket.socket(fileno=listeners[0]))
            elif number in self._lent:
                self._lent.pop(number).give_back()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
    # A closed terminal ends the supervisor, or lets it replace this process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    listener, channel = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    _serve(Worker(channel), listener)


# The event loop executes small operations.
@with_room_for_a_chunk
def _serve(worker: Worker, listener: socket.socket) -> None:
    worker.run(sockets=[listener])


if __name__ == "__main__":
    main()
