"""Many clients of one server at the same time."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

from tests.processes import PATIENCE


class Response(NamedTuple):
    """A response. ``seconds``: time between the request and the end of the response."""

    status: int
    headers: dict[str, str]
    body: Any
    seconds: float


class Client:
    """A connection to a server."""

    def __init__(self, port: int, token: str | None) -> None:
        self._port = port
        self._headers = {"Host": "localhost", "Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def __aenter__(self) -> Client:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    def send(self, document: str, **variables: Any) -> None:
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {**self._headers, "Content-Length": str(len(body))}
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        self._writer.write(f"POST /graphql HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body)

    async def receive(self) -> Response:
        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.timeout(PATIENCE):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {
                name.lower(): value for name, value in (line.split(": ", 1) for line in lines)
            }
            content = await self._reader.readexactly(int(headers["content-length"]))
        status = int(first.split(" ")[1])
        return Response(status, headers, json.loads(content), loop.time() - start)

    async def execute(self, document: str, **variables: Any) -> Response:
        self.send(document, **variables)
        return await self.receive()


def flood(
    port: int, tokens: list[str], document: str, *, clients: int, requests: int = 1
) -> list[Response]:
    """Let each client send the document so many times, one after the other. Return all responses."""

    async def send(number: int) -> list[Response]:
        async with Client(port, tokens[number % len(tokens)]) as client:
            return [await client.execute(document) for _ in range(requests)]

    async def send_all() -> list[Response]:
        found = await asyncio.gather(*(send(number) for number in range(clients)))
        return [response for responses in found for response in responses]

    return asyncio.run(send_all())
