"""Streams of events: heartbeats, clients that do not read, and what happens at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import pytest

from primepath.server import streams
from primepath.server.streams import (
    HEARTBEAT_SECONDS,
    Stream,
    StreamFailedError,
    StreamResponse,
)

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def draining(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """An event for the loop of the test."""
    event = asyncio.Event()
    monkeypatch.setattr(streams, "draining", event)
    return event


class _Connection:
    """An ASGI connection. ``is_read``: whether its client reads, so that `send` does not wait."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_complete = False
        self.is_read = asyncio.Event()
        self.is_read.set()
        self.has_left = asyncio.Event()

    async def send(self, message: Any) -> None:
        await self.is_read.wait()
        self.sent.append(message.get("body", b"head"))
        if message.get("more_body") is False:
            self.is_complete = True
            self.has_left.set()

    async def receive(self) -> Any:
        await self.has_left.wait()
        return {"type": "http.disconnect"}


def run(
    work: Callable[[_Connection, Stream, asyncio.Task[None]], Awaitable[None]],
    produce: Callable[[Stream], Any],
) -> _Connection:
    """Run ``work`` while a stream is open."""

    async def serve() -> _Connection:
        connection = _Connection()
        opened: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()

        async def request() -> None:
            stream = await StreamResponse(produce).open(connection.send)
            opened.set_result(stream)
            await stream.wait(connection.receive)

        serving = asyncio.create_task(request())
        await work(connection, await opened, serving)
        return connection

    return asyncio.run(serve())


async def no_events(_stream: Stream) -> None:
    pass


def test_stream_without_events_sends_comments() -> None:
    async def work(connection: _Connection, stream: Stream, serving: asyncio.Task[None]) -> None:
        stream.look(monotonic() + HEARTBEAT_SECONDS - 1)
        assert connection.sent == [b"head", b":\n\n"]
        stream.look(monotonic() + HEARTBEAT_SECONDS)
        assert connection.sent == [b"head", b":\n\n", b":\n\n"]
        connection.has_left.set()
        await serving

    run(work, no_events)


def test_all_streams_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_PERIOD_SECONDS", 0.01)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0)

    async def work(connection: _Connection, _: Stream, serving: asyncio.Task[None]) -> None:
        while len(connection.sent) < 5:
            await asyncio.sleep(0.01)
        connection.has_left.set()
        await serving

    run(work, no_events)


def test_client_that_does_not_read_ends_its_stream() -> None:
    ended = []

    async def work(connection: _Connection, stream: Stream, serving: asyncio.Task[None]) -> None:
        stream.on_end = lambda: ended.append(1)
        connection.is_read.clear()
        stream.run(stream.write(b"event"))
        assert stream.is_busy
        stream.look(monotonic() + 59)
        await asyncio.sleep(0)
        assert not ended
        stream.look(monotonic() + 61)
        with pytest.raises(StreamFailedError, match="TimeoutError"):
            await serving

    assert run(work, no_events).sent == [b"head", b":\n\n"]
    assert ended == [1]


@pytest.mark.parametrize("waits", [True, False])
def test_error_ends_the_stream_and_is_not_quoted(*, waits: bool) -> None:
    async def fail(_stream: Stream) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("a value of the client")

    async def work(_: _Connection, _stream: Stream, serving: asyncio.Task[None]) -> None:
        with pytest.raises(StreamFailedError) as raised:
            await serving
        assert str(raised.value) == "The stream failed with ValueError."
        assert raised.value.__suppress_context__

    assert not run(work, fail).is_complete


def test_client_that_leaves_ends_what_runs() -> None:
    ended = []

    async def wait_forever(stream: Stream) -> None:
        stream.on_end = lambda: ended.append("stream")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    async def work(connection: _Connection, _: Stream, serving: asyncio.Task[None]) -> None:
        connection.has_left.set()
        await serving
        await asyncio.sleep(0)

    run(work, wait_forever)
    assert sorted(ended) == ["stream", "work"]


def test_stream_that_is_complete_stays_busy() -> None:
    async def complete(stream: Stream) -> None:
        await stream.end(b"last")

    async def work(connection: _Connection, stream: Stream, serving: asyncio.Task[None]) -> None:
        await serving
        assert stream.is_busy
        assert connection.is_complete

    assert run(work, complete).sent == [b"head", b":\n\n", b"last"]


def test_server_that_stops_ends_the_body(draining: asyncio.Event) -> None:
    async def work(_: _Connection, stream: Stream, serving: asyncio.Task[None]) -> None:
        stream.run(stream.write(b"event"))
        await asyncio.sleep(0)
        draining.set()
        await serving

    connection = run(work, no_events)
    assert connection.is_complete
    assert connection.sent == [b"head", b":\n\n", b"event", b""]
