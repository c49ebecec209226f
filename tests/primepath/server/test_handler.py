"""The request handler: each request runs in one thread of a pool of limited size."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any
from weakref import ref

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings

from primepath.server.admission.admission import Admission
from primepath.server.admission.kinds import Kind
from primepath.server.handler import OneThreadHandler

pytestmark = pytest.mark.one_database

THREADS = 2
_fingerprint: ContextVar[str] = ContextVar("mark", default="unset")
_events: list[str] = []
_requests: list[ref[HttpRequest]] = []
_running = threading.BoundedSemaphore(THREADS)
_both_running = threading.Barrier(THREADS)


def show_thread(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(threading.get_ident()))


def wait_for_all_threads(request: HttpRequest) -> HttpResponse:
    """Respond when all threads are busy. Fail if more requests than threads run."""
    assert _running.acquire(blocking=False)
    _both_running.wait(20)
    _running.release()
    return HttpResponse("met")


def mark(request: HttpRequest) -> HttpResponse:
    found = _fingerprint.get()
    _fingerprint.set("of the request before")
    return HttpResponse(found)


def refer_to_itself(request: HttpRequest) -> HttpResponse:
    """Do what Django's middleware for users and messages does too."""
    request.itself = request  # type: ignore[attr-defined]
    _requests.append(ref(request))
    return HttpResponse("done")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(["a", "b"])


urlpatterns = [
    path(view.__name__, view)
    for view in (show_thread, wait_for_all_threads, mark, refer_to_itself, stream)
]


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.REQUEST_THREADS = THREADS
    _events.clear()
    request_started.connect(_record_start)
    request_finished.connect(_record_end)
    yield
    request_started.disconnect(_record_start)
    request_finished.disconnect(_record_end)


def _record_start(**_: object) -> None:
    _events.append("started")


def _record_end(**_: object) -> None:
    _events.append("finished")


class Repeated:
    """A response to a request that ran in the event loop."""

    async def send(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"repeated"})


class Repeating:
    """Answers that repeat each request in the event loop, or fail to: they return ``response``, or raise it.

    No answer is kept. ``early``: raised when one is looked for.
    """

    def __init__(
        self, response: Repeated | Exception | None, early: Exception | None = None
    ) -> None:
        self.response = response
        self.early = early
        self.repeated = 0

    async def respond_early(self, *_: object) -> None:
        if self.early is not None:
            raise self.early

    def can_repeat(self, *_: object) -> bool:
        return True

    async def repeat(self, *_: object) -> Repeated | None:
        self.repeated += 1
        await asyncio.sleep(0)
        if isinstance(self.response, Exception):
            raise self.response
        return self.response

    def respond(self, scope: Any, kind: Kind, body: bytes, run: Any, *, may_wait: bool) -> Any:
        return run()


def responses_of(*views: str, answers: Any = None) -> list[str]:
    """Send requests to one handler at the same time and return the bodies of the responses."""
    handler = OneThreadHandler(answers=answers)

    async def send_one(view: str) -> str:
        body = b""
        sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            for message in sent:
                return message
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            nonlocal body
            _events.append(message["type"])
            body += message.get("body", b"")

        scope = {"type": "http", "method": "GET", "path": f"/{view}", "query_string": b""}
        await handler({**scope, "headers": [(b"host", b"localhost")]}, receive, send)
        return body.decode()

    async def send_all() -> list[str]:
        return await asyncio.wait_for(asyncio.gather(*map(send_one, views)), 20)

    return asyncio.run(send_all())


def test_request_is_finished_before_its_response_is_sent() -> None:
    responses_of("mark")
    assert _events == ["started", "finished", "http.response.start", "http.response.body"]


def test_requests_beyond_the_thread_limit_wait() -> None:
    assert responses_of(*["wait_for_all_threads"] * 5 * THREADS) == ["met"] * 5 * THREADS


@pytest.mark.parametrize(
    ("response", "expected"), [(Repeated(), "repeated"), (None, "unset")], ids=["done", "left"]
)
def test_requests_are_repeated_or_left_to_a_thread(
    response: Repeated | None, expected: str
) -> None:
    answers = Repeating(response)
    # More than run at the same time, so that a place that is not free again would be missing.
    assert responses_of(*["mark"] * 5 * THREADS, answers=answers) == [expected] * 5 * THREADS
    assert answers.repeated == 5 * THREADS


@pytest.mark.parametrize(
    "answers",
    [Repeating(RuntimeError("failed")), Repeating(None, early=RuntimeError("failed"))],
    ids=["repeated", "kept"],
)
def test_request_that_fails_in_the_event_loop_runs_in_a_thread(
    answers: Repeating, caplog: pytest.LogCaptureFixture
) -> None:
    assert responses_of(*["mark"] * 5 * THREADS, answers=answers) == ["unset"] * 5 * THREADS
    assert [each.name for each in caplog.records] == ["primepath.errors"] * 5 * THREADS


def test_nothing_is_repeated_while_requests_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Admission, "is_refusing", True)
    answers = Repeating(Repeated())
    assert responses_of("mark", answers=answers) == ["unset"]
    assert answers.repeated == 0


def test_threads_are_reused() -> None:
    assert len(set(responses_of(*["show_thread"] * 20))) <= THREADS


def test_request_is_freed_without_the_garbage_collector() -> None:
    gc.disable()
    try:
        assert responses_of("refer_to_itself") == ["done"]
        assert [each() for each in _requests] == [None]
    finally:
        gc.enable()
        _requests.clear()


def test_context_of_a_request_is_not_visible_to_the_next() -> None:
    assert set(responses_of(*["mark"] * 3 * THREADS)) == {"unset"}


def test_streaming_response_raises_an_error() -> None:
    with pytest.raises(NotImplementedError, match="complete"):
        responses_of("stream")
