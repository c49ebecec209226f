"""Each name of uvicorn on the page about private names still exists, and uvicorn still uses it."""

from __future__ import annotations

import asyncio
import inspect
import re
from typing import Any

import httptools
import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from primepath.server.proxies import disable_proxy_headers_of_uvicorn

pytestmark = pytest.mark.one_database


async def application(scope: object, receive: object, send: object) -> None:
    """Do nothing."""


class Transport(asyncio.Transport):
    """A connection that keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


def connect(
    protocol: type[HttpToolsProtocol] = HttpToolsProtocol, app: Any = application
) -> tuple[HttpToolsProtocol, Transport]:
    config = uvicorn.Config(app, ws="none", lifespan="off")
    config.load()
    connection = protocol(config, ServerState(), {})
    transport = Transport()
    connection.connection_made(transport)
    return connection, transport


def test_uvicorn_wraps_the_application_in_what_the_name_is_now() -> None:
    disable_proxy_headers_of_uvicorn()
    config = uvicorn.Config(application, proxy_headers=True, forwarded_allow_ips="*")
    config.load()
    assert config.loaded_app is application


def test_parser_calls_the_overridden_methods_in_order() -> None:
    called: list[str] = []

    class Recorder(HttpToolsProtocol):
        def on_headers_complete(self) -> None:
            called.append(f"head with {len(self.headers)} headers of {self.url!r}")
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            called.append(f"body {body!r}")
            super().on_body(body)

        def on_message_complete(self) -> None:
            called.append("end")
            super().on_message_complete()

    async def send() -> None:
        connection, _ = connect(Recorder)
        connection.data_received(b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nx")
        connection.data_received(b"y")

    asyncio.run(send())
    assert called == ["head with 1 headers of b'/a'", "body b'x'", "body b'y'", "end"]


def test_scope_exists_from_the_first_byte_and_cycle_from_the_end_of_the_head() -> None:
    async def send() -> None:
        connection, _ = connect()
        assert vars(connection)["scope"] is None
        connection.data_received(b"P")
        assert vars(connection)["scope"] is not None
        assert vars(connection)["cycle"] is None
        connection.data_received(b"OST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n")
        cycle = connection.cycle
        assert cycle.scope is connection.scope
        assert (cycle.more_body, cycle.response_started, cycle.response_complete) == (
            *(True, False, False),
        )
        assert not connection.flow.read_paused
        connection.data_received(b"ab")
        assert not cycle.more_body
        # A request that is sent before the response waits.
        connection.data_received(b"GET / HTTP/1.1\r\n\r\n")
        assert len(connection.pipeline) == 1
        assert connection.flow.read_paused

    asyncio.run(send())


def test_disconnected_request_ends_without_a_response() -> None:
    messages: list[Any] = []

    async def read(_scope: Any, receive: Any, _send: Any) -> None:
        messages.append(await receive())

    async def send() -> None:
        connection, transport = connect(app=read)
        connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n")
        await asyncio.sleep(0)
        connection.cycle.disconnected = True
        connection.cycle.message_event.set()
        await asyncio.gather(*connection.tasks)
        assert transport.written == b""

    asyncio.run(send())
    assert messages == [{"type": "http.disconnect"}]


def test_response_without_keep_alive_closes_the_connection() -> None:
    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send() -> None:
        for keep_alive in True, False:
            connection, transport = connect(app=answer)
            connection.server_state.default_headers = [(b"x-default", b"1")]
            connection.data_received(b"GET / HTTP/1.1\r\n\r\n")
            assert vars(connection)["timeout_keep_alive_task"] is None
            connection.cycle.keep_alive = keep_alive
            await asyncio.gather(*connection.tasks)
            assert b"x-default: 1\r\n" in transport.written
            assert (b"connection: close\r\n" in transport.written) is not keep_alive
            assert transport.closed is not keep_alive
            if keep_alive:
                task = connection.timeout_keep_alive_task
                assert task is not None
                task.cancel()

    asyncio.run(send())


def test_response_is_written_to_the_transport_of_its_cycle() -> None:
    source = inspect.getsource(RequestResponseCycle)
    used = set(re.findall(r"self\.transport\.(\w+)", source))
    assert used == {"write", "is_closing", "close"}
    assert "transport=self.transport" in inspect.getsource(HttpToolsProtocol.on_headers_complete)
    assert "self.loop" in inspect.getsource(HttpToolsProtocol)


def test_exception_of_a_callback_ends_as_an_invalid_request() -> None:
    refused: list[str] = []

    class Refusing(HttpToolsProtocol):
        def on_headers_complete(self) -> None:
            raise ValueError

        def send_400_response(self, msg: str) -> None:
            refused.append(msg)

    async def send() -> None:
        connect(Refusing)[0].data_received(b"GET / HTTP/1.1\r\n\r\n")

    asyncio.run(send())
    assert refused == ["Invalid HTTP request received."]
    assert issubclass(httptools.HttpParserCallbackError, httptools.HttpParserError)


def test_server_has_the_steps_that_are_overridden() -> None:
    steps = inspect.getsource(uvicorn.Server._serve)
    for call in "self.startup(sockets=sockets)", "self.shutdown(sockets=sockets)":
        assert call in steps
    server = uvicorn.Server(uvicorn.Config(application))
    assert server.server_state.connections == set()
    assert (server.started, server.should_exit) == (False, False)
    assert "for server in self.servers:\n            server.close()" in inspect.getsource(
        uvicorn.Server.shutdown
    )
    startup = inspect.getsource(uvicorn.Server.startup)
    assert "app_state=self.lifespan.state" in startup
    assert "self.servers.append(server)" in startup
    assert "connection.shutdown()" in inspect.getsource(uvicorn.Server.shutdown)
    assert "self.should_exit" in inspect.getsource(uvicorn.Server.on_tick)
    assert "response_started" in inspect.getsource(RequestResponseCycle.send)
