"""More requests than nginx passes on at the same time: it refuses them itself, as the server would."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from scripts.nginx import adapted
from tests.concurrency.flood import Client, Response
from tests.nginx import nginx

pytestmark = pytest.mark.one_database


def limit() -> int:
    (found,) = re.findall(r"limit_conn primepath_requests (\d+);", adapted(1, [2]))
    return int(found)


def test_requests_above_the_limit_are_refused_with_a_graphql_error(tmp_path: Path) -> None:
    more = 60

    async def run() -> list[Response]:
        released = asyncio.Event()

        async def answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await released.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer_late, "127.0.0.1", 0, backlog=1_000)
        port = server.sockets[0].getsockname()[1]
        refused: asyncio.Queue[Response] = asyncio.Queue()
        responses: list[Response] = []

        async def ask(port: int) -> None:
            async with Client(port, None) as client:
                response = await client.execute("{ school { name } }")
            responses.append(response)
            if response.status != 200:
                refused.put_nowait(response)

        async with server:
            with nginx(tmp_path, port) as address:
                own = int(address.rpartition(":")[2])
                async with asyncio.TaskGroup() as group:
                    for _ in range(limit() + more):
                        group.create_task(ask(own))
                    for _ in range(more):
                        await refused.get()
                    released.set()
        return responses

    responses = asyncio.run(run())
    refused = [each for each in responses if each.status != 200]
    assert len(refused) == more
    for each in refused:
        assert each.status == 503
        assert each.headers["content-type"] == "application/json; charset=utf-8"
        assert each.headers["cache-control"] == "no-store"
        assert re.fullmatch(r"[0-9a-f]{32}", each.headers["x-request-id"])
        (error,) = each.body["errors"]
        assert error["message"] == "The server is busy. Try again in a moment."
        seconds = int(each.headers["retry-after"])
        assert error["extensions"] == {"code": "OVERLOADED", "retryAfterSeconds": seconds}
    assert {int(each.headers["retry-after"]) for each in refused} == {1, 2, 3, 4, 5}
