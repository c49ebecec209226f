"""The view of the GraphQL endpoint.

The steps of a request: `read_request`, `identify` its sender, `find_requested` document, `prepare` the operation, `execute` it,
and `deliver` the response.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.django.views import TemporalHttpResponse
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from primepath.db.read_ahead import ReadAhead, ReadsMissingError, reading_ahead, remember_reads
from primepath.domain.errors import ErrorCode, PrimePathError
from primepath.domain.viewer import Viewer
from primepath.server.answer_life import do_not_keep_answer
from primepath.server.database_failures import can_be_read_again
from primepath.server.handler import has_disconnected, received_at
from primepath.server.monitoring.request_id import request_id_of
from primepath.server.monitoring.request_record import note
from primepath.server.time_limit import TimeLimit
from primepath.services.accounts.sessions import keep_session
from primepath.services.fold_marks import fold_marks
from schema.context import Client
from schema.errors import (
    HttpError,
    can_run_again,
    format_errors,
    is_unavailable,
    seconds_to_retry,
)
from schema.execution.core import HTTPException
from schema.http.admission import remember_document
from schema.http.authentication import Caller, identify
from schema.http.body_limit import too_long_a_body
from schema.http.documents import Source, find_requested
from schema.http.draft import draft_of
from schema.http.errors import (
    GRAPHQL_JSON,
    JSON,
    NOT_KEPT,
    asks_for_html,
    error_response,
    internal_error_response,
)
from schema.http.key import request_key
from schema.http.live import (
    accepts_events,
    accepts_only_events,
    one_event,
    open_stream,
    rejection,
)
from schema.http.persisted import keep_document
from schema.http.request import RequestData, read_request, reads
from schema.http.response import KEPT, deliver
from schema.operation.execute import execute
from schema.operation.metrics import Outcome, count_operation, count_rejected, outcome_of
from schema.operation.prepare import OperationRejectedError, PreparedOperation, prepare
from schema.operation.schema_answers import with_schema_answers

_METHODS = ("GET", "HEAD", "POST")
_READING = frozenset({OperationType.QUERY})


class ClientDisconnectedError(Exception):
    """The client has closed its connection, so no response is needed."""


class SubscriptionRequestedError(Exception):
    """The operation is a subscription, so the response is a stream."""

    def __init__(self, operation: PreparedOperation, caller: Caller) -> None:
        super().__init__()
        self.operation = operation
        self.caller = caller


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
        result = _execute(request, read_request(request))
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
        caller, operation = _begin(request, read_request(request), None)
    except OperationRejectedError as rejected:
        count_rejected()
        return rejection(rejected.errors, request_id_of(request))
    if operation.type is OperationType.SUBSCRIPTION:
        return open_stream(request, operation, caller)
    return one_event(_run(request, operation, caller, None), request_id_of(request))


def _execute(request: HttpRequest, data: RequestData) -> ExecutionResult:
    """Return the result of the operation.

    If a connection to the database is lost, for example because PostgreSQL restarts, what only reads runs once more:
    authentication, and a query. A mutation could have been saved.
    """
    key = request_key(request)
    with reading_ahead(key) as reads_ahead:
        try:
            caller, operation = _begin(request, data, reads_ahead)
        except OperationRejectedError as rejected:
            count_rejected()
            return ExecutionResult(data=None, errors=rejected.errors)
        if operation.type is OperationType.SUBSCRIPTION:
            raise SubscriptionRequestedError(operation, caller)
        result = _run(request, operation, caller, reads_ahead)
    is_complete = operation.type in _READING and not result.errors
    if (draft := draft_of(request)) is not None:
        draft.is_complete = is_complete
    if is_complete and key is not None and reads_ahead is not None:
        remember_reads(key, reads_ahead)
    if caller.observation is not None:
        fold_marks(caller.observation.database)
    return result


def _begin(
    request: HttpRequest, data: RequestData, reads_ahead: ReadAhead | None
) -> tuple[Caller, PreparedOperation]:
    """Identify the sender and prepare the operation, again if the connection was lost or what was read ahead is incomplete."""
    try:
        return _identify_and_prepare(request, data)
    except ReadsMissingError:
        assert reads_ahead is not None
        reads_ahead.end()
    except DatabaseError as error:
        if not can_be_read_again(error):
            raise
        _drop_connections(request, reads_ahead)
    return _identify_and_prepare(request, data)


def _run(
    request: HttpRequest,
    operation: PreparedOperation,
    caller: Caller,
    reads_ahead: ReadAhead | None,
) -> ExecutionResult:
    """Run the operation, and count it."""
    time_limit = TimeLimit(received_at(request))
    base_url = f"{request.scheme}://{request.get_host()}"
    if (draft := draft_of(request)) is not None:
        draft.base_url = base_url

    def checkpoint() -> None:
        if has_disconnected(request):
            raise ClientDisconnectedError
        time_limit.check()

    run = partial(
        execute,
        operation,
        client=Client(
            token_id=caller.token_id,
            address=request.META.get("REMOTE_ADDR", ""),
            base_url=base_url,
            keep_session=partial(_keep_session, request, caller),
        ),
        may_store=not reads(request),
        checkpoint=checkpoint,
        time_limit=time_limit,
        snapshot=reads_ahead,
    )
    outcome = Outcome.FAILED
    try:
        try:
            result = with_schema_answers(operation, run)
        except ReadsMissingError:
            # It has changed nothing: an equal request was a query.
            result = run()
        if operation.type in _READING and can_run_again(result.errors or ()):
            _drop_connections(request, reads_ahead)
            result = run()
        outcome = outcome_of(result)
    except ClientDisconnectedError:
        outcome = Outcome.DISCONNECTED
        raise
    finally:
        count_operation(
            operation.name,
            is_signed_in=operation.viewer is not None,
            outcome=outcome,
            seconds=time.monotonic() - received_at(request),
        )
    return result


def _keep_session(request: HttpRequest, caller: Caller, account: User) -> None:
    """Let the session of the request, if it has one, survive a new password of its user."""
    if caller.token_id is None:
        keep_session(request.session, account)


def _allowed(request: HttpRequest) -> Collection[OperationType]:
    """Return the types of operations that the request can run. A subscription needs a stream of events."""
    allowed = set(_READING if reads(request) else (*_READING, OperationType.MUTATION))
    return allowed | {OperationType.SUBSCRIPTION} if accepts_events(request) else allowed


def _drop_connections(request: HttpRequest, reads_ahead: ReadAhead | None) -> None:
    note(request, lost_database=True)
    if reads_ahead is not None:
        reads_ahead.end()
    # It could be read from another server than the one that authenticated the request.
    do_not_keep_answer()
    connections.close_all()


def _identify_and_prepare(
    request: HttpRequest, data: RequestData
) -> tuple[Caller, PreparedOperation]:
    caller = identify(request)
    if caller.viewer is not None:
        note(request, user=caller.viewer.user_id)
    try:
        document = find_requested(data)
    except PrimePathError as error:
        raise OperationRejectedError([GraphQLError(str(error), original_error=error)]) from error
    operation = _prepare(request, document.text, data, caller.viewer)
    note(request, operation=operation.name, document=operation.document_hash)
    if (draft := draft_of(request)) is not None:
        draft.operation, draft.document_hash = operation.name, operation.document_hash
        draft.data, draft.document = data, document
    if document.source is Source.SENT:
        # The next request with the document must store it again if it has been evicted by then.
        do_not_keep_answer()
    if document.source is Source.TRUSTED:
        remember_document(document.key, operation.text)
    elif document.source is not Source.TEXT and caller.viewer:
        keep_document(operation.text)
        remember_document(document.key, operation.text)
    return caller, operation


def _prepare(
    request: HttpRequest, text: str | None, data: RequestData, viewer: Viewer | None
) -> PreparedOperation:
    """Prepare the operation. Raises `OperationRejectedError`, and `HttpError` if the request identifies no operation."""
    try:
        return prepare(
            text,
            variables=data.variables,
            operation_name=data.operation_name,
            viewer=viewer,
            allowed=_allowed(request),
        )
    except MissingQueryError:
        raise HttpError(
            400, ErrorCode.BAD_USER_INPUT, _("The request has no `query` and no `documentId`.")
        ) from None
    except InvalidOperationTypeError as cause:
        if cause.operation_type is OperationType.SUBSCRIPTION:
            message = _("A subscription needs the header `Accept: text/event-stream`.")
            raise HttpError(406, ErrorCode.BAD_USER_INPUT, message) from None
        message = _("Send mutations with POST.")
        raise HttpError(405, ErrorCode.BAD_USER_INPUT, message, {"Allow": "POST"}) from None
