"""The log of requests: one line each.

It contains no query string, variables, headers or body: these can contain passwords, tokens and personal data.
"""

from __future__ import annotations

import logging
import time
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from primepath.server.handler import queued_seconds, received_at

_KEY = "primepath.server.request_log"
_MAX_LENGTH = 200

logger = logging.getLogger("primepath.requests")


def note(request: HttpRequest, **facts: Any) -> None:
    """Add facts about a request to its line. None and "" are left out."""
    request.META.setdefault(_KEY, {}).update(facts)


def log_request(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write the line of a request."""
    facts = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(1_000 * (time.monotonic() - received_at(request))),
        "queued_ms": round(1_000 * queued_seconds(request)) or None,
        "user": _user_of_session(request),
        **request.META.get(_KEY, {}),
    }
    logger.info(
        " ".join(
            f"{name}={_one_word(value)}" for name, value in facts.items() if value not in (None, "")
        )
    )


def _user_of_session(request: HttpRequest) -> Any:
    """Return the primary key of the user if the request read its session. Django caches the user then."""
    try:
        return request._cached_user.pk  # type: ignore[attr-defined]
    except AttributeError:
        return None


def _one_word(value: object) -> str:
    """Return the value without spaces and line breaks, so that a client cannot forge a line or a fact."""
    return quote(str(value)[:_MAX_LENGTH], safe="/:@[]!$&'()*+,;~")
