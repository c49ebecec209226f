"""Authentication of a request by a bearer token or by the session."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from primepath.domain.errors import ErrorCode
from primepath.domain.viewer import Viewer
from primepath.server.admission.callers import remember_user
from primepath.services.accounts.tokens import find_token
from primepath.services.accounts.viewers import viewer_of
from schema.errors import HttpError
from schema.http.request import reads


class Caller(NamedTuple):
    """The sender of a request.

    ``viewer``: None if no user is signed in.
    ``token_id``: primary key of the bearer token, or None for a session.
    """

    viewer: Viewer | None
    token_id: int | None = None


def identify(request: HttpRequest) -> Caller:
    """Return the sender of ``request``. Reads the database: one query for a token, two for a session.

    The handler then knows the user of these credentials; see `primepath.server.admission.callers`.

    Raises `HttpError` with status 401 for an ``Authorization`` header without a valid token; such a header is never ignored.
    The status is 403 for a POST with a session cookie and no CSRF token, because any web page can make a browser send one.
    """
    caller = _identify(request)
    if caller.viewer is not None and caller.viewer.user_id is not None:
        remember_user(request, caller.viewer.user_id)
    return caller


def _identify(request: HttpRequest) -> Caller:
    if (header := request.headers.get("Authorization")) is not None:
        return _owner_of_token(header)
    viewer = viewer_of(request.user)
    if viewer is not None and not reads(request):
        _check_csrf(request)
    return Caller(viewer)


def _owner_of_token(header: str) -> Caller:
    scheme, _space, token = header.partition(" ")
    found = find_token(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise HttpError(
            401,
            ErrorCode.UNAUTHENTICATED,
            _("Invalid, expired or revoked bearer token."),
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return Caller(found.viewer, found.token_id)


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, which returns the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _check_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(lambda _: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, lambda _: HttpResponse(), (), {})
    if reason is not None:
        template = _(
            "{reason} Send the CSRF token in the X-CSRFToken header, "
            "or use a bearer token instead of the cookie."
        )
        raise HttpError(403, ErrorCode.FORBIDDEN, template.format(reason=reason))
