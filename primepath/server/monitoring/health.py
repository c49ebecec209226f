"""``/healthz`` and ``/readyz``, answered on the event loop: they need no thread, no host name and no session."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

from primepath.server.monitoring.access import can_monitor
from primepath.server.monitoring.readiness import Readiness
from primepath.server.small_responses import headers_of, send_response


class Health:
    """ASGI middleware that answers both paths and passes other requests on. It belongs inside `RootPath`.

    ``/healthz`` is 200 as long as the process responds. ``/readyz`` is 200 if the process can serve requests, and 503
    otherwise. Only callers who can monitor get the reasons.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._readiness = Readiness()

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        path = scope["path"].removeprefix(scope["root_path"]) if scope["type"] == "http" else ""
        respond = self._respond if path in {"/healthz", "/readyz"} else self._application
        # Without a frame of its own, because a stream would keep it.
        response: Awaitable[None] = respond(scope, receive, send)
        return response

    async def _respond(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await _respond(send, HTTPStatus.METHOD_NOT_ALLOWED, {}, (b"allow", b"GET, HEAD"))
        elif scope["path"].endswith("/healthz"):
            await _respond(send, HTTPStatus.OK, {"status": "alive"})
        else:
            problems = await self._readiness.problems()
            status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
            content: dict[str, Any] = {"status": "not ready" if problems else "ready"}
            if problems and can_monitor(scope):
                content["problems"] = problems
            await _respond(send, status, content)


async def _respond(
    send: Any, status: HTTPStatus, content: dict[str, Any], *headers: tuple[bytes, bytes]
) -> None:
    body = json.dumps(content).encode()
    await send_response(send, status, [*headers_of("application/json", body), *headers], body)
