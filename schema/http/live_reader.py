"""Reads the events of many groups of listeners together, from one state of the database."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from django.utils import translation
from strawberry.types import ExecutionResult

from primepath.db.snapshot import Snapshot
from primepath.domain.errors import UnavailableError
from primepath.domain.viewer import Viewer
from primepath.feed.listeners import Evaluated, Group, Reader
from primepath.server.give_way import GiveWay
from primepath.services.accounts.sessions import valid_sessions
from primepath.services.accounts.tokens import valid_tokens
from primepath.services.accounts.viewers import viewers_of_accounts
from schema.http.live_events import event_of, is_resync_needed
from schema.operation.execute import Together, run_together
from schema.operation.prepare import PreparedOperation
from schema.subscriptions.schedule_changed import Cursor, Followed, find_change


class FollowedSubscription(NamedTuple):
    """The operation of a group, and for whom it runs.

    ``content``: what an event depends on besides the `Change`. ``request_id`` is that of the first listener.
    """

    operation: PreparedOperation
    account_id: int
    language: str | None
    content: Hashable
    request_id: str


class Credentials(NamedTuple):
    """The token or the session that opened a stream."""

    token_id: int | None
    session_key: str | None


class _LiveReader:
    def evaluate(self, groups: Sequence[Group], snapshot: Snapshot) -> list[Evaluated | Exception]:
        give_way = GiveWay()
        invalid = self.find_invalid({each for group in groups for each in group.credentials})
        give_way()
        viewers = viewers_of_accounts({group.subscription.account_id for group in groups})
        give_way()
        results: dict[Group, Evaluated | Exception] = {}
        by_language: defaultdict[str | None, list[tuple[Group, Viewer]]] = defaultdict(list)
        for group in groups:
            viewer = viewers.get(group.subscription.account_id)
            if viewer is None:
                results[group] = Evaluated(group.position, group.state, ends=True)
            else:
                by_language[group.subscription.language].append((group, viewer))
        for language, chosen in by_language.items():
            with translation.override(language):
                results |= _evaluate(chosen, invalid, snapshot)
        return [results[group] for group in groups]

    def find_invalid(self, credentials: Collection[Hashable]) -> frozenset[Hashable]:
        """Use one query for all tokens, and two for all sessions."""
        given = [each for each in credentials if isinstance(each, Credentials)]
        token_ids = {each.token_id for each in given if each.token_id is not None}
        session_keys = {each.session_key for each in given if each.session_key is not None}
        tokens = valid_tokens(token_ids) if token_ids else set()
        sessions = valid_sessions(session_keys) if session_keys else set()
        return frozenset(
            each
            for each in given
            if each.token_id not in tokens and each.session_key not in sessions
        )


READER: Reader = _LiveReader()


class _Evaluation(NamedTuple):
    """The evaluation of a group, in which ``cursor`` changes."""

    group: Group
    operation: PreparedOperation
    cursor: Cursor

    async def find_change(self, together: Together) -> None:
        """Find what has changed. After an error, the execution looks for it again, and its result has the error."""
        group, operation, cursor = self
        assert operation.viewer is not None
        cursor.academic_year = group.interest.academic_year
        cursor.class_codes = group.interest.class_codes
        with suppress(Exception):
            await find_change(cursor, cursor.before, together.loaders(operation), operation.viewer)
            cursor.is_found = True

    @property
    def content(self) -> Hashable:
        """Return a key of the event: evaluations with equal keys have equal events. None if there is no event."""
        group, _operation, cursor = self
        if not cursor.is_found:
            return group
        return cursor.change and (group.subscription.content, cursor.change)


def _evaluate(
    chosen: Sequence[tuple[Group, Viewer]], invalid: frozenset[Hashable], snapshot: Snapshot
) -> dict[Group, Evaluated | Exception]:
    """Return the results of groups with the language that is active."""
    evaluations = [
        _Evaluation(
            group,
            group.subscription.operation._replace(viewer=viewer),
            Cursor(before=_state(group)),
        )
        for group, viewer in chosen
    ]
    expected = _expected_classes(chosen)
    contents, executed = run_together(partial(_execute, evaluations), snapshot, expected)
    events: dict[Hashable, bytes | UnavailableError | None] = {None: None}
    give_way = GiveWay()
    for content, (evaluation, result) in executed.items():
        give_way()
        try:
            events[content] = _event(evaluation, result, snapshot, expected)
        except UnavailableError as failure:
            events[content] = failure
    found: dict[Group, Evaluated | Exception] = {}
    for (group, _operation, cursor), content in zip(evaluations, contents, strict=True):
        event = events[content]
        if isinstance(event, UnavailableError):
            found[group] = event
            continue
        after: Followed = cursor.after or group.state
        found[group] = Evaluated(
            after.where.position,
            after,
            event,
            look_again_at=cursor.look_again_at,
            invalid=invalid,
        )
    return found


async def _execute(
    evaluations: Sequence[_Evaluation], together: Together
) -> tuple[list[Hashable], dict[Hashable, tuple[_Evaluation, ExecutionResult]]]:
    """Return the content of each evaluation, and for each content an evaluation that was executed, with its result."""
    await asyncio.gather(*(each.find_change(together) for each in evaluations))
    contents = [each.content for each in evaluations]
    distinct = dict(zip(contents, evaluations, strict=True))
    distinct.pop(None, None)
    results = await asyncio.gather(
        *(together.execute(each.operation, each.cursor) for each in distinct.values())
    )
    executed = zip(distinct.values(), results, strict=True)
    return contents, dict(zip(distinct, executed, strict=True))


def _event(
    evaluation: _Evaluation,
    result: ExecutionResult,
    snapshot: Snapshot,
    expected: Mapping[Viewer, frozenset[str] | None],
) -> bytes | None:
    """Return the event of a result. Raises `UnavailableError` if another attempt can succeed."""
    group, operation, cursor = evaluation
    if is_resync_needed(result, cursor):
        again = Cursor(before=cursor.before, resync=True)
        result = run_together(
            lambda together: together.execute(operation, again), snapshot, expected
        )
        is_resync_needed(result, again)
        cursor.after = cursor.after or again.after
        cursor = again
    return event_of(result, cursor, group.subscription.request_id)


def _expected_classes(
    chosen: Sequence[tuple[Group, Viewer]],
) -> dict[Viewer, frozenset[str] | None]:
    """Return the codes of the classes that the groups of each viewer follow. None: all classes."""
    expected: dict[Viewer, frozenset[str] | None] = {}
    for group, viewer in chosen:
        followed, known = group.interest.class_codes, expected.get(viewer, frozenset())
        expected[viewer] = None if followed is None or known is None else known | followed
    return expected


def _state(group: Group) -> Followed:
    """Return the state of the group. The hub can have moved it to a later position, because nothing concerned it."""
    state: Followed = group.state
    return state._replace(where=state.where._replace(position=group.position))
