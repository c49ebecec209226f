"""uvicorn's HTTP protocol with limits: the size of a request's head, and the time that a client can take.

Without them, one connection with endless headers fills the memory. A client that sends half a request keeps its
connection forever, and a server that stops waits for it forever. All time limits share one timer of the server, see
`primepath.server.processes.uvicorn_server`, because a timer per connection would cost each request more than the checks do.
"""

from __future__ import annotations

from collections import Counter as Counts
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from primepath.server.admission.refusals import Refusal
from primepath.server.draining import draining
from primepath.server.processes.early_refusals import early_refusals
from primepath.server.processes.one_write import OneWrite

# Requests of one connection that wait for an earlier one. Browsers and proxies send the next request after the response.
_MAX_PIPELINED = 32
# While the server stops, it waits so long for a client that sends half a request or does not read its response.
_DRAINING_SECONDS = 2
# And so long for the next request on an idle connection, which it answers. A proxy can just have sent one.
# The same for a connection that another process should have.
_DRAINING_IDLE_SECONDS = 0.5


class Limit(StrEnum):
    """A limit that a connection exceeded. It ends the connection."""

    HEADER_SIZE = "header_size"
    """The head of a request, or what surrounds the parts of its body, is larger than `MAX_HEADER_BYTES`."""
    PIPELINE = "pipeline"
    """Too many requests waited for an earlier one of the same connection."""
    HEADER_TIME = "header_time"
    """The head did not arrive within `HEADER_SECONDS`."""
    BODY_TIME = "body_time"
    """The body did not arrive within `BODY_SECONDS`."""
    SEND_TIME = "send_time"
    """The client read nothing of the response for `BODY_SECONDS`."""
    IDLE = "idle"
    """The connection was idle while the server stopped, or while another process should have it."""


_STATUS = {
    Limit.HEADER_SIZE: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    Limit.PIPELINE: HTTPStatus.TOO_MANY_REQUESTS,
    Limit.HEADER_TIME: HTTPStatus.REQUEST_TIMEOUT,
    Limit.BODY_TIME: HTTPStatus.REQUEST_TIMEOUT,
}
_closed = Counter(
    "primepath_connections_closed", "Connections that were closed because of a limit.", ["limit"]
)
# The same since the server last wrote them to its log. A line for each would let clients fill the log.
unreported: Counts[Limit] = Counts()


class LimitExceededError(Exception):
    """Raised to the parser, which reports it as an invalid request."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection. The server calls `watch` for each of them at regular times."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._max_head = settings.MAX_HEADER_BYTES
        # Bytes since the start of the request or since the last part of its body.
        self._size = 0
        self._messages = 0
        self._exceeded: Limit | None = None
        self._is_leaving = False
        # What the connection waits for, since how many seconds, and how much of the response was unsent at the last look.
        self._waits_for: tuple[Limit | None, int] = (None, 0)
        self._seconds = 0.0
        self._unsent = 0
        # A request with a complete head that has not started.
        self._postponed: tuple[Any, Any] | None = None

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        super().data_received(data)
        if self._postponed is not None:
            # Its body takes longer. The application receives the rest.
            self._start_postponed()
        if self._size > self._max_head and not self.transport.is_closing():
            self._end(Limit.HEADER_SIZE)

    def on_headers_complete(self) -> None:
        # The size includes what follows the head, so it is only a reason to look.
        if self._size > self._max_head and self._head_size() > self._max_head:
            self._exceeded = Limit.HEADER_SIZE
            raise LimitExceededError
        if len(self.pipeline) >= _MAX_PIPELINED:
            self._exceeded = Limit.PIPELINE
            raise LimitExceededError
        super().on_headers_complete()
        transport: Any = OneWrite(self.transport, self.loop)
        self.cycle.transport = transport
        if self._ends_soon:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._size = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._size = 0
        self._messages += 1
        super().on_message_complete()
        if self._postponed is not None:
            self._refuse_early_or_start()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Start a request. While others are refused, its body is needed first, see `early_refusals`."""
        if cycle is self.cycle and cycle.more_body and early_refusals.are_likely:
            self._postponed = cycle, app
        else:
            super()._start_asgi_task(cycle, app)

    def _start_postponed(self) -> None:
        assert self._postponed is not None
        cycle, app = self._postponed
        self._postponed = None
        if not self.transport.is_closing():
            super()._start_asgi_task(cycle, app)

    def _refuse_early_or_start(self) -> None:
        assert self._postponed is not None
        cycle, _ = self._postponed
        refusal = early_refusals.find(cycle.scope, bytes(cycle.body))
        if refusal is None or self.transport.is_closing():
            self._start_postponed()
            return
        self._postponed = None
        if refusal.can_be_delayed:
            early_refusals.send(partial(self._send_refusal, cycle, refusal))
        else:
            self._send_refusal(cycle, refusal)

    def _send_refusal(self, cycle: Any, refusal: Refusal) -> None:
        if self.transport.is_closing():
            return
        headers = list(refusal.headers)
        if not cycle.keep_alive:
            headers.append((b"connection", b"close"))
        self._write_response(HTTPStatus.SERVICE_UNAVAILABLE, headers, refusal.body)
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Respond to a request that the parser does not accept, and close the connection."""
        if self._exceeded is None:
            self._refuse(HTTPStatus.BAD_REQUEST, msg)
        else:
            self._end(self._exceeded)

    def shutdown(self) -> None:
        """Close the connection after the next response. `watch` closes it if no request comes."""
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def leave(self) -> None:
        """Close the connection like `shutdown`, while the server continues."""
        self._is_leaving = True
        self.shutdown()

    @property
    def _ends_soon(self) -> bool:
        return self._is_leaving or draining.is_set()

    def watch(self, seconds: float) -> None:
        """End the connection if it has waited for its client too long. ``seconds`` have passed since the last call."""
        waits_for, unsent = self._find_wait(), self.transport.get_write_buffer_size()
        progressed = waits_for != self._waits_for or unsent < self._unsent
        self._waits_for, self._unsent = waits_for, unsent
        self._seconds = 0.0 if progressed else self._seconds + seconds
        limit, _ = waits_for
        if limit is not None and self._seconds >= _limit_seconds(limit):
            self._end(limit)

    def _find_wait(self) -> tuple[Limit | None, int]:
        """Return what the client must do next, and for which of its requests. None if it is not the client's turn."""
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            return Limit.SEND_TIME, 0
        if self.flow.read_paused:
            return None, 0
        if self._is_head_open():
            return Limit.HEADER_TIME, self._messages
        if not self.cycle.response_complete:
            return (Limit.BODY_TIME, self._messages) if self.cycle.more_body else (None, 0)
        if self.timeout_keep_alive_task is None:
            # uvicorn's timer runs between requests. Without it, the rest of an answered request is arriving.
            return Limit.BODY_TIME, self._messages
        return (Limit.IDLE, self._messages) if self._ends_soon else (None, 0)

    def _is_head_open(self) -> bool:
        """Return whether the head of the next request is incomplete. True for a new connection."""
        # uvicorn creates the scope at the first byte of a request, and the cycle at the end of its head.
        return self.cycle is None or self.cycle.scope is not self.scope

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _end(self, limit: Limit) -> None:
        if limit is Limit.IDLE:
            self.transport.close()
            return
        _closed.labels(limit).inc()
        unreported[limit] += 1
        scope: Any = self.scope
        if limit is Limit.SEND_TIME:
            self.transport.abort()
        elif scope is None:
            # A connection on which nothing has arrived.
            self.transport.close()
        else:
            status = _STATUS[limit]
            self._refuse(status, f"{status.phrase}.")

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        """Close the connection, with a response if no other is under way."""
        cycle = self.cycle
        is_answered = cycle is not None and not cycle.response_complete
        # The request that is refused. Any other one comes before it, and its response is due first.
        is_own = is_answered and not cycle.response_started and not self._is_head_open()
        if is_answered:
            # The application reads that the client has left.
            cycle.disconnected = True
            cycle.message_event.set()
        if not is_answered or (is_own and not self.pipeline):
            content = text.encode("ascii")
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(content)).encode()),
                (b"connection", b"close"),
            ]
            self._write_response(status, headers, content)
        self.transport.close()

    def _write_response(
        self, status: HTTPStatus, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        lines += [
            name + b": " + value for name, value in (*self.server_state.default_headers, *headers)
        ]
        self.transport.write(b"\r\n".join([*lines, b"", body]))


def _limit_seconds(limit: Limit) -> float:
    if limit is Limit.IDLE:
        return _DRAINING_IDLE_SECONDS
    seconds: float = (
        settings.HEADER_SECONDS if limit is Limit.HEADER_TIME else settings.BODY_SECONDS
    )
    return min(seconds, _DRAINING_SECONDS) if draining.is_set() else seconds
