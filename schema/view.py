"""GraphQL over HTTP."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from graphql import GraphQLFormattedError
from strawberry.django.views import AsyncGraphQLView, TemporalHttpResponse
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from primepath.domain.errors import ErrorCode
from schema.authentication import identify
from schema.errors import RefusedError, error, format_errors, internal_error, logger
from schema.execute import execute
from schema.explorer import render_explorer

_JSON = "application/json"
_GRAPHQL_JSON = "application/graphql-response+json"

_REQUEST_ID = "primepath.request_id"
_MEMBERS = {"query": str, "variables": dict, "operationName": str, "extensions": dict}
_KINDS = {str: "a string", dict: "an object"}


class ClientDepartedError(Exception):
    """Nobody waits for the answer any more."""


class GraphQLView(AsyncGraphQLView[None, None]):
    """Strawberry's view, which runs each operation in the request's one worker thread.

    The event loop only receives and sends. Signing in, parsing, resolving and all queries are done in one visit to
    the thread, because each further visit costs more than it gives: Django's ORM runs the queries of a request one
    after another anyway.
    """

    async def dispatch(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        request_id = request.META[_REQUEST_ID] = uuid.uuid4().hex
        response: HttpResponseBase
        try:
            response = await self.run(request=request)
        except RefusedError as refused:
            response = _refusal(refused)
        except HTTPException as refused:
            headers = {"Allow": "GET, POST"} if refused.status_code == 405 else None
            response = _refusal(
                RefusedError(refused.status_code, ErrorCode.BAD_USER_INPUT, refused.reason, headers)
            )
        except SuspiciousOperation as refused:
            # More bytes or parameters than Django reads.
            status = 413 if isinstance(refused, RequestDataTooBig) else 400
            response = _refusal(RefusedError(status, ErrorCode.BAD_USER_INPUT, str(refused)))
        except ClientDepartedError:
            raise
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

    async def get_context(self, request: HttpRequest, response: HttpResponse) -> None:
        """None: `execute` makes the context, in the thread in which it is used."""

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        if request.method == "GET":
            data: Any = self.parse_query_params(request.query_params)
        elif (request.content_type or "").split(";")[0].strip().lower() == _JSON:
            data = self.parse_json(await request.get_body())
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

    async def execute_operation(
        self,
        request: HttpRequest,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: None,
        root_value: None,
        sub_response: TemporalHttpResponse,
    ) -> ExecutionResult:
        assert isinstance(request_data, GraphQLRequestData)
        departed = threading.Event()
        work = asyncio.ensure_future(
            sync_to_async(_execute, thread_sensitive=True)(request, request_data, departed)
        )
        try:
            result = await asyncio.shield(work)
        except asyncio.CancelledError:
            # The client has gone. The thread cannot be stopped from here; it stops at its next checkpoint.
            departed.set()
            await asyncio.wait([work])
            work.exception()
            raise
        accepts_graphql = _GRAPHQL_JSON in request.headers.get("Accept", "")
        sub_response["Content-Type"] = (
            f"{_GRAPHQL_JSON if accepts_graphql else _JSON}; charset=utf-8"
        )
        # Without data the request could not be run at all.
        sub_response.status_code = 400 if accepts_graphql and result.data is None else 200
        return result

    async def process_result(
        self, request: HttpRequest, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        response: GraphQLHTTPResponse = {}
        if result.errors:
            response["errors"] = list(format_errors(result.errors, request.META[_REQUEST_ID]))
        if result.data is not None:
            response["data"] = result.data
        return response

    async def render_graphql_ide(self, request: HttpRequest) -> HttpResponse:
        return render_explorer(request)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _execute(
    request: HttpRequest, data: GraphQLRequestData, departed: threading.Event
) -> ExecutionResult:
    """The part of a request that is done in its thread."""

    def checkpoint() -> None:
        if departed.is_set():
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
