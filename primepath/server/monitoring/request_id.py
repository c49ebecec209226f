"""The ID of a request. Every response has it as the header ``X-Request-ID``, and so does every line of the log that the request causes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from primepath.server.monitoring.request_record import adopt_request, leave, note, record_of


def name_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that connects a request with its ID and with its line in the log.

    `RequestLog` adds the header to the response. Without it, as in tests that need no server, this middleware does.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        record, token = adopt_request(request)
        try:
            response = get_response(request)
        finally:
            if token is not None:
                leave(token)
        if "user" not in record.facts:
            note(request, user=_user_of_session(request))
        if codes := getattr(response, "error_codes", ()):
            note(request, errors=codes)
        if token is not None:
            response["X-Request-ID"] = record.id
        return response

    return middleware


def request_id_of(request: HttpRequest) -> str:
    return record_of(request).id


def _user_of_session(request: HttpRequest) -> int | None:
    """Return the primary key of the user if the request read its session. Django caches the user then."""
    try:
        user: int | None = request._cached_user.pk  # type: ignore[attr-defined]
    except AttributeError:
        return None
    return user
