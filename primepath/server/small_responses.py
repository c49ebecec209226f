"""Responses of the server itself, without Django: of its probes, its metrics, and requests that did not run."""

from __future__ import annotations

from typing import Any

Headers = list[tuple[bytes, bytes]]


def headers_of(content_type: str, body: bytes) -> Headers:
    """Return the headers of a response that no cache stores."""
    return [
        (b"content-type", content_type.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]


async def send_response(send: Any, status: int, headers: Headers, body: bytes) -> None:
    """Send a whole response as ASGI messages."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
