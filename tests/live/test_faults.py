"""Processes that are killed, databases that restart, and clients that do not read: no change is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from primepath.demo.accounts import HEAD_TEACHER
from tests.databases import demo_template, own_database, postgresql_url
from tests.live.client import (
    EXACT_EVENTS,
    SUBSCRIPTION,
    YEAR,
    LiveClient,
    Stream,
    with_clients,
)
from tests.live.test_events import settled
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE
from tests.server import Server, running_server

pytestmark = EXACT_EVENTS

# Both servers must accept the positions of the other.
SECRET_KEY = "a secret key for two servers of one school, long enough for a check"
SYNC = "query ($codes: [String!]) { scheduleMatrix(classCodes: $codes) { syncToken } }"
CODES = "{ schoolClasses(first: 60) { edges { node { code } } } }"
ROUNDS = 16
MANY = """
mutation ($changes: [UpdateCellInput!]!) {
  updateCells(input: { changes: $changes }) { userErrors { message } }
}
"""
needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is a file.")


async def write_many(client: LiveClient, codes: list[str], notes: str) -> None:
    changes = [
        {
            "cell": {"at": {"classCode": code, "academicYear": YEAR, "period": period}},
            "notes": notes,
        }
        for code in codes
        for period in ("JAN", "FEB", "MAR", "APR")
    ]
    assert (await client.ask(MANY, changes=changes))["updateCells"] == {"userErrors": []}


async def codes_of(client: LiveClient) -> list[str]:
    found = (await client.ask(CODES))["schoolClasses"]["edges"]
    return [each["node"]["code"] for each in found]


async def cut(stream: Stream) -> bool:
    """Return whether the stream ends without being complete."""
    try:
        return await stream.next() is None
    except httpx.RemoteProtocolError:
        return True


def test_another_process_continues_after_a_kill(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second", "database")]
    for folder in folders:
        folder.mkdir()
    first, second, database = folders
    with (
        own_database(database, demo_template()) as url,
        running_server(second, database_url=url, SECRET_KEY=SECRET_KEY) as other,
        running_server(first, database_url=url, SECRET_KEY=SECRET_KEY) as killed,
    ):

        async def work(here: LiveClient) -> None:
            there = LiveClient(other.address, other.token, here._http)
            async with here.listen(
                "PRIMARY_1A", after=await token_of(here, "PRIMARY_1A")
            ) as stream:
                await there.write("PRIMARY_1A", "JAN", "By another process")
                event = await stream.next()
                assert event is not None
                assert event.cells == {"PRIMARY_1A/JAN": "By another process"}
                os.kill(killed.process_id, signal.SIGKILL)
                assert await cut(stream)
            await there.write("PRIMARY_1A", "FEB", "While nobody listens")
            async with there.listen("PRIMARY_1A", last_event_id=event.id) as stream:
                event = await stream.next()
                assert event is not None
                assert event.cells == {"PRIMARY_1A/FEB": "While nobody listens"}

        with_clients(killed, work, HEAD_TEACHER)


async def token_of(client: LiveClient, *codes: str) -> str:
    found = await client.ask(SYNC, codes=list(codes) or None)
    token: str = found["scheduleMatrix"]["syncToken"]
    return token


def test_listener_that_stops_reading_loads_again_and_goes_on(tmp_path: Path) -> None:
    with running_server(tmp_path, module="tests.live.small_queue_server") as server:

        async def work(head: LiveClient) -> None:
            codes, after = await codes_of(head), await token_of(head)
            reader, writer = await slow_stream(server, head, after)
            with closing(writer):
                async with head.listen(after=after) as quick:
                    for number in range(ROUNDS):
                        # About 1 MB for each listener.
                        await write_many(head, codes, f"{number:02}" * 2_000)
                        event = await quick.next()
                        assert event is not None
                        assert set(event.cells.values()) == {f"{number:02}" * 2_000}
                changes = [await next_change(reader)]
                while not changes[-1]["resync"]:
                    changes.append(await next_change(reader))
                assert len(changes) < ROUNDS
                assert changes[-1]["cells"] == []
                await head.write("PRIMARY_1A", "MAY", "After that")
                change = await next_change(reader)
                assert [cell["notes"] for cell in change["cells"]] == ["After that"]

        with_clients(server, work, HEAD_TEACHER)


async def slow_stream(
    server: Server, client: LiveClient, after: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream with small buffers. Its client reads only when the test does."""
    endpoint = socket.socket()
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    endpoint.setblocking(False)
    await asyncio.get_running_loop().sock_connect(endpoint, ("127.0.0.1", server.port))
    reader, writer = await asyncio.open_connection(sock=endpoint, limit=2**14)
    variables = {"year": YEAR, "codes": None, "after": after}
    body = json.dumps({"query": SUBSCRIPTION, "variables": variables}).encode()
    head = client.headers(
        Host="127.0.0.1", Accept="text/event-stream", **{"Content-Type": "application/json"}
    )
    lines = [f"{name}: {value}" for name, value in head.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    writer.write(("\r\n".join(["POST /graphql HTTP/1.1", *lines])).encode() + body)
    assert b" 200 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    while await asyncio.wait_for(reader.readline(), PATIENCE) != b"\r\n":
        pass
    return reader, writer


async def next_change(reader: asyncio.StreamReader) -> Any:
    """Return the change of the next event. The body comes in chunks."""
    event = b""
    while not event.endswith(b"\n\n") or event == b":\n\n":
        event = b"" if event == b":\n\n" else event
        size = int(await asyncio.wait_for(reader.readline(), PATIENCE), 16)
        event += (await asyncio.wait_for(reader.readexactly(size + 2), PATIENCE))[:-2]
    (data,) = [line for line in event.splitlines() if line.startswith(b"data: ")]
    content = json.loads(data.removeprefix(b"data: "))
    assert "errors" not in content, content["errors"]
    return content["data"]["scheduleChanged"]


def test_event_that_cannot_be_made_asks_to_load_again(tmp_path: Path) -> None:
    """Its changes would be lost if the stream just went on."""
    with running_server(tmp_path, MAX_ANSWER_VALUES="300") as server:

        async def work(head: LiveClient) -> None:
            codes = (await codes_of(head))[:20]
            async with head.listen(*codes) as stream:
                await settled()
                await write_many(head, codes, "Too many values")
                event = await stream.next()
                assert event is not None
                assert event.change["resync"] is True
                assert event.id == event.change["position"]
                await head.write(codes[0], "MAY", "One cell")
                event = await stream.next()
                assert event is not None
                assert event.cells == {f"{codes[0]}/MAY": "One cell"}

        with_clients(server, work, HEAD_TEACHER)


@needs_postgresql
def test_short_streams_share_the_connection_that_waits(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:

        async def work(head: LiveClient) -> None:
            after = await token_of(head, "PRIMARY_1A")
            await head.write("PRIMARY_1A", "JAN", "Sent to each stream at its beginning")
            for _ in range(6):
                async with head.listen("PRIMARY_1A", after=after) as stream:
                    assert await stream.next()
                    # It joins the others now. A write would wake, and end, what waits needlessly.
                    await asyncio.sleep(0.2)
            with psycopg.connect(server.database_url, autocommit=True) as database:
                row = database.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                ).fetchone()
            assert row == (1,)

        with_clients(server, work, HEAD_TEACHER)


@needs_postgresql
def test_stream_outlives_a_restart_of_postgresql(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    postgres = PostgresServer.new(tmp_path / "postgres")
    dump = tmp_path / "dump"
    with django_db_blocker.unblock():
        source = postgresql_url(demo_template().database)
        postgres.client("pg_dump", "--format=custom", f"--file={dump}", source)
    url = postgres.url("primepath")
    with postgres.running():
        postgres.query("CREATE DATABASE primepath")
        postgres.client("pg_restore", f"--dbname={url}", str(dump))
    folder = tmp_path / "server"
    folder.mkdir()
    with running_server(folder, database_url=url) as server:

        async def work(head: LiveClient) -> None:
            with ExitStack() as running:
                running.enter_context(postgres.running())
                async with head.listen("PRIMARY_1A", after=await first_token(head)) as stream:
                    await head.write("PRIMARY_1A", "JAN", "Before")
                    running.close()
                    await asyncio.sleep(1)
                    running.enter_context(postgres.running())
                    await first_token(head)
                    await head.write("PRIMARY_1A", "FEB", "After")
                    cells: dict[str, str] = {}
                    while "PRIMARY_1A/FEB" not in cells:
                        event = await stream.next()
                        assert event is not None
                        cells |= event.cells
                    assert cells == {"PRIMARY_1A/JAN": "Before", "PRIMARY_1A/FEB": "After"}

        with_clients(server, work, HEAD_TEACHER)


async def first_token(client: LiveClient) -> str:
    """Return a token as soon as the server reaches the database."""
    while True:
        body = {"query": SYNC, "variables": {"codes": ["PRIMARY_1A"]}}
        answer = await client._http.post(client._url, json=body, headers=client.headers())
        if answer.status_code == 200 and "errors" not in answer.json():
            token: str = answer.json()["data"]["scheduleMatrix"]["syncToken"]
            return token
        await asyncio.sleep(0.1)
