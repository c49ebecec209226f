"""GraphQL over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import orjson
from cross_web import HTTPException
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from graphql import GraphQLFormattedError
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.django.views import TemporalHttpResponse
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from primepath.domain.errors import ErrorCode
from primepath.handler import has_departed
from schema.authentication import identify
from schema.errors import RefusedError, error, format_errors, internal_error, logger
from schema.execute import execute
from schema.explorer import render_explorer
from schema.limits.body import too_long_a_body

_JSON = "application/json"
_GRAPHQL_JSON = "application/graphql-response+json"

_REQUEST_ID = "primepath.request_id"
_MEMBERS = {"query": str, "variables": dict, "operationName": str, "extensions": dict}
_KINDS = {str: "a string", dict: "an object"}


class ClientDepartedError(Exception):
    """Nobody waits for the answer any more."""


class GraphQLView(StrawberryView[None, None]):
    """Strawberry's view for threads, in which each operation has an event loop of its own.

    Signing in, parsing, resolving, all queries and writing the JSON are done in the request's one thread: Django's ORM
    runs the queries of a request one after another anyway, and going back to the server's event loop in between
    would only cost.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request_id = request.META[_REQUEST_ID] = uuid.uuid4().hex
        response: HttpResponseBase
        try:
            response = self.run(request=request)
        except RefusedError as refused:
            response = _refusal(refused)
        except HTTPException as refused:
            headers = {"Allow": "GET, POST"} if refused.status_code == 405 else None
            response = _refusal(
                RefusedError(refused.status_code, ErrorCode.BAD_USER_INPUT, refused.reason, headers)
            )
        except RequestDataTooBig:
            response = _refusal(too_long_a_body(request))
        except SuspiciousOperation as refused:
            # More parameters than Django reads.
            response = _refusal(RefusedError(400, ErrorCode.BAD_USER_INPUT, str(refused)))
        except ClientDepartedError:
            # Nobody reads this.
            response = HttpResponse(status=204)
        except Exception as failure:
            logger.error("Request %s failed", request_id, exc_info=failure)
            response = _error_response(500, internal_error(request_id))
        response["X-Request-ID"] = request_id
        return response

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """For a browser, which asks for HTML by name; any type will do for ``curl``, and for many a library."""
        return "text/html" in request.headers.get(
            "Accept", ""
        ) and super().should_render_graphql_ide(request)

    def get_context(self, request: HttpRequest, response: HttpResponse) -> None:
        """None: `execute` makes the context, with the event loop it belongs to."""

    def read_request(self, request: HttpRequest) -> GraphQLRequestData:
        """What the request asks for. Raises `RefusedError` for a body that is no GraphQL request."""
        if request.method == "GET":
            data: Any = self.parse_query_params(request.GET.dict())
        elif (request.content_type or "").lower() == _JSON:
            data = self.parse_json(request.body)
        else:
            raise RefusedError(
                415, ErrorCode.BAD_USER_INPUT, f"Send the request as {_JSON}, in UTF-8."
            )
        if not isinstance(data, dict):
            raise RefusedError(
                400,
                ErrorCode.BAD_USER_INPUT,
                "The body must be one JSON object with a query; requests are not batched.",
            )
        for name, kind in _MEMBERS.items():
            if not isinstance(data.get(name), (kind, type(None))):
                raise RefusedError(
                    400, ErrorCode.BAD_USER_INPUT, f"{name} must be {_KINDS[kind]}, or left out."
                )
        return GraphQLRequestData(
            query=data.get("query"),
            variables=data.get("variables"),
            operation_name=data.get("operationName"),
            extensions=data.get("extensions"),
        )

    def execute_operation(
        self,
        request: HttpRequest,
        context: None,
        root_value: None,
        sub_response: TemporalHttpResponse,
    ) -> ExecutionResult:
        result = _execute(request, self.read_request(request))
        accepts_graphql = _GRAPHQL_JSON in request.headers.get("Accept", "")
        sub_response["Content-Type"] = (
            f"{_GRAPHQL_JSON if accepts_graphql else _JSON}; charset=utf-8"
        )
        # Without data the request could not be run at all.
        sub_response.status_code = 400 if accepts_graphql and result.data is None else 200
        return result

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        response: GraphQLHTTPResponse = {}
        if result.errors:
            response["errors"] = list(format_errors(result.errors, request.META[_REQUEST_ID]))
        if result.data is not None:
            response["data"] = result.data
        return response

    def render_graphql_ide(self, request: HttpRequest) -> HttpResponse:
        return render_explorer(request)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _execute(request: HttpRequest, data: GraphQLRequestData) -> ExecutionResult:
    def checkpoint() -> None:
        if has_departed(request):
            raise ClientDepartedError

    caller = identify(request)
    try:
        return execute(
            data.query,
            variables=data.variables,
            operation_name=data.operation_name,
            viewer=caller.viewer,
            token_id=caller.token_id,
            allowed=OperationType.from_http(request.method),  # type: ignore[arg-type]
            may_store=request.method == "POST",
            address=request.META.get("REMOTE_ADDR", ""),
            checkpoint=checkpoint,
        )
    except MissingQueryError:
        message = "The request has no query."
    except CannotGetOperationTypeError as failure:
        message = failure.as_http_error_reason()
    except InvalidOperationTypeError as failure:
        message = failure.as_http_error_reason(request.method)  # type: ignore[arg-type]
        raise RefusedError(405, ErrorCode.BAD_USER_INPUT, message, {"Allow": "POST"}) from None
    raise RefusedError(400, ErrorCode.BAD_USER_INPUT, message)


def _refusal(refused: RefusedError) -> HttpResponse:
    return _error_response(refused.status, error(refused.code, str(refused)), refused.headers)


def _error_response(
    status: int, content: GraphQLFormattedError, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        orjson.dumps({"errors": [content]}),
        status=status,
        content_type=f"{_JSON}; charset=utf-8",
        headers=headers,
    )
