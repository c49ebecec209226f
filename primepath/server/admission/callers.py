"""The caller of a request, as far as it is known before the request is authenticated."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from primepath.server.admission.recent import Recent

_USER = "primepath.user"
_MOST_KNOWN = 10_000
# A user's credentials are verified at each request, so this matters only for credentials that are no longer used.
_SECONDS_KNOWN = 600


class KnownCallers:
    """Knows the user of each token and session that was verified in this process within the last ten minutes.

    The caller is the user, whatever tokens and sessions they use. Before a request has authenticated its credentials for
    the first time, and without credentials, the caller is the IP address: made-up tokens gain nothing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # The user of each credential, and the time when it was verified.
        self._users: Recent[bytes, tuple[int, float]] = Recent(_MOST_KNOWN)

    def caller_of(self, scope: Any, credentials: bytes | None) -> Hashable:
        if credentials is not None and (known := self._users.get(credentials)):
            user, verified_at = known
            if self._clock() - verified_at < _SECONDS_KNOWN:
                return user
            del self._users[credentials]
        return _network((scope.get("client") or ("",))[0])

    def remember(self, scope: Any, credentials: bytes) -> int | None:
        """Remember the user whom the request has authenticated with these credentials. Return them if they were not known."""
        user: int | None = scope.get(_USER)
        # Not every page authenticates its request, so a known user stays known.
        if user is None:
            return None
        is_new = credentials not in self._users
        self._users.set(credentials, (user, self._clock()))
        return user if is_new else None


def remember_user(request: HttpRequest, user_id: int) -> None:
    """Note that the credentials of ``request`` belong to this user."""
    if (scope := getattr(request, "scope", None)) is not None:
        remember_user_of(scope, user_id)


def remember_user_of(scope: Any, user_id: int | None) -> None:
    """Like `remember_user`, for a request that Django has not read."""
    scope[_USER] = user_id


def credentials_of(scope: Any) -> bytes | None:
    """Return a digest of the bearer token or else of the session cookie, or None if there is neither."""
    headers = dict(scope["headers"])
    secret = headers.get(b"authorization")
    if secret is None and (cookies := headers.get(b"cookie")) is not None:
        session = parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
        secret = session.encode("latin-1", "replace") if session else None
    return None if secret is None else hashlib.sha256(secret).digest()


def _network(address: str) -> str:
    """Return the address. For IPv6 return its network of 64 bits, because one machine can use all of these addresses."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or int(parsed) >> 64)
