"""Responses if no view is found or a view fails: GraphQL errors. Browsers get the pages of `primepath.pages.errors`."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from primepath.domain.errors import ErrorCode
from primepath.server.monitoring.request_record import note
from schema.errors import HttpError
from schema.http.errors import error_response, internal_error_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler400. It also handles a wrong Host, at every path."""
    if isinstance(exception, DisallowedHost):
        # The log has nothing else about it, because anyone can send any number of such requests.
        note(request, unknown_host=request.headers.get("Host", ""))
    message = (
        _("Unknown host name; add it to ALLOWED_HOSTS.")
        if isinstance(exception, DisallowedHost)
        else _("Malformed request.")
    )
    return _refusal(HTTPStatus.BAD_REQUEST, ErrorCode.BAD_USER_INPUT, message)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler403."""
    return _refusal(HTTPStatus.FORBIDDEN, ErrorCode.FORBIDDEN, _("Permission denied."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler404."""
    message = _("Not found. The API is at {path}.").format(path=reverse("graphql"))
    return _refusal(HTTPStatus.NOT_FOUND, ErrorCode.BAD_USER_INPUT, message)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500, called while the exception is handled."""
    return _varying(internal_error_response(request, sys.exception()))


def _refusal(status: HTTPStatus, code: ErrorCode, message: str) -> HttpResponseBase:
    return _varying(error_response(HttpError(status, code, message)))


def _varying(response: HttpResponseBase) -> HttpResponseBase:
    patch_vary_headers(response, ["Accept"])
    return response
