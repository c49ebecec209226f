"""The ID of a request in the log. Every response has it as the header ``X-Request-ID``."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_KEY = "primepath.server.request_id"


def name_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set an ID for each request.

    This is the outermost middleware, so responses of the others have the header too, for example to a wrong Host.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request_id = request.META[_KEY] = uuid.uuid4().hex
        response = get_response(request)
        response["X-Request-ID"] = request_id
        return response

    return middleware


def request_id_of(request: HttpRequest) -> str:
    request_id: str = request.META[_KEY]
    return request_id
