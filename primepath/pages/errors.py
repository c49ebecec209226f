"""Error pages for browsers. Other clients get the errors of the API.

The pages read neither the database nor the session, because both can be the cause of the error.
"""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from primepath.pages.page import page
from primepath.server.database_failures import database_failure
from primepath.server.monitoring.request_id import request_id_of
from schema.errors import database_error
from schema.http import error_handlers
from schema.http.errors import asks_for_html


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler400. It also handles a wrong host name, at every path."""
    if not asks_for_html(request):
        return error_handlers.bad_request(request, exception)
    message = _("The server cannot read this request. Check the address.")
    return error_page(request, 400, _("Bad request"), message)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler403."""
    if not asks_for_html(request):
        return error_handlers.forbidden(request, exception)
    message = _("Your account does not have access to this page. Sign in as another user.")
    return error_page(request, 403, _("Permission denied"), message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler404."""
    if not asks_for_html(request):
        return error_handlers.not_found(request, exception)
    message = _("This address does not exist. Check it, or go to the exam schedule.")
    return error_page(request, 404, _("Page not found"), message)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500, called while the exception is handled."""
    failure = database_failure(sys.exception())
    # It logs the exception with the request ID, which the page shows.
    response = error_handlers.failed(request)
    if not asks_for_html(request):
        return response
    if failure is not None:
        message = database_error(failure)["message"]
        refused = error_page(request, response.status_code, _("Service unavailable"), message)
        if "Retry-After" in response:
            refused["Retry-After"] = response["Retry-After"]
        return refused
    message = _(
        "Try again. If it happens again, send your administrator the request ID of this page."
    )
    return error_page(request, response.status_code, _("Internal server error"), message)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Django's CSRF_FAILURE_VIEW: a form was sent without a valid CSRF token."""
    if not asks_for_html(request):
        return error_handlers.forbidden(request, PermissionError(reason))
    message = _(
        "The form was not accepted, because it is too old or the browser refused its cookies. "
        "Allow cookies for this site, go back, reload the page and try again."
    )
    return error_page(request, 403, _("The form has expired"), message)


def error_page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """Return the page that shows an error to people."""
    context = {"title": title, "message": message, "request_id": request_id_of(request)}
    response = page(request, "pages/refused.html", context, status=status)
    patch_vary_headers(response, ["Accept"])
    return response
