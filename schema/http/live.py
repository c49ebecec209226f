"""GraphQL over SSE, in the mode of distinct connections: one stream for each operation.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import asyncio
import json

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, VariableNode
from strawberry.types import ExecutionResult

from primepath.domain.errors import ErrorCode
from primepath.domain.viewer import Viewer
from primepath.feed.hub import TooManyStreamsError, hub
from primepath.feed.listeners import Group, Interest, Listener
from primepath.server.answer_life import do_not_keep_answer
from primepath.server.monitoring.request_id import request_id_of
from primepath.server.streams import StreamResponse, Write
from schema.errors import HttpError, error, format_errors
from schema.http.authentication import Caller
from schema.http.errors import GRAPHQL_JSON
from schema.http.live_events import as_event, event_of, is_resync_needed, make_event
from schema.http.live_reader import READER, Credentials, FollowedSubscription
from schema.operation.execute import execute
from schema.operation.prepare import PreparedOperation
from schema.subscriptions.schedule_changed import Cursor, Followed

EVENT_STREAM = "text/event-stream"
_OTHERS = ("json", "*/*", "application/*")
HEARTBEAT_SECONDS = 15
"""Time after which a stream without events sends a comment, so that proxies keep it open and a lost client is noticed."""
_WRITE_SECONDS = 60
_RETRY_SECONDS = 5
_HEARTBEAT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


def accepts_events(request: HttpRequest) -> bool:
    """Return whether a subscription can be answered."""
    return EVENT_STREAM in request.headers.get("Accept", "")


def accepts_only_events(request: HttpRequest) -> bool:
    """Return whether every answer must be a stream. urql accepts streams with each request, but wants JSON first."""
    accepted = request.headers.get("Accept", "")
    return EVENT_STREAM in accepted and not any(kind in accepted for kind in _OTHERS)


def rejection(errors: list[GraphQLError], request_id: str) -> HttpResponse:
    """Return the response to an operation that cannot run. It is JSON, as the protocol wants it."""
    content = orjson.dumps({"errors": list(format_errors(errors, request_id))})
    return HttpResponse(content, status=400, content_type=f"{GRAPHQL_JSON}; charset=utf-8")


def one_event(result: ExecutionResult, request_id: str) -> HttpResponse:
    """Return the result of a query or mutation as a stream that ends after it."""
    do_not_keep_answer()
    content = make_event(result, request_id, position=None) + _COMPLETE
    return HttpResponse(content, content_type=EVENT_STREAM, headers={"Cache-Control": "no-store"})


def open_stream(
    request: HttpRequest, operation: PreparedOperation, caller: Caller
) -> StreamResponse:
    """Return the stream of a subscription. Raises `HttpError` without a signed-in viewer."""
    do_not_keep_answer()
    if caller.viewer is None:
        raise HttpError(401, ErrorCode.UNAUTHENTICATED, _("Sign in to use the API."))
    session_key = None if caller.token_id is not None else request.session.session_key
    stream = _Stream(
        operation,
        caller.viewer,
        Credentials(caller.token_id, session_key),
        request_id_of(request),
        request.headers.get("Last-Event-ID"),
    )
    return StreamResponse(stream.produce, EVENT_STREAM)


class _Stream:
    """A stream of one client. `produce` runs on the event loop, and all else in a thread of the hub."""

    def __init__(
        self,
        operation: PreparedOperation,
        viewer: Viewer,
        credentials: Credentials,
        request_id: str,
        last_event_id: str | None,
    ) -> None:
        self._operation = operation
        self._viewer = viewer
        self._credentials = credentials
        self._request_id = request_id
        self._language = translation.get_language()
        self._first = Cursor(last_event_id=last_event_id)

    async def produce(self, write: Write) -> None:
        """Send the changes until now, and then all later ones."""
        # The head of the response, so that the client knows that it is connected.
        await write(_HEARTBEAT)
        try:
            with hub(READER).admitted(self._viewer.account_id):
                await self._follow(write)
        except TooManyStreamsError:
            message = _("You have too many live streams open. Close one, or try again later.")
            refusal = error(ErrorCode.OVERLOADED, message, retryAfterSeconds=_RETRY_SECONDS)
            await write(as_event({"errors": [refusal]}, None) + _COMPLETE)

    async def _follow(self, write: Write) -> None:
        live = hub(READER)
        reads = live.reads
        content, has_failed = await live.run(lambda: self._evaluate(self._first))
        if content is not None:
            await write(content)
        followed = self._first.after
        if has_failed or followed is None:
            await write(_COMPLETE)
            return
        group = self._group(followed)
        listener = await live.join(group, credentials=self._credentials)
        try:
            if listener.group is group:
                if reads is None or reads != live.reads:
                    live.evaluate_soon(group)
            else:
                # Changes between the evaluation and the entry in the group.
                content, _failed = await live.run(lambda: self._evaluate(Cursor(before=followed)))
                if content is not None:
                    await write(content)
            await self._pass_on(listener, write)
        finally:
            live.leave(listener)

    async def _pass_on(self, listener: Listener, write: Write) -> None:
        live = hub(READER)
        while True:
            try:
                await asyncio.wait_for(listener.ready.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await asyncio.wait_for(write(_HEARTBEAT), _WRITE_SECONDS)
                continue
            events, has_overflowed = listener.take()
            if has_overflowed:
                cursor = Cursor(before=listener.group.state, resync=True)
                content, _failed = await live.run(lambda: self._evaluate(cursor))  # noqa: B023
                events = [content or b""]
            for event in events:
                await asyncio.wait_for(write(event), _WRITE_SECONDS)
            if listener.has_ended:
                await write(_COMPLETE)
                return

    def _group(self, followed: Followed) -> Group:
        cursor = self._first
        variables = {
            name: value
            for name, value in self._operation.variables.coerced.items()
            if name not in _after_variables(self._operation.definition)
        }
        key = (
            self._operation.document_hash,
            self._operation.name,
            json.dumps(variables, default=str, sort_keys=True),
            self._viewer.account_id,
            self._language,
        )
        interest = Interest(cursor.academic_year, cursor.class_codes)
        subscription = FollowedSubscription(
            self._operation, self._viewer.account_id, self._language, self._request_id
        )
        return Group(key, interest, subscription, followed.where.position, followed)

    def _evaluate(self, cursor: Cursor) -> tuple[bytes | None, bool]:
        """Run the operation. Return the event, None if nothing has changed, and whether it failed.

        Raises `UnavailableError` if another attempt can succeed.
        """
        operation = self._operation._replace(viewer=self._viewer)
        with translation.override(self._language):
            result = execute(operation, may_store=False, root_value=cursor)
            has_failed = result.data is None or not any(result.data.values())
            if result.errors and cursor is self._first and has_failed:
                return make_event(result, self._request_id, position=None), True
            if is_resync_needed(result, cursor):
                cursor.resync = True
                return self._evaluate(cursor)
            return event_of(result, cursor, self._request_id), False


def _after_variables(definition: OperationDefinitionNode) -> set[str]:
    """Return the names of the variables that are used as ``after``. Listeners that differ only there are one group."""
    return {
        argument.value.name.value
        for field in definition.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    }
