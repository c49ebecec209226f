"""The content of a GraphQL request: document or its id, variables, operation name and extensions."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError
from schema.http.errors import JSON

_MEMBERS = {
    "query": str,
    "documentId": str,
    "variables": dict,
    "operationName": str,
    "extensions": dict,
}


@dataclass
class RequestData(GraphQLRequestData):
    """The content of a request. ``document_id``: the id of a registered document that the client sends instead of it."""

    document_id: str | None = None


def reads(request: HttpRequest | BaseRequestProtocol) -> bool:
    """Return whether the request's method changes nothing. HEAD gets the same response as GET, without the body."""
    return request.method in {"GET", "HEAD"}


def read_request(request: HttpRequest) -> RequestData:
    """Return the content of the request. Raises `HttpError` if it is not a GraphQL request."""
    data = _parameters(request) if reads(request) else _body(request)
    if not isinstance(data, dict):
        raise HttpError(
            400,
            ErrorCode.BAD_USER_INPUT,
            _("The body must be a JSON object with a `query`; batched requests are not supported."),
        )
    for name, kind in _MEMBERS.items():
        if not isinstance(data.get(name), (kind, type(None))):
            template = (
                _("`{name}` must be a string or omitted.")
                if kind is str
                else _("`{name}` must be an object or omitted.")
            )
            raise HttpError(400, ErrorCode.BAD_USER_INPUT, template.format(name=name))
    return RequestData(
        query=data.get("query"),
        variables=data.get("variables"),
        operation_name=data.get("operationName"),
        extensions=data.get("extensions"),
        document_id=data.get("documentId"),
    )


def _parameters(request: HttpRequest) -> dict[str, Any]:
    parameters: dict[str, Any] = request.GET.dict()
    for name in "variables", "extensions":
        if text := parameters.pop(name, None):
            parameters[name] = _json(text, name)
    return parameters


def _body(request: HttpRequest) -> Any:
    if (request.content_type or "").lower() != JSON:
        message = _("Send the request as {content_type} in UTF-8.").format(content_type=JSON)
        raise HttpError(415, ErrorCode.BAD_USER_INPUT, message)
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() not in {"", "identity"}:
        template = _("Content-Encoding {encoding} is not supported. Send the body uncompressed.")
        raise HttpError(
            415,
            ErrorCode.BAD_USER_INPUT,
            template.format(encoding=repr(encoding)),
            {"Accept-Encoding": "identity"},
        )
    # RFC 8259, section 8.1, lets a parser ignore a byte order mark, which some editors write.
    return _json(request.body.removeprefix(BOM_UTF8))


def _json(text: str | bytes, name: str | None = None) -> Any:
    """Parse the body, or the parameter ``name``. Raise `HttpError` with the parser's reason if it cannot be read."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = (
            _("`{name}` cannot be read as UTF-8 JSON: {reason}").format(name=name, reason=error)
            if name
            else _("The body cannot be read as UTF-8 JSON: {reason}").format(reason=error)
        )
        raise HttpError(400, ErrorCode.BAD_USER_INPUT, message) from None
