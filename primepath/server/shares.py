"""Each caller's share of the requests that run at the same time.

Without it, one user with many large requests delays everyone: 24 parallel answers of 2.5 MB delayed others by 5.3 s.
"""

from __future__ import annotations

import hashlib
from asyncio import Future, get_running_loop
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.cookie import parse_cookie

_USER = "primepath.user"
_MAX_KNOWN_CREDENTIALS = 10_000


class _Share:
    """The requests of one caller: how many run, and which ones wait, in order of arrival."""

    def __init__(self) -> None:
        self.running = 0
        self.waiting: deque[Future[None]] = deque()


class Shares:
    """Limits how many requests of one caller run at the same time. Further ones wait, and others overtake them.

    The caller is the user, whatever tokens and sessions they use. Before a request has authenticated its credentials for
    the first time, and without credentials, the caller is the IP address: made-up tokens gain nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._shares: dict[Hashable, _Share] = {}
        # The user of each token and session that was valid, least recently used first.
        self._users: OrderedDict[bytes, int] = OrderedDict()

    @asynccontextmanager
    async def one_of(self, scope: Any) -> AsyncIterator[None]:
        """Wait until the caller's share is free, and use it in the block."""
        credentials = _credentials(scope)
        caller = self._caller(scope, credentials)
        share = self._shares.setdefault(caller, _Share())
        try:
            await self._enter(share)
            try:
                yield
            finally:
                self._leave(share)
        finally:
            if not share.running and not share.waiting:
                self._shares.pop(caller, None)
        self._remember(credentials, scope.get(_USER))

    async def _enter(self, share: _Share) -> None:
        if share.running < self._limit:
            share.running += 1
            return
        turn: Future[None] = get_running_loop().create_future()
        share.waiting.append(turn)
        try:
            # The request that leaves passes its place on, so the number of running requests stays the same.
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._leave(share)
            else:
                share.waiting.remove(turn)
            raise

    def _leave(self, share: _Share) -> None:
        while share.waiting:
            turn = share.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        share.running -= 1

    def _caller(self, scope: Any, credentials: bytes | None) -> Hashable:
        if credentials is not None and (user := self._users.get(credentials)) is not None:
            self._users.move_to_end(credentials)
            return user
        return (scope.get("client") or ("",))[0]

    def _remember(self, credentials: bytes | None, user: int | None) -> None:
        # Not every page authenticates its request, so a known user stays known.
        if credentials is None or user is None:
            return
        self._users[credentials] = user
        self._users.move_to_end(credentials)
        if len(self._users) > _MAX_KNOWN_CREDENTIALS:
            self._users.popitem(last=False)


def remember_user(request: HttpRequest, user_id: int) -> None:
    """Note that the credentials of ``request`` belong to this user."""
    if (scope := getattr(request, "scope", None)) is not None:
        scope[_USER] = user_id


def _credentials(scope: Any) -> bytes | None:
    """Return a digest of the bearer token or else of the session cookie, or None if there is neither."""
    headers = dict(scope["headers"])
    secret = headers.get(b"authorization")
    if secret is None and (cookies := headers.get(b"cookie")) is not None:
        session = parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
        secret = session.encode("latin-1", "replace") if session else None
    return None if secret is None else hashlib.sha256(secret).digest()
