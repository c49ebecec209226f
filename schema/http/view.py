"""The view of the GraphQL endpoint: `read_request`, `run_operation`, and `deliver` the response, or an error with its HTTP status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.django.views import TemporalHttpResponse
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.base import BaseRequestProtocol
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from primepath.domain.errors import ErrorCode
from primepath.server.monitoring.request_id import request_id_of
from primepath.server.monitoring.request_record import note
from schema.errors import HttpError, format_errors, is_unavailable, seconds_to_retry
from schema.execution.core import HTTPException
from schema.http.body_limit import too_long_a_body
from schema.http.errors import (
    GRAPHQL_JSON,
    JSON,
    NOT_KEPT,
    asks_for_html,
    error_response,
    internal_error_response,
)
from schema.http.live import accepts_only_events, one_event, open_stream, rejection
from schema.http.request import read_request, reads
from schema.http.response import KEPT, deliver
from schema.http.run_operation import (
    ClientDisconnectedError,
    SubscriptionRequestedError,
    begin,
    run,
    run_operation,
)
from schema.operation.metrics import count_rejected
from schema.operation.prepare import OperationRejectedError

_METHODS = ("GET", "HEAD", "POST")


class GraphQLView(StrawberryView[None, None]):
    """Strawberry's view for threads. Each operation has its own event loop.

    One thread does all the work of a request: authentication, parsing, resolvers, queries and JSON. Django's ORM runs the
    queries of a request one after another anyway, so returning to the server's event loop in between would only cost.
    """

    ide: Callable[[HttpRequest], HttpResponse] | None = None
    """Renders the page for a browser that opens the address of the API. A parameter of `as_view`. None: no page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return deliver(request, self._respond(request))

    def _respond(self, request: HttpRequest) -> HttpResponse:
        try:
            response = (
                _events(request) if accepts_only_events(request) else self.run(request=request)
            )
            assert isinstance(response, HttpResponse)
        except SubscriptionRequestedError as requested:
            return open_stream(request, requested.operation, requested.caller)
        except HttpError as refused:
            return error_response(refused)
        except HTTPException as refused:
            if refused.status_code == 405:
                return error_response(_wrong_method())
            return error_response(
                HttpError(refused.status_code, ErrorCode.BAD_USER_INPUT, refused.reason)
            )
        except RequestDataTooBig:
            return error_response(too_long_a_body(request))
        except SuspiciousOperation as refused:
            # The request has more parameters than Django reads.
            return error_response(HttpError(400, ErrorCode.BAD_USER_INPUT, str(refused)))
        except ClientDisconnectedError:
            # No client reads this.
            note(request, disconnected=True)
            return HttpResponse(status=204)
        except Exception as cause:
            return internal_error_response(request, cause)
        return response

    def is_request_allowed(self, request: BaseRequestProtocol) -> bool:
        return request.method in _METHODS

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        return (
            self.ide is not None
            and reads(request)
            and "query" not in request.query_params
            and asks_for_html(request)
        )

    def get_context(self, request: HttpRequest, response: HttpResponse) -> None:
        """Return None: `execute` creates the context together with its event loop."""

    def execute_operation(
        self,
        request: HttpRequest,
        context: None,
        root_value: None,
        sub_response: TemporalHttpResponse,
    ) -> ExecutionResult:
        result = run_operation(request, read_request(request))
        accepts_graphql = GRAPHQL_JSON in request.headers.get("Accept", "")
        sub_response["Content-Type"] = f"{GRAPHQL_JSON if accepts_graphql else JSON}; charset=utf-8"
        # Errors belong to this request only: in the next request they are gone or have another ID.
        sub_response["Cache-Control"] = KEPT if reads(request) and not result.errors else NOT_KEPT
        # Without data, the operation did not run.
        sub_response.status_code = 400 if accepts_graphql and result.data is None else 200
        if result.errors and not _has_values(result) and is_unavailable(result.errors):
            sub_response.status_code = 503
            if (seconds := seconds_to_retry(result.errors)) is not None:
                sub_response["Retry-After"] = str(seconds)
        return result

    def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        response: GraphQLHTTPResponse = {}
        if result.errors:
            errors = format_errors(result.errors, request_id_of(request))
            response["errors"] = list(errors)
            note(request, errors=sorted({each["extensions"]["code"] for each in errors}))
        if result.data is not None:
            response["data"] = result.data
        return response

    def render_graphql_ide(self, request: HttpRequest) -> HttpResponse:
        assert self.ide is not None
        return self.ide(request)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _has_values(result: ExecutionResult) -> bool:
    return any(value is not None for value in (result.data or {}).values())


def _wrong_method() -> HttpError:
    message = _("Send the request with GET or POST.")
    return HttpError(405, ErrorCode.BAD_USER_INPUT, message, {"Allow": ", ".join(_METHODS)})


def _events(request: HttpRequest) -> HttpResponse:
    """Return a stream of events: of a subscription, or of the one result of another operation."""
    if request.method not in _METHODS:
        raise _wrong_method()
    try:
        caller, operation = begin(request, read_request(request))
    except OperationRejectedError as rejected:
        count_rejected()
        return rejection(rejected.errors, request_id_of(request))
    if operation.type is OperationType.SUBSCRIPTION:
        return open_stream(request, operation, caller)
    return one_event(run(request, operation, caller), request_id_of(request))
