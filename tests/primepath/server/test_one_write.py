"""The head of a response leaves together with the start of its body, or alone if there is none yet."""

from __future__ import annotations

import asyncio

import pytest

from primepath.server.processes.one_write import OneWrite
from tests.raw_http import connection
from tests.server import Server

pytestmark = pytest.mark.one_database
QUERY = b'{"query": "{ school { name } }"}'


def test_client_receives_a_small_response_at_once(demo_server: Server) -> None:
    with connection(demo_server.port) as client:
        client.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(QUERY), QUERY)
        )
        received = client.recv(65_536)
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"}}}")


class _Recorder(asyncio.Transport):
    """A transport that records what each call writes."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.writes.append(data)

    def writelines(self, parts: tuple[bytes, ...]) -> None:  # type: ignore[override]
        self.writes.append(b"".join(parts))

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True


def test_head_waits_for_no_later_body() -> None:
    async def send() -> list[bytes]:
        recorder = _Recorder()
        transport = OneWrite(recorder, asyncio.get_running_loop())
        transport.write(b"head")
        assert recorder.writes == []
        await asyncio.sleep(0)
        for part in (b"first", b"second"):
            transport.write(part)
        return recorder.writes

    assert asyncio.run(send()) == [b"head", b"first", b"second"]


def test_only_the_first_two_writes_are_joined() -> None:
    async def send() -> list[bytes]:
        recorder = _Recorder()
        transport = OneWrite(recorder, asyncio.get_running_loop())
        for part in (b"head", b"first", b"second"):
            transport.write(part)
        await asyncio.sleep(0)
        return recorder.writes

    assert asyncio.run(send()) == [b"headfirst", b"second"]


def test_close_sends_the_head_first() -> None:
    async def send() -> tuple[list[bytes], bool]:
        recorder = _Recorder()
        transport = OneWrite(recorder, asyncio.get_running_loop())
        transport.write(b"head")
        transport.close()
        await asyncio.sleep(0)
        return recorder.writes, transport.is_closing()

    assert asyncio.run(send()) == ([b"head"], True)
