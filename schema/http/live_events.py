"""Events of live updates, as the protocol sends them."""

from __future__ import annotations

from typing import Any

import orjson
from strawberry.types import ExecutionResult

from primepath.domain.errors import UnavailableError
from schema.errors import format_errors, is_unavailable
from schema.subscriptions.schedule_changed import Cursor


def is_resync_needed(result: ExecutionResult, cursor: Cursor) -> bool:
    """Return whether an event has errors. If the stream went on after it, its changes would be lost.

    Raises `UnavailableError` if another attempt can succeed.
    """
    if not result.errors:
        return False
    if is_unavailable(result.errors):
        raise UnavailableError("The database cannot be read.", retry_after_seconds=1)
    return not cursor.resync


def event_of(result: ExecutionResult, cursor: Cursor, request_id: str) -> bytes | None:
    """Return the event of a result. None if nothing has changed."""
    if result.errors:
        return make_event(result, request_id, position=None)
    if cursor.change is None:
        return None
    return make_event(result, request_id, cursor.change.position)


def make_event(result: ExecutionResult, request_id: str, position: str | None) -> bytes:
    """Return the event with a result. ``position`` is its id."""
    content: dict[str, Any] = {}
    if result.errors:
        content["errors"] = list(format_errors(result.errors, request_id))
    if result.data is not None:
        content["data"] = result.data
    return as_event(content, position)


def as_event(content: dict[str, Any], position: str | None) -> bytes:
    """Return the event with this content."""
    id = f"id: {position}\n".encode() if position else b""
    return b"event: next\n" + id + b"data: " + orjson.dumps(content) + b"\n\n"
