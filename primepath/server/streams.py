"""Responses that do not end: the handler sends their pieces on the event loop, without a thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpResponse

Write = Callable[[bytes], Awaitable[None]]


class StreamResponse(HttpResponse):
    """A response with a body that ``produce`` writes, on the event loop, until it returns or the client has left.

    It is cancelled when the client leaves. Django's middleware sees a response with an empty body.
    """

    def __init__(self, produce: Callable[[Write], Awaitable[None]], content_type: str) -> None:
        super().__init__(content_type=content_type)
        self._produce = produce
        # nginx must pass each piece on immediately.
        self["X-Accel-Buffering"] = "no"
        self["Cache-Control"] = "no-store"

    async def send(self, send: Any) -> None:
        """Send the response. The caller cancels this when the client has left."""
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.items()
            if name.lower() != "content-length"
        ]
        headers += [
            (b"set-cookie", cookie.OutputString().encode("latin-1"))
            for cookie in self.cookies.values()
        ]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})

        async def write(piece: bytes) -> None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})

        await self._produce(write)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
