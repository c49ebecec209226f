"""Clients of live updates without a server or threads: a hub that runs when the test wants it, and clients that apply events.

A client follows docs/clients/live.md. The hub follows `primepath.feed.hub`, with the reader of production.
"""

from __future__ import annotations

import datetime
import json
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from primepath.db.snapshot import Snapshot
from primepath.domain.viewer import Viewer
from primepath.feed.listeners import MOST_WAITING, Evaluated, Group, Interest, Listener
from primepath.feed.reading import changed_since
from primepath.models import HistoryEntry
from schema.http.live import evaluate, follow
from schema.http.live_reader import READER
from schema.operation.prepare import prepare
from schema.subscriptions.schedule_changed import Cursor
from tests.client import data
from tests.factories import YEAR

SUBSCRIPTION = """
subscription ($codes: [String!], $after: String) {
  scheduleChanged(academicYear: 2026, classCodes: $codes, after: $after) {
    position resync changedClassCodes cells { ...Cell schoolClass { code } }
  }
}
fragment Cell on MatrixCell { id version notes canEdit exams { name } }
"""
MATRIX = """
query ($codes: [String!]) {
  scheduleMatrix(academicYear: 2026, classCodes: $codes) {
    syncToken
    rows {
      schoolClass { code name } accessLevel canEdit curriculum { levels { name } }
      cells(periods: [JAN, FEB]) { ...Cell schoolClass { code } }
    }
  }
}
fragment Cell on MatrixCell { id version notes canEdit exams { name } }
"""
Rows = dict[str, dict[str, Any]]


class Event(NamedTuple):
    """An event, with its id."""

    id: str
    change: dict[str, Any]

    @classmethod
    def parse(cls, content: bytes) -> Event:
        _event, id, data, *_ = content.decode().splitlines()
        result = json.loads(data.removeprefix("data: "))
        assert "errors" not in result
        return cls(id.removeprefix("id: "), result["data"]["scheduleChanged"])

    @property
    def class_codes(self) -> set[str]:
        """The codes of all classes that the event names."""
        of_cells = (cell["schoolClass"]["code"] for cell in self.change["cells"])
        return {*self.change["changedClassCodes"], *of_cells}


class _Listener(Listener):
    """A stream with events that wait until the client takes them."""

    __slots__ = ()

    def wake(self) -> None:
        pass


class LiveHub:
    """Evaluates the groups that production would evaluate.

    ``visible``: returns the codes of the classes that a viewer can see. Each event must name only classes that its viewer could see at
    some moment since the previous one. `note_visible` notes a moment.
    """

    def __init__(self, visible: Callable[[], Mapping[int, Collection[str]]]) -> None:
        self._visible = visible
        self.moment = 0
        self._times = [timezone.now()]
        self._last_seen: dict[tuple[int, str], int] = {}
        self._moments: dict[str, int] = {}
        self._since: dict[Group, int] = {}
        self.position = HistoryEntry.objects.position()
        self.groups: dict[Any, Group] = {}
        self._due: set[Group] = set()
        self._look_again: dict[Group, datetime.datetime] = {}

    def note_visible(self) -> None:
        self.moment += 1
        self._times.append(timezone.now())
        for account_id, codes in self._visible().items():
            self._last_seen |= {(account_id, code): self.moment for code in codes}

    def note_position(self, position: str) -> None:
        """Note the moment of a position that a client stores."""
        self._moments.setdefault(position, self.moment)

    def moment_of(self, position: str) -> int:
        """Return the moment since which a client with this position can have missed the end of access."""
        at = self._times[self._moments[position]]
        # The time of a position has whole seconds, and is before all reads of its operation.
        earliest = at - datetime.timedelta(seconds=settings.OPERATION_SECONDS + 1)
        return max(0, bisect_right(self._times, earliest) - 1)

    def check(self, event: Event, account_id: int, since: int) -> None:
        """Check that an event names only classes that were visible at this moment or later."""
        for code in event.class_codes:
            assert self._last_seen.get((account_id, code), -1) >= since, (event, code)
        self.note_position(event.id)

    def join(self, new: Group, listener: Listener, since: int) -> None:
        self._since[new] = since
        listener.group = self.groups.setdefault(new.key, new)
        listener.group.members.add(listener)

    def leave(self, listener: Listener) -> None:
        group = listener.group
        group.members.discard(listener)
        if not group.members:
            del self.groups[group.key]

    def evaluate_soon(self, group: Group) -> None:
        self._due.add(group)

    def run(self) -> bool:
        """Evaluate the groups that a change concerns. Return whether one had an event."""
        position, changed = changed_since(self.position)
        concerned = []
        for group in self.groups.values():
            if group in self._due or group.interest.includes(changed) or self._is_time(group):
                concerned.append(group)
            else:
                group.position = position
        self.position = position
        return self.evaluate(concerned)

    def run_timers(self) -> bool:
        """Evaluate the groups with access that has expired, and the groups that are due."""
        groups = self.groups.values()
        return self.evaluate([each for each in groups if each in self._due or self._is_time(each)])

    def evaluate(self, groups: Collection[Group]) -> bool:
        self._due.difference_update(groups)
        has_event = False
        for group, result in zip(groups, READER.evaluate([*groups], Snapshot()), strict=True):
            assert isinstance(result, Evaluated)
            since = self._since.get(group, 0)
            group.position, group.state = result.position, result.state
            self._look_again.pop(group, None)
            if result.look_again_at is not None:
                self._look_again[group] = result.look_again_at
            self._since[group] = self.moment
            if result.event is not None:
                has_event = True
                event = Event.parse(result.event)
                self.check(event, group.subscription.account_id, since)
                for member in group.members:
                    member.offer(result.event)
        return has_event

    def _is_time(self, group: Group) -> bool:
        at = self._look_again.get(group)
        return at is not None and at <= timezone.now()


class LiveClient:
    """Stores the ``rows`` of the followed classes by code. ``check``: called with each event that arrives."""

    def __init__(
        self,
        hub: LiveHub,
        viewer: Callable[[], Viewer],
        codes: list[str] | None,
    ) -> None:
        self.hub, self._viewer, self.codes = hub, viewer, codes
        self.rows: Rows = {}
        self.events: list[Event] = []
        self.last_id: str | None = None
        self.token = ""
        self._listener: _Listener | None = None
        self.load_all()

    @property
    def viewer(self) -> Viewer:
        return self._viewer()

    @property
    def is_connected(self) -> bool:
        return self._listener is not None

    def read(self, codes: list[str] | None) -> tuple[Rows, str]:
        matrix = data(MATRIX, self.viewer, {"codes": codes})["scheduleMatrix"]
        rows = {row["schoolClass"]["code"]: row for row in matrix["rows"]}
        for row in rows.values():
            row["cells"] = {cell["id"]: cell for cell in row["cells"]}
        return rows, matrix["syncToken"]

    def full_read(self) -> Rows:
        return self.read(self.codes)[0]

    def load_all(self, *, with_others: bool = False) -> None:
        """Load the matrix again. With ``with_others``, request classes that are not followed too."""
        rows, self.token = self.read(None if with_others else self.codes)
        self.hub.note_position(self.token)
        self.rows = {
            code: row for code, row in rows.items() if self.codes is None or code in self.codes
        }

    def load(self, codes: Iterable[str]) -> None:
        """Load these classes again. Remove the ones that are not visible."""
        wanted = [code for code in codes if self.codes is None or code in self.codes]
        rows, _token = self.read(wanted)
        for code in wanted:
            self.rows.pop(code, None)
        self.rows |= rows

    def connect(
        self, *, with_token: bool = False, between: Callable[[], object] | None = None
    ) -> None:
        """Open a stream, after the last event or the token of the last load. ``between`` runs before the stream joins its group."""
        last_id = None if with_token else self.last_id
        viewer = self.viewer
        after = self.token if last_id is None else None
        variables = {"codes": self.codes, "after": after}
        operation = prepare(SUBSCRIPTION, variables=variables, viewer=viewer)
        subscription = follow(operation, viewer, "en", "request")
        first = Cursor(last_event_id=last_id)
        content, has_failed = evaluate(subscription, first)
        assert not has_failed
        followed = first.after
        assert followed is not None
        self._receive(content, self.hub.moment_of(last_id or self.token))
        evaluated_at = self.hub.moment
        if between is not None:
            between()
        interest = Interest(YEAR, first.class_codes)
        key = viewer.account_id, first.class_codes
        group = Group(key, interest, subscription, followed.where.position, followed)
        self._listener = _Listener(object())
        self.hub.join(group, self._listener, evaluated_at)
        if self._listener.group is group:
            self.hub.evaluate_soon(group)
        else:
            if between is not None:
                between()
            content, _failed = evaluate(subscription, Cursor(before=followed))
            self._receive(content, evaluated_at)

    def disconnect(self) -> None:
        """Lose the connection, with all events that wait."""
        assert self._listener is not None
        self.hub.leave(self._listener)
        self._listener = None
        self.events.clear()

    def overflow(self) -> None:
        """Read so slowly that one event with ``resync`` replaces all that wait."""
        assert self._listener is not None
        for _ in range(MOST_WAITING + 1):
            self._listener.offer(b"")

    def _receive(self, content: bytes | None, since: int) -> None:
        if content is not None:
            event = Event.parse(content)
            self.hub.check(event, self.viewer.account_id, since)
            self.events.append(event)

    def receive(self) -> None:
        """Read what waits."""
        assert self._listener is not None
        waiting, has_overflowed = self._listener.take()
        if has_overflowed:
            group = self._listener.group
            cursor = Cursor(before=group.state, resync=True)
            waiting = [evaluate(group.subscription, cursor)[0] or b""]
            self.hub.note_position(Event.parse(waiting[0]).id)
        self.events += map(Event.parse, waiting)

    def apply(self, most: int | None = None) -> None:
        """Apply the events that were read, or the first ones."""
        for event in self.events[:most]:
            self._apply(event)
        del self.events[:most]

    def _apply(self, event: Event) -> None:
        change = event.change
        self.last_id = event.id
        if change["resync"]:
            self.load_all()
            return
        if change["changedClassCodes"]:
            self.load(change["changedClassCodes"])
        for cell in change["cells"]:
            row = self.rows.get(cell["schoolClass"]["code"])
            if row is None:
                continue
            known = row["cells"].get(cell["id"])
            # Cells of other periods are not part of the copy.
            if known is not None and known["version"] <= cell["version"]:
                row["cells"][cell["id"]] = cell
