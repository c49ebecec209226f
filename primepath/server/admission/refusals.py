"""The response to a request that is refused without running."""

from __future__ import annotations

import random
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.errors import ErrorCode
from primepath.server.admission.kinds import Reason
from primepath.server.monitoring.request_record import note_in_scope
from primepath.server.small_responses import Headers, headers_of, send_response

_RETRY_AFTER_SECONDS = range(1, 6)


class Content(NamedTuple):
    """Body of a response, and its type."""

    type: str
    body: bytes


Render = Callable[[Any, Reason, int], Content]
"""Return the content for a refused request: its ASGI scope, the reason, and the seconds to wait before a retry."""


def message_of(reason: Reason) -> str:
    if reason is Reason.DATABASE:
        return _("The server has no connection to its database. Try again later.")
    return _("The server is busy. Try again in a moment.")


def code_of(reason: Reason) -> ErrorCode:
    return ErrorCode.UNAVAILABLE if reason is Reason.DATABASE else ErrorCode.OVERLOADED


def as_text(scope: Any, reason: Reason, retry_after: int) -> Content:
    return Content("text/plain; charset=utf-8", f"{message_of(reason)}\n".encode())


def accepts_html(scope: Any) -> bool:
    """Return whether the request accepts HTML by name, as a browser does that opens a page."""
    return b"text/html" in dict(scope["headers"]).get(b"accept", b"")


class Refusal(NamedTuple):
    """A 503. ``can_be_delayed``: the server is overloaded, so a client without patience can wait for it."""

    headers: Headers
    body: bytes
    code: ErrorCode
    can_be_delayed: bool


def refusal_of(scope: Any, reason: Reason, render: Render) -> Refusal:
    """Return a 503. Each client waits for another time, so that they do not all return at the same time."""
    retry_after = random.choice(_RETRY_AFTER_SECONDS)  # noqa: S311
    content = render(scope, reason, retry_after)
    headers = [
        *headers_of(content.type, content.body),
        (b"retry-after", b"%d" % retry_after),
        (b"content-security-policy", b"default-src 'none'"),
        *_cors_headers(scope),
    ]
    return Refusal(headers, content.body, code_of(reason), reason is not Reason.DATABASE)


async def send_refusal(scope: Any, send: Any, reason: Reason, render: Render) -> None:
    """Send a 503 through the application's middleware, which names and logs the request."""
    refusal = refusal_of(scope, reason, render)
    note_in_scope(scope, errors=[refusal.code])
    await send_response(send, HTTPStatus.SERVICE_UNAVAILABLE, refusal.headers, refusal.body)


def _cors_headers(scope: Any) -> Headers:
    """Return the headers with which pages of other origins can read the response."""
    if not settings.CORS_ALLOWED_ORIGINS:
        return []
    origin = dict(scope["headers"]).get(b"origin", b"")
    if origin.decode("latin-1") not in settings.CORS_ALLOWED_ORIGINS:
        return [(b"vary", b"origin")]
    exposed = ", ".join(settings.CORS_EXPOSE_HEADERS).encode()
    return [
        (b"vary", b"origin"),
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", exposed),
    ]
