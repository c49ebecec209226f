"""Refusals that the protocol sends itself, without starting the application.

While the server is overloaded, refusals must not take the time of requests that it can serve. Through the application, a refusal
took 0.17 ms of the processor. Here it takes half of that, most of it for its line in the log.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from primepath.server.monitoring.request_log import log_refused
from primepath.server.root_path import split_path

if TYPE_CHECKING:
    from primepath.server.admission.refusals import Refusal
    from primepath.server.handler import OneThreadHandler
    from primepath.server.proxies import ProxyHeaders


# A client that ignores Retry-After sends its next request immediately. So its refusals come somewhat later, and many of them
# together. The event loop then needs the interpreter less often, and the threads of other requests have it meanwhile.
_DELAY_SECONDS = 0.1
# This begins when there were so many refusals in each half of the last two seconds. Clients that respect Retry-After all come at
# the same time, and then less often.
_MANY = 50
_HALF_SECONDS = 4
_PERIOD_SECONDS = 0.02


class EarlyRefusals:
    """Decides which requests the protocol refuses itself: requests of programs to the API that would not run now."""

    def __init__(self) -> None:
        self._handler: OneThreadHandler | None = None
        self._proxies: ProxyHeaders | None = None
        self._applies_to: Callable[[Any], bool] = bool
        # What sends the refusals, and when.
        self._delayed: deque[tuple[float, Callable[[], None]]] = deque()
        # The current half second, the refusals in it, and how many before it had many.
        self._half_second = 0
        self._number = 0
        self._busy = 0

    def begin(
        self,
        handler: OneThreadHandler,
        proxies: ProxyHeaders,
        applies_to: Callable[[Any], bool],
    ) -> None:
        """Use the admission of ``handler``, for requests with a scope for which ``applies_to`` returns True."""
        self._handler, self._proxies, self._applies_to = handler, proxies, applies_to

    @property
    def are_likely(self) -> bool:
        """True if the next request is possibly refused."""
        return self._handler is not None and self._handler.is_refusing

    def find(self, scope: Any, body: bytes) -> Refusal | None:
        """Return the refusal of a request. None if the application must handle it."""
        assert self._handler is not None
        assert self._proxies is not None
        # A trace needs the span that the application begins.
        if any(name == b"traceparent" for name, _ in scope["headers"]):
            return None
        root, path = split_path(scope)
        scope = {**self._proxies.with_client(scope), "root_path": root, "path": f"{root}{path}"}
        if not self._applies_to(scope):
            return None
        refusal = self._handler.find_refusal(scope, body)
        if refusal is not None:
            request_id = log_refused(scope, refusal.code, len(refusal.body))
            refusal.headers.append((b"x-request-id", request_id.encode()))
        return refusal

    def send(self, send: Callable[[], None]) -> None:
        """Call ``send`` now, or in a tenth of a second if there are many refusals all the time."""
        now = monotonic()
        self._count(int(now * 2))
        if self._busy < _HALF_SECONDS:
            send()
            return
        if not self._delayed:
            asyncio.get_running_loop().call_later(_DELAY_SECONDS, self._send_delayed)
        self._delayed.append((now + _DELAY_SECONDS, send))

    def _count(self, half_second: int) -> None:
        if half_second != self._half_second:
            follows = half_second == self._half_second + 1
            self._busy = self._busy + 1 if follows and self._number >= _MANY else 0
            self._half_second, self._number = half_second, 0
        self._number += 1

    def _send_delayed(self) -> None:
        soon = monotonic() + _PERIOD_SECONDS
        while self._delayed and self._delayed[0][0] < soon:
            self._delayed.popleft()[1]()
        if self._delayed:
            asyncio.get_running_loop().call_later(_PERIOD_SECONDS, self._send_delayed)


early_refusals = EarlyRefusals()
