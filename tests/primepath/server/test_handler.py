"""How requests are handled: each in one visit to a thread, of which there are only so many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings

from primepath.server.handler import OneThreadHandler

THREADS = 2
_fingerprint: ContextVar[str] = ContextVar("mark", default="nobody's")
_happened: list[str] = []
_at_work = threading.BoundedSemaphore(THREADS)
_both_at_work = threading.Barrier(THREADS)


def show_thread(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(threading.get_ident()))


def meet(request: HttpRequest) -> HttpResponse:
    """Answers when as many requests are at work as there are threads; fails where there are more."""
    assert _at_work.acquire(blocking=False)
    _both_at_work.wait(20)
    _at_work.release()
    return HttpResponse("met")


def mark(request: HttpRequest) -> HttpResponse:
    found = _fingerprint.get()
    _fingerprint.set("of the request before")
    return HttpResponse(found)


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(["a", "b"])


urlpatterns = [path(view.__name__, view) for view in (show_thread, meet, mark, stream)]


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.REQUEST_THREADS = THREADS
    _happened.clear()
    request_started.connect(_note_start)
    request_finished.connect(_note_end)
    yield
    request_started.disconnect(_note_start)
    request_finished.disconnect(_note_end)


def _note_start(**_: object) -> None:
    _happened.append("started")


def _note_end(**_: object) -> None:
    _happened.append("finished")


def ask(*views: str) -> list[str]:
    """The bodies of the answers to requests that are sent to one handler at the same time."""
    handler = OneThreadHandler()

    async def send_one(view: str) -> str:
        body = b""
        sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            for message in sent:
                return message
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            nonlocal body
            _happened.append(message["type"])
            body += message.get("body", b"")

        scope = {"type": "http", "method": "GET", "path": f"/{view}", "query_string": b""}
        await handler({**scope, "headers": [(b"host", b"localhost")]}, receive, send)
        return body.decode()

    async def send_all() -> list[str]:
        return await asyncio.wait_for(asyncio.gather(*map(send_one, views)), 20)

    return asyncio.run(send_all())


def test_a_request_is_finished_before_its_answer_is_sent() -> None:
    ask("mark")
    assert _happened == ["started", "finished", "http.response.start", "http.response.body"]


def test_so_many_requests_are_worked_on_at_once_and_the_others_wait_for_their_turn() -> None:
    assert ask(*["meet"] * 5 * THREADS) == ["met"] * 5 * THREADS


def test_threads_stay_and_serve_one_request_after_another() -> None:
    assert len(set(ask(*["show_thread"] * 20))) <= THREADS


def test_what_a_request_sets_in_its_context_does_not_meet_the_next_one() -> None:
    assert set(ask(*["mark"] * 3 * THREADS)) == {"nobody's"}


def test_a_response_that_streams_is_a_fault_that_is_told() -> None:
    with pytest.raises(NotImplementedError, match="complete"):
        ask("stream")
