"""Listeners with their queues, in groups with equal events."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from primepath.db.snapshot import Snapshot
from primepath.feed.reading import Changed
from primepath.models.history_position import HistoryPosition

MOST_WAITING = 64
"""Events that wait for a listener. If it reads too slowly, all of them are replaced by one that asks it to load everything again."""


class Evaluated(NamedTuple):
    """The result of an evaluation of a group.

    ``position``: the group has all changes up to here. ``state``: what the next evaluation gets. ``event``: the bytes to send, None
    if nothing has changed for the group.
    ``ends``: whether the listeners cannot go on. ``look_again_at``: the time at which access expires, None if none does.
    ``invalid``: credentials that are no longer valid.
    """

    position: HistoryPosition
    state: Any
    event: bytes | None = None
    ends: bool = False
    look_again_at: datetime.datetime | None = None
    invalid: frozenset[Hashable] = frozenset()


@dataclass(frozen=True, slots=True)
class Interest:
    """Classes of an academic year that a group follows: all of them if ``class_codes`` is None."""

    academic_year: int
    class_codes: frozenset[str] | None

    def includes(self, changed: Changed) -> bool:
        if changed.everything:
            return True
        codes = changed.codes.get(self.academic_year, set())
        if self.class_codes is None:
            return bool(codes)
        return not self.class_codes.isdisjoint(codes)


@dataclass(eq=False, slots=True)
class Group:
    """Listeners with equal document, variables and viewer. It has all changes up to ``position``.

    ``subscription`` and ``state`` are for the `Reader`.
    """

    key: Hashable
    interest: Interest
    subscription: Any
    position: HistoryPosition
    state: Any
    members: set[Listener] = field(default_factory=set)
    is_dirty: bool = False
    is_running: bool = False
    look_again: asyncio.TimerHandle | None = None
    retry: asyncio.TimerHandle | None = None

    @property
    def is_current(self) -> bool:
        """True if its position is as new as the position of the hub. Other groups are evaluated on their own."""
        return not (self.is_running or self.is_dirty)

    @property
    def credentials(self) -> set[Hashable]:
        """The credentials of the members. It is also read in other threads, so the members are copied first."""
        return {each.credentials for each in tuple(self.members)}


class Reader(Protocol):
    """Reads the database for the hub, in one of its threads."""

    def evaluate(self, groups: Sequence[Group], snapshot: Snapshot) -> list[Evaluated | Exception]:
        """Return the event of each group since its position. All are read together, in the snapshot."""

    def find_invalid(self, credentials: Collection[Hashable]) -> Collection[Hashable]:
        """Return the credentials that are no longer valid."""


class Listener:
    """A stream, in the ``group`` that it has joined. ``credentials`` identify the token or session that opened it."""

    __slots__ = ("_has_overflowed", "_waiting", "credentials", "group", "has_ended")

    group: Group

    def __init__(self, credentials: Hashable) -> None:
        self.credentials = credentials
        self.has_ended = False
        self._waiting: list[bytes] | None = None
        self._has_overflowed = False

    def wake(self) -> None:
        """Called when it `is_ready`: events can be taken, or it has ended."""
        raise NotImplementedError

    @property
    def is_ready(self) -> bool:
        return self.has_ended or self._has_overflowed or self._waiting is not None

    def offer(self, event: bytes) -> None:
        if self._has_overflowed:
            return
        if self._waiting is None:
            self._waiting = [event]
        elif len(self._waiting) < MOST_WAITING:
            self._waiting.append(event)
        else:
            self._has_overflowed, self._waiting = True, None
        self.wake()

    def end(self) -> None:
        self.has_ended = True
        self.wake()

    def take(self) -> tuple[list[bytes], bool]:
        """Return the events that wait, and whether there were too many of them: then none is left."""
        taken, has_overflowed = self._waiting or [], self._has_overflowed
        self._waiting, self._has_overflowed = None, False
        return taken, has_overflowed
