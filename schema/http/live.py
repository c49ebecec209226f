"""GraphQL over SSE, in the mode of distinct connections: one stream for each operation.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import json
from collections.abc import Set
from functools import partial

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from strawberry.types import ExecutionResult

from primepath.domain.errors import ErrorCode
from primepath.domain.viewer import Viewer
from primepath.feed.hub import TooManyStreamsError, hub
from primepath.feed.listeners import Group, Interest, Listener
from primepath.server.answer_life import do_not_keep_answer
from primepath.server.monitoring.request_id import request_id_of
from primepath.server.streams import EVENT_STREAM, Stream, StreamResponse
from schema.errors import HttpError, error, format_errors
from schema.http.authentication import Caller
from schema.http.errors import GRAPHQL_JSON
from schema.http.live_events import as_event, event_of, is_resync_needed, make_event
from schema.http.live_reader import READER, Credentials, FollowedSubscription
from schema.operation.execute import execute
from schema.operation.prepare import PreparedOperation
from schema.subscriptions.schedule_changed import Cursor, Followed

_OTHERS = ("json", "*/*", "application/*")
_RETRY_SECONDS = 5
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
    subscription = follow(
        operation, caller.viewer, translation.get_language(), request_id_of(request)
    )
    first = Cursor(last_event_id=request.headers.get("Last-Event-ID"))
    opening = _Opening(subscription, Credentials(caller.token_id, session_key), first)
    return StreamResponse(opening.produce)


class _Follower(Listener):
    """A listener that sends its events to a stream."""

    __slots__ = ("_stream",)

    def __init__(self, credentials: Credentials, stream: Stream) -> None:
        super().__init__(credentials)
        self._stream = stream

    def wake(self) -> None:
        if not self._stream.is_busy:
            self._stream.run(self.pass_on())

    def leave(self) -> None:
        live = hub(READER)
        live.leave(self)
        live.dismiss(self._subscription.account_id)

    async def pass_on(self) -> None:
        """Send what waits, and what is offered meanwhile."""
        while self.is_ready:
            events, has_overflowed = self.take()
            if has_overflowed:
                events = [await hub(READER).run(self._resync)]
            for event in events:
                await self._stream.write(event)
            if self.has_ended:
                await self._stream.end(_COMPLETE)
                return

    @property
    def _subscription(self) -> FollowedSubscription:
        subscription: FollowedSubscription = self.group.subscription
        return subscription

    def _resync(self) -> bytes:
        cursor = Cursor(before=self.group.state, resync=True)
        content, _failed = evaluate(self._subscription, cursor)
        return content or b""


class _Opening:
    """The beginning of a stream. `produce` runs on the event loop, and all else in a thread of the hub."""

    def __init__(
        self, subscription: FollowedSubscription, credentials: Credentials, first: Cursor
    ) -> None:
        self._subscription = subscription
        self._credentials = credentials
        self._first = first

    async def produce(self, stream: Stream) -> None:
        """Send the changes until now, and join the group that gets all later ones."""
        live, account_id = hub(READER), self._subscription.account_id
        try:
            live.admit(account_id)
        except TooManyStreamsError:
            message = _("You have too many live streams open. Close one, or try again later.")
            refusal = error(ErrorCode.OVERLOADED, message, retryAfterSeconds=_RETRY_SECONDS)
            await stream.end(as_event({"errors": [refusal]}, None) + _COMPLETE)
            return
        stream.on_end = partial(live.dismiss, account_id)
        reads = live.reads
        content, has_failed = await self._evaluate(self._first)
        if content is not None:
            await stream.write(content)
        followed = self._first.after
        if has_failed or followed is None:
            await stream.end(_COMPLETE)
            return
        group, follower = self._group(followed), _Follower(self._credentials, stream)
        await live.join(group, follower)
        stream.on_end = follower.leave
        if follower.group is group:
            if reads is None or reads != live.reads:
                live.evaluate_soon(group)
        else:
            # Changes between the evaluation and the entry in the group.
            content, _failed = await self._evaluate(Cursor(before=followed))
            if content is not None:
                await stream.write(content)
        await follower.pass_on()

    async def _evaluate(self, cursor: Cursor) -> tuple[bytes | None, bool]:
        return await hub(READER).run(partial(evaluate, self._subscription, cursor))

    def _group(self, followed: Followed) -> Group:
        subscription = self._subscription
        operation = subscription.operation
        ignored = _after_variables(operation.definition)
        key = subscription.content, _values(operation, operation.variables.coerced.keys() - ignored)
        interest = Interest(self._first.academic_year, self._first.class_codes)
        return Group(key, interest, subscription, followed.where.position, followed)


def evaluate(subscription: FollowedSubscription, cursor: Cursor) -> tuple[bytes | None, bool]:
    """Run the operation. Return the event, None if nothing has changed, and whether it failed at the beginning.

    Raises `UnavailableError` if another attempt can succeed.
    """
    is_first = cursor.before is None
    with translation.override(subscription.language):
        result = execute(subscription.operation, may_store=False, root_value=cursor)
        has_failed = result.data is None or not any(result.data.values())
        if result.errors and is_first and has_failed:
            return make_event(result, subscription.request_id, position=None), True
        if is_resync_needed(result, cursor):
            cursor.resync = True
            return evaluate(subscription, cursor)
        return event_of(result, cursor, subscription.request_id), False


def follow(
    operation: PreparedOperation, viewer: Viewer, language: str | None, request_id: str
) -> FollowedSubscription:
    """Return the operation as ``viewer`` follows it."""
    used = _used_in_content(operation.definition, operation.executable)
    content = (
        operation.document_hash,
        operation.name,
        viewer.account_id,
        language,
        _values(operation, used),
    )
    return FollowedSubscription(operation, viewer.account_id, language, content, request_id)


def _values(operation: PreparedOperation, names: Set[str]) -> str:
    """Return the values of these variables in a form that can be compared."""
    values = operation.variables.coerced
    return json.dumps({each: values[each] for each in sorted(names & values.keys())}, default=str)


def _used_in_content(definition: OperationDefinitionNode, document: DocumentNode) -> Set[str]:
    """Return the names of the variables that are used elsewhere than in the arguments of a field of `Subscription`."""
    fragments = (each for each in document.definitions if isinstance(each, FragmentDefinitionNode))
    parts: list[Node] = [*fragments]
    for selection in definition.selection_set.selections:
        if isinstance(selection, FieldNode):
            parts += filter(None, [*(selection.directives or ()), selection.selection_set])
        else:
            parts.append(selection)
    found = _Variables()
    for part in parts:
        visit(part, found)
    return found.names


class _Variables(Visitor):
    """Collects the names of variables."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


def _after_variables(definition: OperationDefinitionNode) -> set[str]:
    """Return the names of the variables that are used as ``after``. Listeners that differ only there are one group."""
    return {
        argument.value.name.value
        for field in definition.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    }
