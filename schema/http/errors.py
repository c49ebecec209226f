"""Responses to requests that do not run: a GraphQL error, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from graphql import GraphQLFormattedError
from strawberry.http.base import BaseRequestProtocol

from primepath.server.database_failures import database_failure
from primepath.server.monitoring.request_id import request_id_of
from schema.errors import (
    HttpError,
    database_error,
    error,
    internal_error,
    log_failure,
    log_internal_error,
)

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
NOT_KEPT = "no-store"


class ErrorResponse(HttpResponse):
    """A response with errors. ``error_codes`` lists their codes for the log."""

    def __init__(self, content: bytes, *, error_codes: tuple[str, ...], **options: Any) -> None:
        super().__init__(content, **options)
        self.error_codes = error_codes


def asks_for_html(request: HttpRequest | BaseRequestProtocol) -> bool:
    """Return whether the request accepts HTML by name, as a browser does that opens a page.

    ``curl`` and many libraries accept any type without naming HTML.
    """
    return "text/html" in request.headers.get("Accept", "")


def error_response(refused: HttpError) -> HttpResponse:
    return _errors(
        refused.status, error(refused.code, str(refused), **refused.extensions), refused.headers
    )


def internal_error_response(request: HttpRequest, cause: BaseException | None) -> HttpResponse:
    """Return the response to a request that failed because of ``cause``, which only the log shows."""
    request_id = request_id_of(request)
    if failure := database_failure(cause):
        log_failure(failure, cause, f"Request {request_id} failed")
        content = database_error(failure)
        seconds = content["extensions"].get("retryAfterSeconds")
        return _errors(503, content, {} if seconds is None else {"Retry-After": str(seconds)})
    log_internal_error(cause, f"Request {request_id} failed")
    return _errors(500, internal_error(request_id))


def _errors(
    status: int, content: GraphQLFormattedError, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    headers = headers or {}
    if (seconds := headers.get("Retry-After")) is not None:
        # For clients that see no headers, as pages of other origins.
        content["extensions"]["retryAfterSeconds"] = int(seconds)
    return ErrorResponse(
        orjson.dumps({"errors": [content]}),
        status=status,
        content_type=f"{JSON}; charset=utf-8",
        headers={"Cache-Control": NOT_KEPT, **headers},
        error_codes=(content["extensions"]["code"],),
    )
