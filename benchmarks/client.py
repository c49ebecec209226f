"""An HTTP client that keeps its connection open."""

from __future__ import annotations

import http.client
from types import TracebackType
from typing import Self

from benchmarks.operations import Request
from scripts.server import HOST

_TIMEOUT_SECONDS = 120


class UnexpectedStatusError(RuntimeError):
    """The status of the response is not 200."""


class RefusedError(UnexpectedStatusError):
    """The server has too many requests, so it refuses this one with 503."""


class Client:
    """Sends requests to the server on ``port`` as the owner of ``token``."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=_TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, request: Request) -> bytes:
        """Return the body of the response. Raises `RefusedError` and `UnexpectedStatusError`."""
        self._connection.request(request.method, request.path, request.body, self._headers)
        response = self._connection.getresponse()
        body = response.read()
        if response.status == 503:
            raise RefusedError(request.path)
        if response.status != 200:
            raise UnexpectedStatusError(f"{request.path}: {response.status} {body[:500]!r}")
        return body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()
