"""Events of live updates: what they contain, that none is missed, and when a stream ends."""

from __future__ import annotations

import asyncio
import datetime
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from primepath.demo.accounts import HEAD_TEACHER
from tests.live.client import (
    EXACT_EVENTS,
    SUBSCRIPTION,
    YEAR,
    LiveClient,
    Stream,
    with_clients,
)
from tests.nginx import nginx
from tests.processes import PATIENCE
from tests.server import Server, running_server

pytestmark = EXACT_EVENTS

SYNC = "{ scheduleMatrix(academicYear: 2026) { syncToken } }"
HIDDEN = "HIGH_12A"
ASSIGN = """
mutation ($teacher: ID!, $until: DateTime) {
  assignTeacher(input: { teacherId: $teacher, classCode: "HIGH_12A", accessLevel: VIEW, expiresAt: $until }) {
    assignment { id } userErrors { message }
  }
}
"""
REVOKE = """
mutation ($id: ID!) { revokeTeacher(input: { assignmentId: $id }) { userErrors { message } } }
"""


async def settled() -> None:
    """Wait until the streams have joined their group: the first evaluation takes a moment."""
    await asyncio.sleep(0.7)


def test_change_arrives_with_the_current_cells(server: Server) -> None:
    async def work(head: LiveClient) -> None:
        async with head.listen("PRIMARY_1A") as stream:
            assert stream.response.headers["content-type"].startswith("text/event-stream")
            await settled()
            await head.write("PRIMARY_1B", "MAY", "Not followed")
            await head.write("PRIMARY_1A", "MAY", "A pen")
            event = await stream.next()
            assert event is not None
            assert event.cells == {"PRIMARY_1A/MAY": "A pen"}
            assert event.id == event.change["position"]
            assert (event.change["resync"], event.change["changedClassCodes"]) == (False, [])

    with_clients(server, work, HEAD_TEACHER)


def test_nothing_between_query_and_subscription_is_missed(server: Server) -> None:
    async def work(head: LiveClient) -> None:
        token = (await head.ask(SYNC))["scheduleMatrix"]["syncToken"]
        await head.write("PRIMARY_1A", "JUN", "In between")
        async with head.listen(after=token) as stream:
            event = await stream.next()
            assert event is not None
            assert event.cells == {"PRIMARY_1A/JUN": "In between"}
        await head.write("PRIMARY_1A", "JUL", "Without a connection")
        # A client that connects again sends its first request, and the id of the last event.
        async with head.listen(after=token, last_event_id=event.id) as stream:
            event = await stream.next()
            assert event is not None
            assert event.cells == {"PRIMARY_1A/JUL": "Without a connection"}

    with_clients(server, work, HEAD_TEACHER)


def test_events_respect_access_at_each_moment(server: Server) -> None:
    async def work(head: LiveClient, teacher: LiveClient) -> None:
        me = (await teacher.ask("{ viewer { teacher { id } } }"))["viewer"]["teacher"]["id"]
        async with teacher.listen() as stream:
            await settled()
            await head.write(HIDDEN, "MAY", "Hidden")
            granted = (await head.ask(ASSIGN, teacher=me, until=None))["assignTeacher"]
            event = await stream.next()
            assert event is not None
            assert event.change["changedClassCodes"] == [HIDDEN]
            await head.write(HIDDEN, "MAY", "Visible")
            event = await stream.next()
            assert event is not None
            assert event.cells == {f"{HIDDEN}/MAY": "Visible"}
            await head.ask(REVOKE, id=granted["assignment"]["id"])
            event = await stream.next()
            assert event is not None
            assert event.change["changedClassCodes"] == [HIDDEN]
            await head.write(HIDDEN, "MAY", "Hidden again")
            # Access that expires.
            soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=3)
            await head.ask(ASSIGN, teacher=me, until=soon.isoformat())
            for _ in range(2):
                event = await stream.next()
                assert event is not None
                assert event.change["changedClassCodes"] == [HIDDEN]
            assert datetime.datetime.now(datetime.UTC) >= soon

    with_clients(server, work, HEAD_TEACHER, "teacher")


def test_access_that_changed_without_a_connection_asks_to_load_again(server: Server) -> None:
    async def work(head: LiveClient, teacher: LiveClient) -> None:
        me = (await teacher.ask("{ viewer { teacher { id } } }"))["viewer"]["teacher"]["id"]
        own = await teacher.ask("{ schoolClasses(first: 1) { edges { node { code } } } }")
        code = own["schoolClasses"]["edges"][0]["node"]["code"]
        async with teacher.listen() as stream:
            await settled()
            await head.write(code, "AUG", "Seen")
            event = await stream.next()
            assert event is not None
        granted = (await head.ask(ASSIGN, teacher=me, until=None))["assignTeacher"]
        async with teacher.listen(last_event_id=event.id) as stream:
            event = await stream.next()
            assert event is not None
            assert event.change["resync"] is True
        await head.ask(REVOKE, id=granted["assignment"]["id"])

    with_clients(server, work, HEAD_TEACHER, "teacher")


def test_stream_ends_with_its_token(server: Server) -> None:
    async def work(head: LiveClient, teacher: LiveClient) -> None:
        credentials = 'input: { username: "teacher", password: "primepath-demo" }'
        signed_in = await head.ask(f"mutation {{ signIn({credentials}) {{ token }} }}")
        phone = LiveClient(server.address, signed_in["signIn"]["token"], teacher._http)
        tokens = (await phone.ask("{ viewer { apiTokens { id isCurrent } } }"))["viewer"]
        (id,) = (each["id"] for each in tokens["apiTokens"] if each["isCurrent"])
        async with phone.listen() as ending, teacher.listen() as staying:
            await settled()
            revoke = (
                "mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { apiToken { id } } }"
            )
            await teacher.ask(revoke, id=id)
            event = await ending.next()
            assert event == (None, None)
            assert await staying.silent()

    with_clients(server, work, HEAD_TEACHER, "teacher")


def test_one_user_has_a_few_streams(server: Server) -> None:
    async def work(head: LiveClient) -> None:
        # The server notices that the streams of other tests are closed.
        await settled()
        async with head.listen(), head.listen(), head.listen("PRIMARY_1A"):
            await settled()
            async with head.listen() as more:
                event = await more.next()
                assert event is not None
                assert event.data is not None
                (error,) = event.data["errors"]
                assert error["extensions"]["code"] == "OVERLOADED"
                assert await more.next() == (None, None)

    with_clients(server, work, HEAD_TEACHER)


def test_other_requests_over_sse(server: Server) -> None:
    async def work(head: LiveClient) -> None:
        url, events = f"{server.address}/graphql", {"Accept": "text/event-stream"}

        async def post(query: str, headers: dict[str, str], **variables: Any) -> httpx.Response:
            body = {"query": query, "variables": variables}
            return await head._http.post(url, json=body, headers=headers)

        answer = await post("{ viewer { username } }", head.headers(**events))
        assert answer.text == (
            'event: next\ndata: {"data":{"viewer":{"username":"head"}}}\n\nevent: complete\ndata:\n\n'
        )
        answer = await post(SUBSCRIPTION, events)
        assert (answer.status_code, code_of(answer)) == (401, "UNAUTHENTICATED")
        answer = await post(SUBSCRIPTION, head.headers())
        assert (answer.status_code, code_of(answer)) == (406, "BAD_USER_INPUT")
        answer = await post("subscription { nothing }", head.headers(**events))
        assert (answer.status_code, code_of(answer)) == (400, "BAD_USER_INPUT")
        answer = await post(SUBSCRIPTION, head.headers(**events), year=YEAR, after="nonsense")
        assert "BAD_USER_INPUT" in answer.text
        assert answer.text.endswith("event: complete\ndata:\n\n")
        parameters = {"query": "subscription { scheduleChanged { position } }"}
        async with head._http.stream(
            "GET", url, params=parameters, headers=head.headers(**events)
        ) as stream:
            assert stream.status_code == 200
            await settled()
            await head.write("PRIMARY_1A", "SEP", "For GET")
            assert await Stream(stream).next()
        changing = {"query": "mutation { signOut { signedOut } }"}
        answer = await head._http.get(url, params=changing, headers=head.headers(**events))
        assert answer.status_code == 405

    with_clients(server, work, HEAD_TEACHER)


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["errors"][0]["extensions"]["code"]
    return code


def test_nginx_passes_events_on_immediately(server: Server, tmp_path: Path) -> None:
    async def work(head: LiveClient) -> None:
        async with head.listen("PRIMARY_1A") as stream:
            await settled()
            await head.write("PRIMARY_1A", "OCT", "Through nginx")
            event = await stream.next(5)
            assert event is not None
            assert event.cells == {"PRIMARY_1A/OCT": "Through nginx"}

    with nginx(tmp_path, server.port) as address:
        with_clients(server, work, HEAD_TEACHER, address=address)


def test_server_that_stops_ends_streams_without_completing_them(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:

        async def work(head: LiveClient) -> None:
            async with head.listen() as stream:
                await settled()
                os.kill(server.process_id, signal.SIGTERM)
                assert await stream.next() is None

        with_clients(server, work, HEAD_TEACHER)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is polled.")
def test_connection_that_waits_for_notifications_is_replaced(server: Server) -> None:
    async def work(head: LiveClient) -> None:
        async with head.listen("PRIMARY_1A") as stream:
            await settled()
            with psycopg.connect(server.database_url, autocommit=True) as database:
                ended = database.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                ).fetchone()
                assert ended is not None
                assert ended[0] >= 1
            await head.write("PRIMARY_1A", "NOV", "Not notified")
            event = await stream.next(PATIENCE)
            assert event is not None
            assert event.cells == {"PRIMARY_1A/NOV": "Not notified"}

    with_clients(server, work, HEAD_TEACHER)
