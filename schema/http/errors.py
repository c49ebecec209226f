"""Responses to requests that do not run: a GraphQL error, as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from django.http import HttpRequest, HttpResponse
from graphql import GraphQLFormattedError
from strawberry.http.base import BaseRequestProtocol

from primepath.server.database_failures import database_failure, describe_failure
from primepath.server.request_id import request_id_of
from schema.errors import HttpError, database_error, error, internal_error, logger

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
NOT_KEPT = "no-store"


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
        logger.warning(
            "Request %s failed, database %s", request_id, describe_failure(failure, cause)
        )
        content = database_error(failure)
        seconds = content["extensions"].get("retryAfterSeconds")
        return _errors(503, content, {} if seconds is None else {"Retry-After": str(seconds)})
    logger.error("Request %s failed", request_id, exc_info=cause)
    return _errors(500, internal_error(request_id))


def _errors(
    status: int, content: GraphQLFormattedError, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    headers = headers or {}
    if (seconds := headers.get("Retry-After")) is not None:
        # For clients that see no headers, as pages of other origins.
        content["extensions"]["retryAfterSeconds"] = int(seconds)
    return HttpResponse(
        orjson.dumps({"errors": [content]}),
        status=status,
        content_type=f"{JSON}; charset=utf-8",
        headers={"Cache-Control": NOT_KEPT, **headers},
    )
