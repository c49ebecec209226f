"""The record of a request that is served: its id, its trace, and facts for its line in the log."""

from __future__ import annotations

import secrets
from contextvars import ContextVar, Token
from typing import Any

from django.http import HttpRequest

from primepath.db.usage import Usage, begin_usage
from primepath.server.monitoring.trace_context import TraceContext, read_trace_context

_KEY = "primepath.record"


class RequestRecord:
    """A request that is served.

    ``trace``: this server's span in the caller's trace. None if the caller sent no valid ``traceparent``.
    ``facts``: more members of the line in the log. None and "" are left out.
    ``request``: the request as Django reads it. None until then.
    ``usage``: the statements and cells of the request.
    """

    __slots__ = ("facts", "id", "request", "trace", "usage")

    def __init__(self, usage: Usage, trace: TraceContext | None = None) -> None:
        self.id = secrets.token_hex(16)
        self.trace = trace
        self.facts: dict[str, Any] = {}
        self.request: HttpRequest | None = None
        self.usage = usage


_current: ContextVar[RequestRecord | None] = ContextVar("request_record", default=None)


def current_record() -> RequestRecord | None:
    """Return the record of the request that the caller works on. None outside requests."""
    return _current.get()


def begin_record(scope: Any) -> RequestRecord:
    """Create the record of a request that has just arrived. The current context is that of the request."""
    caller = read_trace_context(scope["headers"])
    record = RequestRecord(begin_usage(), caller.child() if caller else None)
    scope[_KEY] = record
    _current.set(record)
    return record


def adopt_request(request: HttpRequest) -> tuple[RequestRecord, Token[Any] | None]:
    """Return the record of a request that Django has read.

    The second value is None if `begin_record` created the record. Without a server, as in tests, the record is new, and
    the caller passes the second value to `leave` at the end.
    """
    record: RequestRecord | None = getattr(request, "scope", {}).get(_KEY)
    token = None
    if record is None:
        record = RequestRecord(Usage())
        token = _current.set(record)
    record.request = request
    request.META[_KEY] = record
    return record, token


def forget_request(scope: Any) -> None:
    """Free the request as Django reads it, and its headers, while its response is still sent."""
    if (record := scope.get(_KEY)) is not None:
        record.request = None
    scope["headers"].clear()


def end_request(request: HttpRequest) -> None:
    """Free a request as Django reads it, which refers to itself through its user and its messages.

    Otherwise it would stay in memory until the garbage collector runs.
    """
    if (record := request.META.get(_KEY)) is not None:
        record.request = None
    vars(request).clear()


def leave(token: Token[Any]) -> None:
    """End the context of a request that no server received."""
    _current.reset(token)


def record_of(request: HttpRequest) -> RequestRecord:
    """Return the record of a request that `adopt_request` has seen."""
    record: RequestRecord = request.META[_KEY]
    return record


def note(request: HttpRequest, **facts: Any) -> None:
    """Add facts about a request to its line in the log. None and "" are left out."""
    if (record := request.META.get(_KEY)) is not None:
        record.facts.update(facts)


def note_in_scope(scope: Any, **facts: Any) -> None:
    """Like `note`, for a request that Django has not read, and maybe never will."""
    if (record := scope.get(_KEY)) is not None:
        record.facts.update(facts)
