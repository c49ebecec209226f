"""The ID of a request. Every response has it as the header ``X-Request-ID``, and so does every line of the log that the request causes."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from primepath.server.request_log import log_request

_KEY = "primepath.server.request_id"
_current: ContextVar[str] = ContextVar("request_id", default="-")


def name_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set an ID for each request.

    This is the outermost middleware, so responses of the others have the header too, for example to a wrong Host.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request_id = request.META[_KEY] = uuid.uuid4().hex
        token = _current.set(request_id)
        try:
            response = get_response(request)
            log_request(request, response)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = request_id
        return response

    return middleware


def request_id_of(request: HttpRequest) -> str:
    request_id: str = request.META[_KEY]
    return request_id


class AddRequestId(logging.Filter):
    """Adds the id of the current request to each record, as ``request_id``; "-" outside requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True
