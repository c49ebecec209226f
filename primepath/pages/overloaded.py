"""The response to a form that the server has no time for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from primepath.domain.errors import OverloadedError
from primepath.pages.errors import error_page
from schema.errors import HttpError
from schema.http.errors import asks_for_html, error_response


class OverloadedPage:
    """Middleware for every view that checks a password. The API reports the same error in its own response.

    Reloading the page sends the form again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, OverloadedError):
            return None
        seconds = str(exception.retry_after_seconds)
        if asks_for_html(request):
            message = _("{reason} To send the form again, reload this page.")
            response = error_page(
                request,
                503,
                _("The server is busy"),
                message.format(reason=exception),
            )
            response["Retry-After"] = seconds
            return response
        response = error_response(
            HttpError(503, exception.code, str(exception), {"Retry-After": seconds})
        )
        patch_vary_headers(response, ["Accept"])
        return response
