"""How a request is handled between the ASGI server and the views."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

_DISCONNECTED = "primepath.disconnected"
_RECEIVED_AT = "primepath.received_at"


class OneThreadHandler(ASGIHandler):
    """Django's ASGI handler, which does all the work of a request in one visit to a thread, once its body is there.

    Django's own goes to a thread and back for each step of a middleware that is written for threads, as all of its own are,
    for the signals at either end, and for closing the response; and it starts two threads for each request. That costs
    a small request more than its queries do. Here threads stay, and at most `settings.REQUEST_THREADS` requests are worked on
    at once; further ones wait for their turn.

    Of a body that is longer than bodies may be, no more is read than tells so; Django would write all of it to a file.

    While the view runs, it can ask `has_disconnected` whether the client is still there: a thread cannot be stopped
    from outside.
    """

    # Nothing is gained by sending an answer in pieces that is there as a whole.
    chunk_size = 2**24

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(settings.REQUEST_THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"PrimePath answers HTTP, not {scope['type']}.")
        await self.handle(scope, _Receive(receive, scope), send)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        # From here on its time runs: a client's slow line is not held against it, and waiting for a thread is.
        scope[_RECEIVED_AT] = time.monotonic()
        # What a request sets in its context ends with it, and does not meet the next one in the thread.
        work = partial(copy_context().run, self._respond, scope, body)
        answering = asyncio.get_running_loop().run_in_executor(self._threads, work)
        # After the body comes nothing but the client's departure.
        listening = asyncio.ensure_future(receive())
        try:
            response = await answering
        finally:
            listening.cancel()
        if not _disconnected(scope).is_set():
            await self.send_response(response, send)

    def _respond(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """The response, closed: its connection to the database is free before its content is sent."""
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else self.get_response(request)
            assert response is not None
            response._handler_class = self.__class__  # type: ignore[attr-defined]
            response.close()
            if response.streaming:
                raise NotImplementedError("A response must be complete when its view returns it.")
        return response


class _Receive:
    """What comes from the client: passed on up to the limit of a body, with its departure noted in the scope."""

    def __init__(self, receive: Any, scope: Any) -> None:
        self._receive = receive
        self._disconnected = scope[_DISCONNECTED] = threading.Event()
        self._length = 0

    async def __call__(self) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        message = await self._receive()
        while message["type"] == "http.request" and self._length > limit:
            # It is refused whatever follows, and what follows is kept nowhere.
            message = await self._receive()
        if message["type"] == "http.disconnect":
            self._disconnected.set()
            return message
        self._length += len(message.get("body", b""))
        return {**message, "more_body": False} if self._length > limit else message


def received_at(request: HttpRequest) -> float:
    """When all of ``request`` was here, by `time.monotonic`; now, where no server received it."""
    received: float = getattr(request, "scope", {}).get(_RECEIVED_AT, time.monotonic())
    return received


def has_disconnected(request: HttpRequest) -> bool:
    """Whether the client that sent ``request`` has closed its connection, as far as the server knows."""
    scope = getattr(request, "scope", {})
    return _DISCONNECTED in scope and _disconnected(scope).is_set()


def _disconnected(scope: Any) -> threading.Event:
    disconnected: threading.Event = scope[_DISCONNECTED]
    return disconnected
