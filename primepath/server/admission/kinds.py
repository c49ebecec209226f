"""Kinds of requests, and reasons why a request is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kind of work that a request causes. Each kind has its own share of the threads."""

    READ = "read"
    WRITE = "write"
    PASSWORD = "password"  # noqa: S105
    """The request checks a password, which takes more processor time than any other request."""


def kind_of_method(scope: Any, body: bytes) -> Kind:
    """Return `Kind.READ` for the methods of HTTP that change nothing, and else `Kind.WRITE`."""
    return Kind.READ if scope["method"] in {"GET", "HEAD", "OPTIONS"} else Kind.WRITE


class Reason(StrEnum):
    """Reason why a request was refused."""

    QUEUE = "queue"
    """The request would have waited too long."""
    WAITED = "waited"
    """The request was expected to run in time, but has waited too long."""
    LEFT = "left"
    """The client has left while the request waited."""
    DATABASE = "database"
    """The database cannot be reached."""


class RefusedError(Exception):
    """The request is refused without running. The client can send it again."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason
