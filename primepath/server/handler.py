"""The ASGI handler, which runs each request in one thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable, Set
from contextlib import closing
from contextvars import copy_context
from io import BytesIO
from typing import IO, Any, NamedTuple, TypeAlias

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from primepath.db.reachability import is_away
from primepath.server.admission.admission import IN_LOOP, Admission
from primepath.server.admission.callers import KnownCallers, credentials_of
from primepath.server.admission.database import concurrent_requests
from primepath.server.admission.kinds import Kind, RefusedError, kind_of_method
from primepath.server.admission.lane import Ticket
from primepath.server.admission.refusals import (
    Refusal,
    Render,
    accepts_html,
    as_text,
    refusal_of,
    send_refusal,
)
from primepath.server.answers import Answers, KeptResponse, Later
from primepath.server.monitoring.request_record import end_request, forget_request
from primepath.server.streams import Stream, StreamResponse

_RECEIVE = "primepath.receive"
_RECEIVED_AT = "primepath.received_at"
_QUEUED_SECONDS = "primepath.queued_seconds"

logger = logging.getLogger("primepath.errors")

Response: TypeAlias = HttpResponseBase | KeptResponse


class OneThreadHandler(ASGIHandler):
    """Django's ASGI handler, which does all the work of a request in one thread, after its body has arrived.

    Django's own handler goes to a thread and back for each synchronous middleware, for the signals at either end, and for
    closing the response. All of Django's middleware is synchronous, and two threads are started per request. For a small
    request that costs more than its queries. Here threads are reused. `Admission` decides which requests run, wait or are
    refused. A refused request uses no thread and nothing of Django.

    Stop reading a body once it exceeds the limit; Django would write all of it to a file.

    While the view runs, it can call `has_disconnected` to find out whether the client is still connected. A thread cannot
    be stopped from outside.

    ``kind_of`` returns the kind of a request, from its scope and body. ``render_refusal`` renders the response to a refused one.
    ``targets_of`` returns what a request changes, from its scope and body. Requests with a common target run one after another.
    ``answers`` can respond instead of Django, also in the event loop.
    ``most_bytes`` returns the limit of a body, which can be larger for uploads. These wait on disk until their thread reads them. All
    functions above get the start of such a body.
    """

    # The response is complete, so sending it in pieces has no advantage.
    chunk_size = 2**24

    def __init__(
        self,
        kind_of: Callable[[Any, bytes], Kind] = kind_of_method,
        render_refusal: Render = as_text,
        targets_of: Callable[[Any, bytes], Set[Hashable]] = lambda _scope, _body: frozenset(),
        answers: Answers | None = None,
        most_bytes: Callable[[Any], int] = lambda _scope: settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    ) -> None:
        super().__init__()
        self._callers = KnownCallers()
        self._admission = Admission(
            threads=concurrent_requests(),
            per_caller=settings.REQUESTS_PER_CALLER,
            operation_seconds=settings.OPERATION_SECONDS,
            database_is_away=is_away,
        )
        self._kind_of = kind_of
        self._render_refusal = render_refusal
        self._targets_of = targets_of
        self._answers = answers
        self._most_bytes = most_bytes

    def password_queue(self) -> tuple[int, float]:
        """Return how many requests wait to check a password, and for how many seconds the first one has."""
        return self._admission.queue(Kind.PASSWORD)

    @property
    def is_refusing(self) -> bool:
        """True if the next request is possibly refused."""
        return self._admission.is_refusing

    def find_refusal(self, scope: Any, body: bytes) -> Refusal | None:
        """Return the refusal of a request that would not run now, and count it. None if it would run or wait.

        It costs half of what a refusal by the application costs.
        """
        credentials = credentials_of(scope)
        kind = self._kind_of(scope, body)
        traits = self._traits(scope, credentials, body, kind)
        reason = self._admission.refuses(
            kind,
            self._callers.caller_of(scope, credentials),
            content=traits.content,
            targets=traits.targets,
            fails_without_database=traits.fails_without_database,
        )
        return None if reason is None else refusal_of(scope, reason, self._render_refusal)

    def _traits(self, scope: Any, credentials: bytes | None, body: bytes, kind: Kind) -> _Traits:
        return _Traits(
            hash((scope["method"], scope["path"], scope["query_string"], body)),
            self._targets_of(scope, body) if kind is Kind.WRITE else frozenset(),
            _fails_without_database(scope, kind, credentials),
        )

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"PrimePath answers HTTP, not {scope['type']}.")
        limited = _Receive(receive, scope, self._most_bytes(scope))
        stream = await self._serve(scope, limited, send)
        if stream is not None:
            # Everything else of the request is free now.
            await stream.wait(limited)

    async def _serve(self, scope: Any, receive: _Receive, send: Any) -> Stream | None:
        """Send the response to a request. Return the `Stream` if it does not end."""
        try:
            content, upload = await self._read(receive)
        except RequestAborted:
            return None
        # The time limit starts here. It includes waiting for a thread, but not a client's slow connection.
        scope[_RECEIVED_AT] = time.monotonic()
        credentials = credentials_of(scope)
        kind = self._kind_of(scope, content)
        request = _Request(scope, content, upload, credentials, kind)
        if (kept := await self._respond_early(request)) is not None:
            await kept.send(send)
            return None
        # After the body, the only further message is that the client has disconnected.
        listening = asyncio.ensure_future(receive())
        try:
            response = await self._run(request, listening, may_wait=True)
            while isinstance(response, Later):
                await self._wait(response, listening)
                response = await self._respond_early(request) or await self._run(
                    request, listening, may_wait=False
                )
        except RefusedError as refused:
            if upload is not None:
                upload.close()
            if not receive.has_disconnected:
                await send_refusal(scope, send, refused.reason, self._render_refusal)
            return None
        finally:
            listening.cancel()
        if receive.has_disconnected:
            return None
        if isinstance(response, StreamResponse):
            forget_request(scope)
            return await response.open(send)
        if isinstance(response, HttpResponseBase):
            await self.send_response(response, send)
        else:
            await response.send(send)
        return None

    async def _read(self, receive: _Receive) -> tuple[bytes, IO[bytes] | None]:
        """Return the body of a request, or its start and the ``upload``. Raises `RequestAborted` if the client has left."""
        first = await receive()
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content: bytes = first.get("body", b"")
        if first["type"] == "http.request" and not first.get("more_body") and len(content) <= most:
            # Most bodies are one message, and need no file.
            return content, None

        async def again() -> Any:
            nonlocal first
            message, first = first, None
            return message or await receive()

        body = await self.read_body(again)
        content = body.read(most + 1)
        if len(content) <= most:
            body.close()
            return content, None
        body.seek(0)
        return content, body

    async def _respond_early(self, request: _Request) -> KeptResponse | None:
        """Return a response that needs no thread, or None."""
        if self._answers is None or request.upload is not None:
            return None
        kept = await _or_none(
            self._answers.respond_early(request.scope, request.kind, request.content)
        )
        if kept is not None and request.credentials is not None:
            self._callers.remember(request.scope, request.credentials)
        return kept

    async def _run(
        self, request: _Request, listening: asyncio.Future[Any], *, may_wait: bool
    ) -> Response | Later:
        """Run a request as soon as it can run, and return the response. Raises `RefusedError`."""
        scope, credentials = request.scope, request.credentials
        traits = self._traits(scope, credentials, request.content, request.kind)
        caller = self._callers.caller_of(scope, credentials)
        # While it refuses others, the event loop is late, and threads do more.
        repeats = may_wait and not self._admission.is_refusing and self._can_repeat(request)
        # A copy, so that context variables of a request do not reach the next request in the thread.
        context = copy_context()

        def work(ticket: Ticket) -> Response | Later:
            scope[_QUEUED_SECONDS] = ticket.queued_seconds
            return context.run(self._respond, request, may_wait)

        ticket = self._admission.enter(
            *(request.kind, caller, work),
            credentials=credentials,
            content=traits.content,
            targets=traits.targets,
            fails_without_database=traits.fails_without_database,
            runs_in_loop=repeats,
        )
        listening.add_done_callback(
            lambda _: ticket.result.done() or self._admission.withdraw(ticket)
        )
        try:
            response: Response | Later | None = await ticket.result
            if response is IN_LOOP and (response := await self._repeat(request, ticket)) is None:
                self._admission.continue_in_thread(ticket)
                response = await ticket.result
        except BaseException:
            self._admission.withdraw(ticket)
            raise
        finally:
            self._admission.end_in_loop(ticket)
        assert response is not None
        if credentials and (user := self._callers.remember(scope, credentials)) is not None:
            self._admission.recognise(credentials, user)
        return response

    def _can_repeat(self, request: _Request) -> bool:
        return (
            self._answers is not None
            and request.upload is None
            and self._answers.can_repeat(request.scope, request.kind, request.content)
        )

    async def _repeat(self, request: _Request, ticket: Ticket) -> KeptResponse | None:
        """Return the response to a request that runs in the event loop. None if it must run in a thread."""
        assert self._answers is not None
        request.scope[_QUEUED_SECONDS] = ticket.queued_seconds
        return await _or_none(self._answers.repeat(request.scope, request.kind, request.content))

    async def _wait(self, later: Later, listening: asyncio.Future[Any]) -> None:
        """Wait for the end of an equal request, or until the client has left."""
        ended = asyncio.ensure_future(later.wait())
        try:
            await asyncio.wait({ended, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()

    def _respond(self, request: _Request, may_wait: bool) -> Response | Later:
        """Return the response. Its database connection is free before it is sent."""
        scope, content = request.scope, request.content
        signals.request_started.send(sender=self.__class__, scope=scope)

        def ask_django() -> HttpResponseBase:
            return self._ask_django(scope, request.upload or BytesIO(content))

        if self._answers is None:
            return ask_django()
        response = self._answers.respond(
            scope, request.kind, content, ask_django, may_wait=may_wait
        )
        if not isinstance(response, HttpResponseBase):
            signals.request_finished.send(sender=self.__class__)
        return response

    def _ask_django(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """Return Django's response, already closed."""
        set_script_prefix(get_script_prefix(scope))
        with closing(body):
            request, refusal = self.create_request(scope, body)
            response = refusal if request is None else self.get_response(request)
        assert response is not None
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        response.close()
        if request is not None and not isinstance(response, StreamResponse):
            end_request(request)
        if response.streaming:
            raise NotImplementedError("A response must be complete when its view returns it.")
        return response


async def _or_none(response: Awaitable[KeptResponse | None]) -> KeptResponse | None:
    """Return a response that saves a thread. None if it fails: the thread reports the failure, if it happens again."""
    try:
        return await response
    except Exception:
        logger.exception("A request could not run in the event loop.")
        return None


class _Traits(NamedTuple):
    """Facts about a request that decide about its admission, see `Admission.enter`."""

    content: Hashable
    targets: Set[Hashable]
    fails_without_database: bool


class _Request(NamedTuple):
    """A request that has arrived. ``content``: its body, or the start of an ``upload``."""

    scope: Any
    content: bytes
    upload: IO[bytes] | None
    credentials: bytes | None
    kind: Kind


class _Receive:
    """Passes on the client's messages up to the limit of a body, and notes that the client has disconnected."""

    __slots__ = ("_length", "_limit", "_receive", "has_disconnected")

    def __init__(self, receive: Any, scope: Any, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        # Threads read it too.
        self.has_disconnected = False
        self._length = 0
        scope[_RECEIVE] = self

    async def __call__(self) -> Any:
        message = await self._receive()
        while message["type"] == "http.request" and self._length > self._limit:
            # The request is refused anyway, so the rest of the body is discarded.
            message = await self._receive()
        if message["type"] == "http.disconnect":
            self.has_disconnected = True
            return message
        self._length += len(message.get("body", b""))
        return {**message, "more_body": False} if self._length > self._limit else message


def received_at(request: HttpRequest) -> float:
    """Return the `time.monotonic` at which all of ``request`` had arrived, or now if no server received it."""
    received: float = getattr(request, "scope", {}).get(_RECEIVED_AT, time.monotonic())
    return received


def is_received(scope: Any) -> bool:
    """Return whether a server received the request, and all of it."""
    return _RECEIVED_AT in scope


def seconds_since_arrival(scope: Any) -> float:
    """Return the time since all of a request had arrived."""
    received: float = scope[_RECEIVED_AT]
    return time.monotonic() - received


def has_disconnected(request: HttpRequest) -> bool:
    """Return whether the client has closed its connection, as far as the server knows."""
    receive: _Receive | None = getattr(request, "scope", {}).get(_RECEIVE)
    return receive is not None and receive.has_disconnected


def _fails_without_database(scope: Any, kind: Kind, credentials: bytes | None) -> bool:
    """Return whether a request needs no thread to fail if the database is away.

    Without credentials, a read has no user and no session to read. Browsers get a page, which takes a thread for a moment.
    """
    is_anonymous_read = credentials is None and kind is Kind.READ
    return not is_anonymous_read and not accepts_html(scope)
