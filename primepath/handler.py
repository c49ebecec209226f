"""How a request is handled between the ASGI server and the views."""

from __future__ import annotations

import threading
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_DEPARTED = "primepath.departed"


class OneThreadHandler(ASGIHandler):
    """Django's ASGI handler, which runs middleware and view of a request in one visit to the request's thread.

    Django's own goes there and back for each step of each middleware that is written for threads, as all of its own are;
    that costs a small request more than its queries do.

    Of a body that is longer than bodies may be, no more is read than tells so; Django would write all of it to a file.

    While the view runs, it can ask `has_departed` whether the client is still there: a thread cannot be stopped
    from outside.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        departed = scope[_DEPARTED] = threading.Event()
        read = 0

        async def receive_and_notice() -> Any:
            nonlocal read
            message = await receive()
            while message["type"] == "http.request" and read > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                # It is refused whatever follows, and what follows is kept nowhere.
                message = await receive()
            if message["type"] == "http.disconnect":
                departed.set()
                return message
            read += len(message.get("body", b""))
            too_long = read > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return {**message, "more_body": False} if too_long else message

        await super().__call__(scope, receive_and_notice, send)


def has_departed(request: HttpRequest) -> bool:
    """Whether the client that sent ``request`` has closed its connection, as far as the server knows."""
    departed: threading.Event | None = getattr(request, "scope", {}).get(_DEPARTED)
    return departed is not None and departed.is_set()
