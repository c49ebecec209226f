"""Who sends a request: the owner of its bearer token, or of its session."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from primepath.domain.errors import ErrorCode
from primepath.domain.viewer import Viewer
from primepath.services.accounts.tokens import find_token
from primepath.services.accounts.viewers import viewer_of
from schema.errors import HttpError
from schema.http.request import reads


class Caller(NamedTuple):
    """The viewer, None where nobody is signed in, and the key of their token, None where there is a session."""

    viewer: Viewer | None
    token_id: int | None = None


def identify(request: HttpRequest) -> Caller:
    """The sender of ``request``; reads the database, one query for a token and two for a session.

    Raises `HttpError`: 401 for an ``Authorization`` header that lets nobody in, which is never treated as if it were not
    there; 403 for a POST that a cookie authenticates without a CSRF token, as any page can make a browser send it.
    """
    if (header := request.headers.get("Authorization")) is not None:
        return _owner_of_token(header)
    viewer = viewer_of(request.user)
    if viewer is not None and not reads(request):
        _check_csrf(request)
    return Caller(viewer)


def _owner_of_token(header: str) -> Caller:
    scheme, _, token = header.partition(" ")
    found = find_token(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise HttpError(
            401,
            ErrorCode.UNAUTHENTICATED,
            "The Authorization header holds no valid bearer token: it may be wrong, expired or revoked.",
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return Caller(found.viewer, found.token_id)


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, which gives the reason in place of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _check_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(lambda _: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, lambda _: HttpResponse(), (), {})
    if reason is not None:
        raise HttpError(
            403,
            ErrorCode.FORBIDDEN,
            f"{reason} Send the CSRF token as X-CSRFToken, or a bearer token in place of the cookie.",
        )
