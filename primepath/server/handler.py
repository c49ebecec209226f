"""The ASGI handler, which runs each request in one thread."""

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

from primepath.server.shares import Shares

_DISCONNECTED = "primepath.disconnected"
_RECEIVED_AT = "primepath.received_at"


class OneThreadHandler(ASGIHandler):
    """Django's ASGI handler, which does all the work of a request in one thread, after its body has arrived.

    Django's own handler goes to a thread and back for each synchronous middleware, for the signals at either end, and for
    closing the response. All of Django's middleware is synchronous, and two threads are started per request. For a small
    request that costs more than its queries. Here threads are reused. At most `settings.REQUEST_THREADS` requests run at
    the same time, and further requests wait. See `Shares` for the part of them that one caller can use.

    Stop reading a body once it exceeds the limit; Django would write all of it to a file.

    While the view runs, it can call `has_disconnected` to find out whether the client is still connected. A thread cannot
    be stopped from outside.
    """

    # The response is complete, so sending it in pieces has no advantage.
    chunk_size = 2**24

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(settings.REQUEST_THREADS, thread_name_prefix="request")
        self._shares = Shares(settings.REQUESTS_PER_CALLER)

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
        # The time limit starts here. It includes waiting for a thread, but not a client's slow connection.
        scope[_RECEIVED_AT] = time.monotonic()
        # After the body, the only further message is that the client has disconnected.
        listening = asyncio.ensure_future(receive())
        started = False
        try:
            async with self._shares.one_of(scope):
                # The client can have left while the request waited.
                if _disconnected(scope).is_set():
                    return
                started = True
                # A copy, so that context variables of a request do not reach the next request in the thread.
                work = partial(copy_context().run, self._respond, scope, body)
                response = await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            listening.cancel()
            if not started:
                body.close()
        if not _disconnected(scope).is_set():
            await self.send_response(response, send)

    def _respond(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """Return the response, already closed: its database connection is free before the content is sent."""
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
    """Passes on the client's messages up to the limit of a body, and notes in the scope that the client has disconnected."""

    def __init__(self, receive: Any, scope: Any) -> None:
        self._receive = receive
        self._disconnected = scope[_DISCONNECTED] = threading.Event()
        self._length = 0

    async def __call__(self) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        message = await self._receive()
        while message["type"] == "http.request" and self._length > limit:
            # The request is refused anyway, so the rest of the body is discarded.
            message = await self._receive()
        if message["type"] == "http.disconnect":
            self._disconnected.set()
            return message
        self._length += len(message.get("body", b""))
        return {**message, "more_body": False} if self._length > limit else message


def received_at(request: HttpRequest) -> float:
    """Return the `time.monotonic` at which all of ``request`` had arrived, or now if no server received it."""
    received: float = getattr(request, "scope", {}).get(_RECEIVED_AT, time.monotonic())
    return received


def has_disconnected(request: HttpRequest) -> bool:
    """Return whether the client has closed its connection, as far as the server knows."""
    scope = getattr(request, "scope", {})
    return _DISCONNECTED in scope and _disconnected(scope).is_set()


def _disconnected(scope: Any) -> threading.Event:
    disconnected: threading.Event = scope[_DISCONNECTED]
    return disconnected
