"""Responses that do not end: streams of server-sent events. The handler sends them on the event loop, without a thread.

While a stream waits, it consists of the task of its request and a few small objects. It has no timer, and its request has been freed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from time import monotonic
from typing import Any

from django.http import HttpResponse

from primepath.server import eager
from primepath.server.draining import draining

EVENT_STREAM = "text/event-stream"
HEARTBEAT_SECONDS = 15
"""Time after which a stream without events sends a comment, so that proxies keep it open and a lost client is noticed."""
_HEARTBEAT = b":\n\n"
_WRITE_SECONDS = 60
# All streams share one timer.
_PERIOD_SECONDS = 1


class StreamFailedError(Exception):
    """A stream ended because of an error. The message names its type only: its text can contain values of the request."""


class StreamResponse(HttpResponse):
    """A response with the events that ``produce`` sends to the `Stream`. Django's middleware sees a response with an empty body."""

    def __init__(self, produce: Callable[[Stream], Coroutine[Any, Any, None]]) -> None:
        super().__init__(content_type=EVENT_STREAM)
        self._produce = produce
        # nginx must pass each piece on immediately.
        self["X-Accel-Buffering"] = "no"
        self["Cache-Control"] = "no-store"

    async def open(self, send: Any) -> Stream:
        """Send the head of the response, and begin to produce its events."""
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.items()
            if name.lower() != "content-length"
        ]
        headers += [
            (b"set-cookie", cookie.OutputString().encode("latin-1"))
            for cookie in self.cookies.values()
        ]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        stream = Stream(send)
        # The client sees that it is connected.
        await stream.write(_HEARTBEAT)
        stream.run(self._produce(stream))
        return stream


class Stream:
    """The open stream of one client.

    `run` runs one coroutine at a time: first to produce the stream, and later to send events. It is cancelled when
    the client leaves. Then ``on_end`` is called.
    """

    __slots__ = (
        *(
            "_failure",
            "_has_ended",
            "_is_cut",
            "_is_writing",
            "_send",
            "_task",
            "_work",
            "_written_at",
        ),
        *("is_busy", "on_end"),
    )

    def __init__(self, send: Any) -> None:
        self.on_end: Callable[[], None] = _do_nothing
        self.is_busy = False
        self._send = send
        self._task = asyncio.current_task()
        self._work: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        self._is_writing = self._has_ended = self._is_cut = False
        self._written_at = monotonic()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine, without a task if it does not wait. An error ends the stream. It must not be busy."""
        self.is_busy = True
        self._work = eager.start(self._run(work))

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as failure:
            self._fail(failure)
        finally:
            self.is_busy = self._has_ended
            self._work = None

    async def write(self, piece: bytes) -> None:
        self._is_writing, self._written_at = True, monotonic()
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        self._is_writing = False

    async def end(self, piece: bytes) -> None:
        """Send the last piece. The stream stays busy."""
        self._is_writing, self._written_at, self._has_ended = True, monotonic(), True
        await self._send({"type": "http.response.body", "body": piece, "more_body": False})

    async def wait(self, receive: Any) -> None:
        """Wait until the client has left or the response is complete, or until the server stops. Raises `StreamFailedError`."""
        _open_streams.add(self)
        try:
            await receive()
        except asyncio.CancelledError:
            if not self._is_cut:
                raise
        finally:
            _open_streams.discard(self)
            if self._work is not None:
                self._work.cancel()
            self.on_end()
            # A bound method of what knows this stream would be a cycle.
            self.on_end = _do_nothing
        if self._failure is not None:
            name = type(self._failure).__name__
            failure = StreamFailedError(f"The stream failed with {name}.")
            raise failure.with_traceback(self._failure.__traceback__) from None
        if self._is_cut:
            # The body ends, but the stream is not complete: the client connects to another process.
            await self.end(b"")

    def look(self, now: float) -> None:
        """Send a comment if nothing was sent for some time. End the stream if its client does not read."""
        waited = now - self._written_at
        if self._is_writing:
            if waited >= _WRITE_SECONDS:
                self._fail(TimeoutError())
        elif waited >= HEARTBEAT_SECONDS and not self.is_busy:
            self.run(self.write(_HEARTBEAT))

    def cut(self) -> None:
        """End the response, unless it is already ending."""
        if not self._has_ended:
            self._stop_waiting()

    def _fail(self, failure: Exception) -> None:
        self._failure = failure
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        if not self._is_cut:
            self._is_cut = True
            assert self._task is not None
            self._task.cancel()


class _OpenStreams:
    """The open streams of this process. One task looks after all of them."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._looking: asyncio.Task[None] | None = None

    def add(self, stream: Stream) -> None:
        self._streams.add(stream)
        if self._looking is None:
            # Without the context of this stream, which would stay in memory.
            self._looking = asyncio.get_running_loop().create_task(self._look(), context=Context())

    def discard(self, stream: Stream) -> None:
        self._streams.discard(stream)

    async def _look(self) -> None:
        try:
            while self._streams and not draining.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(draining.wait(), _PERIOD_SECONDS)
                now = monotonic()
                for stream in tuple(self._streams):
                    if draining.is_set():
                        stream.cut()
                    else:
                        stream.look(now)
        finally:
            self._looking = None


_open_streams = _OpenStreams()


def _do_nothing() -> None:
    pass
