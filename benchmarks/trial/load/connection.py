"""An HTTP/1.1 connection. It parses responses in C and keeps no more of them than it needs."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple, cast

import httptools

from scripts.server import HOST

# Longer than a proxy waits: 60 s.
_PATIENCE_SECONDS = 65


class Answer(NamedTuple):
    """A response. ``seconds`` from sending the request to the end of the response; ``retry_after`` in seconds."""

    status: int
    body: bytes
    seconds: float
    retry_after: float | None
    location: str
    cookies: list[str]


class LostError(ConnectionError):
    """The connection ended, or no response came within 65 s. ``seconds`` since the request was sent."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Connection(asyncio.Protocol):
    """Sends one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._pending: asyncio.Future[Answer] | None = None
        self._started = 0.0
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._reset()

    def _reset(self) -> None:
        self._parts: list[bytes] = []
        self._retry_after: float | None = None
        self._location = ""
        self._cookies: list[str] = []

    @classmethod
    async def open(cls, port: int, *, source: str | None = None) -> Connection:
        """Connect from the address ``source`` of this machine. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        local = (source, 0) if source else None
        _, protocol = await loop.create_connection(cls, HOST, port, local_addr=local)
        return protocol

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send bytes without waiting for a response."""
        if not self.is_open or self._transport is None:
            raise LostError("closed before it was used")
        self._transport.write(data)

    def is_flowing(self) -> bool:
        """Return whether the other side takes the bytes that were sent."""
        return self._transport is not None and self._transport.get_write_buffer_size() < 1_000_000

    async def send(self, request: bytes, *, patience: float = _PATIENCE_SECONDS) -> Answer:
        """Return the response. Raises `LostError`."""
        loop = asyncio.get_running_loop()
        self._started = time.monotonic()
        self._pending = loop.create_future()
        self.write(request)
        self._deadline = self._started + patience
        self._look_later(patience)
        try:
            return await self._pending
        finally:
            self._pending = None

    def _look_later(self, seconds: float) -> None:
        """Let one timer serve all requests of the connection, because thousands of refusals a second would set one each."""
        loop = asyncio.get_running_loop()
        if self._timer is None or loop.time() + seconds < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._pending is None:
            return
        left = self._deadline - time.monotonic()
        if left > 0:
            self._look_later(left)
        else:
            self._fail("no response")

    async def answer(self, *, patience: float) -> Answer:
        """Wait for a response to what was written. Raises `LostError`."""
        return await self.send(b"", patience=patience)

    def close(self) -> None:
        """Close immediately, even if a response is still coming."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, reason: str) -> None:
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(LostError(reason, time.monotonic() - self._started))
        self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"not HTTP: {error}")

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._fail(f"closed: {error or 'by the server'}")

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"retry-after":
                self._retry_after = float(value)
            case b"location":
                self._location = value.decode()
            case b"set-cookie":
                self._cookies.append(value.decode())

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        answer = Answer(
            self._parser.get_status_code(),
            b"".join(self._parts),
            time.monotonic() - self._started,
            self._retry_after,
            self._location,
            self._cookies,
        )
        if not self._parser.should_keep_alive():
            self.close()
        self._reset()
        if self._pending is not None and not self._pending.done():
            self._pending.set_result(answer)
