"""Each caller's share of the requests that run at the same time."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import Settings

from primepath.server.admission.callers import remember_user
from primepath.server.handler import OneThreadHandler

pytestmark = pytest.mark.one_database

LIMIT = 2
WAIT = 20
# Users of the tokens. Other tokens are invalid.
USERS = {"Bearer minas phone": 1, "Bearer minas tablet": 1, "Bearer joons phone": 2}


class School:
    """A handler with requests that run until they are released."""

    def __init__(self) -> None:
        self.handler = OneThreadHandler()
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.finished: list[str] = []
        self._lock = threading.Lock()
        self.released = threading.Event()

    def view(self, request: HttpRequest) -> HttpResponse:
        name = request.headers.get("X-Name", "")
        user = USERS.get(request.headers.get("Authorization", ""))
        if user is not None:
            remember_user(request, user)
        with self._lock:
            self.running[name] += 1
            self.most[name] = max(self.most[name], self.running[name])
        if request.path == "/slow":
            assert self.released.wait(WAIT)
        with self._lock:
            self.running[name] -= 1
            self.finished.append(name)
        return HttpResponse(name)

    async def send(
        self,
        name: str,
        path: str = "slow",
        *,
        token: str | None = None,
        address: str = "203.0.113.5",
        receive: Callable[[], Awaitable[Any]] | None = None,
        cookie: str | None = None,
    ) -> None:
        headers = {"host": "localhost", "x-name": name}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        headers |= {"cookie": f"a=b; sessionid={cookie}"} if cookie else {}
        sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive_all() -> Any:
            for message in sent:
                return message
            return await (receive or asyncio.Event().wait)()

        async def send(message: Any) -> None:
            pass

        scope = {"type": "http", "method": "GET", "path": f"/{path}", "query_string": b""}
        own = {
            "client": (address, 1234),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }
        await self.handler({**scope, **own}, receive_all, send)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT):
            while not condition():
                await asyncio.sleep(0.001)

    def is_idle(self) -> bool:
        return self.handler._admission.is_idle


@pytest.fixture
def school(settings: Settings) -> Iterator[School]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.REQUEST_THREADS = 12
    settings.REQUESTS_PER_CALLER = LIMIT
    school = School()
    urlpatterns[:] = [path(name, school.view) for name in ("slow", "quick")]
    yield school
    school.released.set()


urlpatterns: list[Any] = []


async def _overtakes(school: School, slow: list[dict[str, Any]], other: dict[str, Any]) -> None:
    """Check that the other's request finishes while slow ones of one caller run and wait."""
    tasks = [asyncio.create_task(school.send("slow", **each)) for each in slow]
    await school.until(lambda: school.running["slow"] == LIMIT)
    await school.send("other", "quick", **other)
    assert school.finished[-1] == "other"
    assert school.running["slow"] == LIMIT
    school.released.set()
    await asyncio.gather(*tasks)
    assert school.finished.count("slow") == len(slow)
    assert school.most["slow"] == LIMIT
    assert school.is_idle()


def test_requests_of_one_address_do_not_delay_another(school: School) -> None:
    asyncio.run(_overtakes(school, [{}] * 6, {"address": "198.51.100.77"}))


def test_requests_of_one_user_do_not_delay_another_at_the_same_address(school: School) -> None:
    async def run() -> None:
        for token in "minas phone", "minas tablet", "joons phone":
            await school.send(token, "quick", token=token)
        slow = [{"token": "minas phone"}, {"token": "minas tablet", "address": "198.51.100.77"}]
        await _overtakes(school, slow * 3, {"token": "joons phone"})

    asyncio.run(run())


def test_tokens_that_are_made_up_share_the_address(school: School) -> None:
    async def run() -> None:
        slow: list[dict[str, Any]] = [{"token": f"guess {number}"} for number in range(3)]
        slow += [{"cookie": f"guess {number}"} for number in range(3)]
        await _overtakes(school, slow, {"address": "198.51.100.77"})

    asyncio.run(run())


def test_waiting_request_of_a_client_that_left_does_not_run(school: School) -> None:
    async def disconnected() -> Any:
        return {"type": "http.disconnect"}

    async def run() -> None:
        tasks = [asyncio.create_task(school.send("stays")) for _ in range(LIMIT)]
        await school.until(lambda: school.running["stays"] == LIMIT)
        tasks.append(asyncio.create_task(school.send("left", receive=disconnected)))
        await asyncio.sleep(0.01)
        school.released.set()
        await asyncio.gather(*tasks)

    asyncio.run(run())
    assert school.finished == ["stays"] * LIMIT
    assert school.is_idle()


def test_cancelled_requests_leave_their_place(school: School) -> None:
    async def run() -> None:
        running = [asyncio.create_task(school.send("runs")) for _ in range(LIMIT)]
        await school.until(lambda: school.running["runs"] == LIMIT)
        waiting = [asyncio.create_task(school.send("waits", "quick")) for _ in range(3)]
        await asyncio.sleep(0.01)
        waiting[1].cancel()
        await asyncio.wait([waiting[1]])
        school.released.set()
        await asyncio.gather(*running, waiting[0], waiting[2])
        assert school.finished.count("waits") == 2
        await asyncio.gather(*(school.send("later", "quick") for _ in range(2 * LIMIT)))

    asyncio.run(run())
    assert school.is_idle()
