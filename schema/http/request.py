"""The content of a GraphQL request: document, variables, operation name and extensions."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError
from schema.http.errors import JSON

_MEMBERS = {"query": str, "variables": dict, "operationName": str, "extensions": dict}
_KINDS = {str: "a string", dict: "an object"}


def reads(request: HttpRequest | BaseRequestProtocol) -> bool:
    """Return whether the request's method changes nothing. HEAD gets the same response as GET, without the body."""
    return request.method in {"GET", "HEAD"}


def read_request(request: HttpRequest) -> GraphQLRequestData:
    """Return the content of the request. Raises `HttpError` if it is not a GraphQL request."""
    data = _parameters(request) if reads(request) else _body(request)
    if not isinstance(data, dict):
        raise HttpError(
            400,
            ErrorCode.BAD_USER_INPUT,
            "The body must be one JSON object with a query; requests are not batched.",
        )
    for name, kind in _MEMBERS.items():
        if not isinstance(data.get(name), (kind, type(None))):
            raise HttpError(
                400, ErrorCode.BAD_USER_INPUT, f"{name} must be {_KINDS[kind]}, or left out."
            )
    return GraphQLRequestData(
        query=data.get("query"),
        variables=data.get("variables"),
        operation_name=data.get("operationName"),
        extensions=data.get("extensions"),
    )


def _parameters(request: HttpRequest) -> dict[str, Any]:
    parameters: dict[str, Any] = request.GET.dict()
    for name in "variables", "extensions":
        if text := parameters.pop(name, None):
            parameters[name] = _json(text, name)
    return parameters


def _body(request: HttpRequest) -> Any:
    if (request.content_type or "").lower() != JSON:
        raise HttpError(415, ErrorCode.BAD_USER_INPUT, f"Send the request as {JSON}, in UTF-8.")
    return _json(request.body, "The body")


def _json(text: str | bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise HttpError(
            400, ErrorCode.BAD_USER_INPUT, f"{what} must be JSON, in UTF-8, and is not."
        ) from None
