"""Authentication of a request by a bearer token or by the session."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from primepath.db.statement import Lookup
from primepath.domain.errors import ErrorCode
from primepath.domain.viewer import Viewer
from primepath.models.database_state import use_state
from primepath.server.admission.callers import remember_user
from primepath.server.language import prefer_language
from primepath.services.accounts.observation import Observation
from primepath.services.accounts.sessions import (
    SessionOwner,
    find_session,
    look_up_session,
    remember_session,
)
from primepath.services.accounts.tokens import ValidToken, find_token, look_up_token
from primepath.services.accounts.viewers import viewer_of
from schema.errors import HttpError
from schema.http.draft import draft_of
from schema.http.request import reads

_CALLER = "primepath.caller"


class Caller(NamedTuple):
    """The sender of a request.

    ``viewer``: None if no user is signed in.
    ``token_id``: primary key of the bearer token, or None for a session.
    ``observation``: the state of the database in the statement that read the viewer, if it is known.
    """

    viewer: Viewer | None
    token_id: int | None = None
    observation: Observation | None = None


def identify(request: HttpRequest) -> Caller:
    """Return the sender of ``request``. Reads the database: one query, or two for a session that this process does not know.

    The handler then knows the user of these credentials; see `primepath.server.admission.callers`.

    Raises `HttpError` with status 401 for an ``Authorization`` header without a valid token; such a header is never ignored.
    The status is 403 for a POST with a session cookie and no CSRF token, because any web page can make a browser send one.
    """
    # If the cache has read the sender, it is not read again, except when the whole operation is repeated.
    caller: Caller | None = getattr(request, "scope", {}).pop(_CALLER, None)
    if caller is None:
        header = request.headers.get("Authorization")
        caller = _owner_of_session(request) if header is None else _owner_of_token(header)
    if caller.viewer is not None and caller.token_id is None and not reads(request):
        _check_csrf(request)
    if caller.viewer is not None and caller.viewer.user_id is not None:
        remember_user(request, caller.viewer.user_id)
    if caller.viewer is not None:
        prefer_language(request, caller.viewer.language)
    use_state(caller.observation and caller.observation.database)
    if (draft := draft_of(request)) is not None:
        draft.observe(caller.viewer, caller.observation)
    return caller


def identify_early(scope: Any) -> Caller | None:
    """Return the sender of a request that Django has not read, in one query. `identify` uses the result.

    None if Django must read the request: the sender has no valid credentials, or a session that this process does not know.
    CSRF is not checked.
    """
    lookup = look_up_early(scope)
    found = None if lookup is None else lookup.run()
    if found is not None:
        scope[_CALLER] = found
    return found


def look_up_early(scope: Any) -> Lookup[Caller | None] | None:
    """Return the query of `identify_early`. None if no query finds the sender."""
    match [value for name, value in scope["headers"] if name == b"authorization"]:
        case [header]:
            token = _bearer_token(header.decode("latin-1"))
            return None if token is None else look_up_token(token).then(_caller_of_token)
        case []:
            key = _session_key(scope)
            session = look_up_session(key) if key else None
            return None if session is None else session.then(_caller_of_session)
    return None


def forget_early(scope: Any) -> None:
    """Forget the sender that `identify_early` has read: the request runs later."""
    scope.pop(_CALLER, None)


def _session_key(scope: Any) -> str | None:
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    if len(cookies) != 1:
        return None
    return parse_cookie(cookies[0].decode("latin-1")).get(settings.SESSION_COOKIE_NAME)


def _caller_of_token(valid: ValidToken) -> Caller:
    return Caller(valid.viewer, valid.token_id, valid.observation)


def _caller_of_session(owner: SessionOwner) -> Caller:
    return Caller(owner.viewer, None, owner.observation)


def _owner_of_session(request: HttpRequest) -> Caller:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key and (owner := find_session(key)) is not None:
        return _caller_of_session(owner)
    viewer = viewer_of(request.user)
    if viewer is not None and viewer.user_id is not None:
        remember_session(request.session, viewer.user_id)
    return Caller(viewer)


def _bearer_token(header: str) -> str | None:
    scheme, _space, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _owner_of_token(header: str) -> Caller:
    token = _bearer_token(header)
    found = None if token is None else find_token(token)
    if found is None:
        raise HttpError(
            401,
            ErrorCode.UNAUTHENTICATED,
            _("Invalid, expired or revoked bearer token."),
            {"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return _caller_of_token(found)


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
