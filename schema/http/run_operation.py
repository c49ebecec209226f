"""Runs the operation of a request: `identify` its sender, `find_requested` document, `prepare` the operation, `execute` it.

If a connection to the database is lost, for example because PostgreSQL restarts, what only reads runs once more: authentication,
and a query. A mutation could have been saved.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import partial

from django.contrib.auth.models import User
from django.db import DatabaseError, connections
from django.http import HttpRequest
from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from primepath.db.read_ahead import ReadAhead, ReadsMissingError, reading_ahead, remember_reads
from primepath.domain.errors import ErrorCode, PrimePathError
from primepath.domain.viewer import Viewer
from primepath.server.answer_life import do_not_keep_answer
from primepath.server.database_failures import can_be_read_again
from primepath.server.handler import has_disconnected, received_at
from primepath.server.monitoring.request_record import note
from primepath.server.time_limit import TimeLimit
from primepath.services.accounts.sessions import keep_session
from primepath.services.fold_marks import fold_marks
from schema.context import Client
from schema.errors import HttpError, can_run_again
from schema.http.admission import remember_document
from schema.http.authentication import Caller, identify
from schema.http.documents import Source, find_requested
from schema.http.draft import draft_of
from schema.http.key import request_key
from schema.http.live import accepts_events
from schema.http.persisted import keep_document
from schema.http.request import RequestData, reads
from schema.operation.execute import execute
from schema.operation.metrics import Outcome, count_operation, count_rejected, outcome_of
from schema.operation.prepare import OperationRejectedError, PreparedOperation, prepare
from schema.operation.schema_answers import with_schema_answers

_READING = frozenset({OperationType.QUERY})


class ClientDisconnectedError(Exception):
    """The client has closed its connection, so no response is needed."""


class SubscriptionRequestedError(Exception):
    """The operation is a subscription, so the response is a stream."""

    def __init__(self, operation: PreparedOperation, caller: Caller) -> None:
        super().__init__()
        self.operation = operation
        self.caller = caller


def run_operation(request: HttpRequest, data: RequestData) -> ExecutionResult:
    """Return the result of the operation, and keep what an equal request can use.

    Raises `SubscriptionRequestedError`, `ClientDisconnectedError` and `HttpError`.
    """
    key = request_key(request)
    with reading_ahead(key) as reads_ahead:
        try:
            caller, operation = begin(request, data, reads_ahead)
        except OperationRejectedError as rejected:
            count_rejected()
            return ExecutionResult(data=None, errors=rejected.errors)
        if operation.type is OperationType.SUBSCRIPTION:
            raise SubscriptionRequestedError(operation, caller)
        result = run(request, operation, caller, reads_ahead)
    is_complete = operation.type in _READING and not result.errors
    if (draft := draft_of(request)) is not None:
        draft.is_complete = is_complete
    if is_complete and key is not None and reads_ahead is not None:
        remember_reads(key, reads_ahead)
    if caller.observation is not None:
        fold_marks(caller.observation.database)
    return result


def begin(
    request: HttpRequest, data: RequestData, reads_ahead: ReadAhead | None = None
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


def run(
    request: HttpRequest,
    operation: PreparedOperation,
    caller: Caller,
    reads_ahead: ReadAhead | None = None,
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

    attempt = partial(
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
            result = with_schema_answers(operation, attempt)
        except ReadsMissingError:
            # It has changed nothing: an equal request was a query.
            result = attempt()
        if operation.type in _READING and can_run_again(result.errors or ()):
            _drop_connections(request, reads_ahead)
            result = attempt()
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
