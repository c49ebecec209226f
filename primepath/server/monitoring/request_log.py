"""The log of requests: one line each, written when the response has been sent.

It contains no query string, variables, headers or body: these can contain passwords, tokens and personal data.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from contextvars import copy_context
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from prometheus_client import Counter

from primepath.domain.errors import ErrorCode
from primepath.server.monitoring.redaction import without_secrets
from primepath.server.monitoring.request_record import RequestRecord, begin_record
from primepath.server.monitoring.tracing import Tracing
from primepath.server.small_responses import headers_of, send_response

_MAX_LENGTH = 200
_DISCONNECTED = "disconnected"
_WITHOUT_BODY = frozenset({204, 304})
# The handler sets these: when the body had arrived, as `time.monotonic` counts, and how long the request then waited.
_RECEIVED_AT = "primepath.received_at"
_QUEUED_SECONDS = "primepath.queued_seconds"

RESPONSES = Counter(
    "primepath_responses_total",
    'Responses by status, without static files. "disconnected": the client left before.',
    ["status"],
)
ERRORS = Counter(
    "primepath_errors_total",
    "Responses with an error of this code, counted once for each code.",
    ["code"],
)

# From 0 on, because Prometheus sees no increase in a series that begins with 1.
for _code in ErrorCode:
    ERRORS.labels(_code)

logger = logging.getLogger("primepath.requests")


class RequestLine:
    """The message of a line: its facts by name. As text, words of the form ``name=value``."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts

    def __str__(self) -> str:
        return " ".join(f"{name}={_one_word(value)}" for name, value in self.facts.items())


class RequestLog:
    """ASGI middleware that names a request, and counts and logs it.

    It adds ``X-Request-ID`` to every response, and ``traceparent`` if the caller sent one or ``tracing`` is on.
    """

    def __init__(self, application: Any, tracing: Tracing | None = None) -> None:
        self._application = application
        self._tracing = tracing

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        record = begin_record(scope)
        span = None
        if self._tracing is not None:
            span = self._tracing.begin(scope["headers"])
            record.trace = self._tracing.context_of(span)
        response = _Response(scope, record, send)
        try:
            await self._application(scope, receive, response.send)
        except Exception:
            if response.status is None:
                await response.fail()
            # The server writes the exception to its log, and closes the connection.
            raise
        except BaseException:
            response.status = response.status or 500
            raise
        finally:
            # In the next turn of the event loop, so that the client does not wait for it.
            asyncio.get_running_loop().call_soon(self._end, response, span)

    def _end(self, response: _Response, span: Any) -> None:
        facts = response.log()
        if self._tracing is not None and span is not None:
            self._tracing.end(span, facts)


def log_refused(scope: Any, code: ErrorCode, size: int) -> str:
    """Count and log a request that was refused with ``size`` bytes before the application saw it. Return its request id."""

    def log() -> str:
        record = begin_record(scope)
        record.facts["errors"] = [code]
        response = _Response(scope, record, None)
        response.status, response._bytes, response._is_complete = 503, size, True
        response.log()
        return record.id

    # The record must not stay in the context of the connection.
    return copy_context().run(log)


class _Response:
    """The response to a request, as it is sent."""

    def __init__(self, scope: Any, record: RequestRecord, send: Any) -> None:
        self.status: int | None = None
        self._scope = scope
        self._record = record
        self._send = send
        self._started_at = time.monotonic()
        self._ready_at: float | None = None
        self._is_complete = False
        self._bytes = 0

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._ready_at = time.monotonic()
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], *self._headers()]}
            self._is_complete = self._ends_with_headers(message["headers"])
        elif message["type"] == "http.response.body" and not self._is_complete:
            self._bytes += len(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        await self._send(message)

    async def fail(self) -> None:
        """Send the response to a request that nothing has answered."""
        text = f"Internal error. Request id: {self._record.id}\n".encode()
        headers = headers_of("text/plain; charset=utf-8", text)
        await send_response(self.send, HTTPStatus.INTERNAL_SERVER_ERROR, headers, text)

    def log(self) -> dict[str, Any]:
        """Count the request, write its line, and return the facts of the line."""
        facts = self._facts()
        RESPONSES.labels(facts.get("status", _DISCONNECTED)).inc()
        for code in facts.get("errors", ()):
            ERRORS.labels(code).inc()
        if logger.isEnabledFor(logging.INFO):
            logger.info(RequestLine(facts))
        return facts

    def _ends_with_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Return whether the client expects no body after the headers."""
        return (
            self._scope["method"] == "HEAD"
            or self.status in _WITHOUT_BODY
            or any(value == b"0" and name.lower() == b"content-length" for name, value in headers)
        )

    def _headers(self) -> list[tuple[bytes, bytes]]:
        headers = [(b"X-Request-ID", self._record.id.encode())]
        if (trace := self._record.trace) is not None:
            headers.append((b"traceparent", trace.header.encode()))
        return headers

    def _facts(self) -> dict[str, Any]:
        begun = self._scope.get(_RECEIVED_AT, self._started_at)
        ended = self._ready_at or time.monotonic()
        queued = self._scope.get(_QUEUED_SECONDS, 0.0)
        usage = self._record.usage
        trace = self._record.trace
        facts = {
            "method": self._scope["method"],
            "path": without_secrets(self._scope["path"]),
            "status": self.status,
            "ms": round(1_000 * (ended - begun)),
            "queue_ms": round(1_000 * queued) or None,
            **self._record.facts,
            "statements": usage.statements,
            "cells": usage.cells or None,
            "bytes": self._bytes if self._is_complete else None,
            "disconnected": self.status is None or None,
            "trace_id": trace.trace_id if trace else None,
            "span_id": trace.span_id if trace else None,
        }
        return {name: _bounded(value) for name, value in facts.items() if value not in (None, "")}


def _bounded(value: Any) -> Any:
    """Return the value, without the end of a text that is too long: clients choose paths and names of operations."""
    return value[:_MAX_LENGTH] if isinstance(value, str) else value


def _one_word(value: object) -> str:
    """Return the value without spaces and line breaks, so that a client cannot forge a line or a fact."""
    text = ",".join(value) if isinstance(value, (list, tuple)) else str(value)
    return quote(text, safe="/:@[]!$&'()*+,;~")
