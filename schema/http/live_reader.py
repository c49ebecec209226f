"""Reads the events of many groups of listeners together, from one state of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

from django.contrib.auth.models import User
from django.utils import translation

from primepath.db.snapshot import Snapshot
from primepath.domain.errors import UnavailableError
from primepath.domain.viewer import Viewer
from primepath.feed.listeners import Evaluated, Group, Reader
from primepath.services.accounts.sessions import valid_sessions
from primepath.services.accounts.tokens import valid_tokens
from primepath.services.accounts.viewers import VIEWER_RELATIONS, viewer_of
from schema.http.live_events import event_of, is_resync_needed
from schema.operation.execute import execute_together
from schema.operation.prepare import PreparedOperation
from schema.subscriptions.schedule_changed import Cursor, Followed


class FollowedSubscription(NamedTuple):
    """The operation of a group, and for whom it runs. ``request_id`` is that of its first listener."""

    operation: PreparedOperation
    account_id: int
    language: str | None
    request_id: str


class Credentials(NamedTuple):
    """The token or the session that opened a stream."""

    token_id: int | None
    session_key: str | None


class _LiveReader:
    def evaluate(self, groups: Sequence[Group], snapshot: Snapshot) -> list[Evaluated | Exception]:
        invalid = self.find_invalid({each for group in groups for each in group.credentials})
        viewers = _viewers({group.subscription.account_id for group in groups})
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


def _viewers(account_ids: Collection[int]) -> dict[int, Viewer]:
    """Return the viewers of the accounts that can sign in, by account."""
    users = User.objects.select_related(*VIEWER_RELATIONS).filter(pk__in=account_ids)
    return {user.pk: viewer for user in users if (viewer := viewer_of(user)) is not None}


def _evaluate(
    chosen: Sequence[tuple[Group, Viewer]], invalid: frozenset[Hashable], snapshot: Snapshot
) -> dict[Group, Evaluated | Exception]:
    """Return the results of groups with the language that is active."""
    operations = [
        (group.subscription.operation._replace(viewer=viewer), Cursor(before=_state(group)))
        for group, viewer in chosen
    ]
    expected = _expected_classes(chosen)
    found: dict[Group, Evaluated | Exception] = {}
    for (group, _viewer), (operation, cursor), result in zip(
        chosen, operations, execute_together(operations, snapshot, expected), strict=True
    ):
        try:
            if is_resync_needed(result, cursor):
                cursor.resync = True
                (result,) = execute_together([(operation, cursor)], snapshot, expected)
                is_resync_needed(result, cursor)
            event = event_of(result, cursor, group.subscription.request_id)
        except UnavailableError as failure:
            found[group] = failure
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
