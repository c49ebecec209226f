"""Responses of a handler that Django has not made. `schema.http.answer_cache` makes them; this package knows no GraphQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from django.http.response import HttpResponseBase

from primepath.server.admission.kinds import Kind


class KeptResponse(Protocol):
    """A response that is ready to be sent."""

    async def send(self, send: Any) -> None: ...


class Later(ABC):
    """The end of an equal request. Then the request that waits for it runs.

    A class to inherit from, because each request checks for it, and looking for the methods of a protocol takes 20 µs.
    """

    @abstractmethod
    async def wait(self) -> None: ...


class Answers(Protocol):
    """Responses that can be sent again."""

    async def respond_early(self, scope: Any, kind: Kind, body: bytes) -> KeptResponse | None:
        """Return a response that needs no thread. None if `respond` must be called. Runs in the event loop, before admission."""

    def can_repeat(self, scope: Any, kind: Kind, body: bytes) -> bool:
        """Return whether `repeat` can probably respond."""

    async def repeat(self, scope: Any, kind: Kind, body: bytes) -> KeptResponse | None:
        """Return the response to a small request that ran before. It takes the event loop for some milliseconds at most.

        None if `respond` must be called.
        """

    def respond(
        self,
        scope: Any,
        kind: Kind,
        body: bytes,
        run: Callable[[], HttpResponseBase],
        *,
        may_wait: bool,
    ) -> HttpResponseBase | KeptResponse | Later:
        """Return the response to a request, from ``run`` if no other can be used. `Later` only if it ``may_wait``."""
