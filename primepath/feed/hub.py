"""Distributes changes to the listeners of this process.

It runs in the thread of the event loop. Two threads read the database, whatever the number of listeners: once for each wake-up, and
once for each group that the change can concern. A listener costs neither a thread nor a connection.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.core import signals
from django.utils import timezone
from prometheus_client import Counter as Count
from prometheus_client import Gauge

from primepath.feed.listeners import Evaluated, Group, Listener
from primepath.feed.reading import Changed, changed_since
from primepath.feed.waking import Waker
from primepath.models import HistoryEntry
from primepath.models.history_position import HistoryPosition

# Changes within this time are combined in one event.
_COMBINE_SECONDS = 0.1
_THREADS = 2
# Time without a stream after which nothing waits for changes. Streams that follow each other quickly share a connection.
_IDLE_SECONDS = 60
CHECK_SECONDS = 15
"""Time after which a stream ends, at most, if its token or session ends without a change of the history."""
FindInvalid = Callable[[Collection[Hashable]], Collection[Hashable]]

_LISTENERS = Gauge("primepath_listeners", "Streams of live updates that are open.")
_EVENTS = Count("primepath_live_events", "Events of live updates that were made for a group.")

logger = logging.getLogger("primepath.feed")
T = TypeVar("T")


class TooManyStreamsError(Exception):
    """The viewer, or all viewers together, have too many streams."""


class Hub:
    """The listeners of this process. Its methods run in the thread of the event loop."""

    def __init__(self, find_invalid: FindInvalid) -> None:
        self._find_invalid = find_invalid
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="live")
        self._groups: dict[Hashable, Group] = {}
        self._streams: Counter[Hashable] = Counter()
        self._position: HistoryPosition | None = None
        self._changed = asyncio.Event()
        self._waker: Waker | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: asyncio.TimerHandle | None = None
        self._evaluations: set[asyncio.Task[None]] = set()

    @contextmanager
    def admitted(self, viewer: Hashable) -> Iterator[None]:
        """Count a stream of the viewer in the block. Raises `TooManyStreamsError`."""
        if (
            self._streams[viewer] >= settings.STREAMS_PER_USER
            or self._streams.total() >= settings.STREAMS
        ):
            raise TooManyStreamsError
        self._streams[viewer] += 1
        _LISTENERS.inc()
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        try:
            yield
        finally:
            _LISTENERS.dec()
            self._streams[viewer] -= 1
            if not self._streams[viewer]:
                del self._streams[viewer]
            if not self._streams:
                self._ending = self._loop.call_later(_IDLE_SECONDS, self._end)

    async def join(self, new: Group, *, credentials: Hashable) -> Listener:
        """Let an admitted listener join the group with the key of ``new``, or this new group."""
        if self._position is None:
            position = await self.run(HistoryEntry.objects.position)
            # Meanwhile another listener can have begun, with an earlier position: nothing after that one is skipped.
            if self._position is None:
                self._position = position
                self._begin()
        group = self._groups.setdefault(new.key, new)
        listener = Listener(group, credentials)
        group.members.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        group = listener.group
        group.members.discard(listener)
        if not group.members:
            self._groups.pop(group.key, None)
            if group.look_again is not None:
                group.look_again.cancel()

    async def run(self, read: Callable[[], T]) -> T:
        """Read the database in one of the hub's threads."""

        def work() -> T:
            signals.request_started.send(sender=Hub)
            try:
                return read()
            finally:
                # It returns the connection.
                signals.request_finished.send(sender=Hub)

        return await self._loop.run_in_executor(self._threads, work)

    def _begin(self) -> None:
        if self._waker is None:
            self._waker = Waker(self._wake)
            self._tasks = [
                asyncio.create_task(self._distribute()),
                asyncio.create_task(self._check_credentials()),
            ]

    def _wake(self) -> None:
        """Note, in another thread, that the history can have changed."""
        with suppress(RuntimeError):
            # The loop can be closed.
            self._loop.call_soon_threadsafe(self._changed.set)

    def _end(self) -> None:
        if self._waker is not None:
            self._waker.stop()
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._waker = self._position = None

    async def _distribute(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await asyncio.sleep(_COMBINE_SECONDS)
            position = self._position
            if position is None:
                return
            try:
                self._position, changed = await self.run(partial(changed_since, position))
            except Exception:
                # The next wake-up reads the same changes again.
                logger.warning("The feed could not be read.", exc_info=True)
                continue
            self._mark(changed)

    def _mark(self, changed: Changed) -> None:
        for group in self._groups.values():
            if group.interest.includes(changed):
                self.evaluate_soon(group)

    def evaluate_soon(self, group: Group) -> None:
        group.is_dirty = True
        if not group.is_running:
            group.is_running = True
            task = asyncio.create_task(self._evaluate(group))
            self._evaluations.add(task)
            task.add_done_callback(self._evaluations.discard)

    async def _evaluate(self, group: Group) -> None:
        try:
            while group.is_dirty and group.members:
                group.is_dirty = False
                credentials = {each.credentials for each in group.members}
                state = group.state
                result = await self.run(lambda: group.evaluate(state, credentials))  # noqa: B023
                self._publish(group, result)
        except Exception:
            # The state is still the earlier one, so the next evaluation has these changes too.
            logger.warning("An event could not be made.", exc_info=True)
            self._loop.call_later(1, self.evaluate_soon, group)
        finally:
            group.is_running = False

    def _publish(self, group: Group, result: Evaluated) -> None:
        group.state = result.state
        for listener in list(group.members):
            is_invalid = listener.credentials in result.invalid
            if result.event is not None and not is_invalid:
                listener.offer(result.event)
            if result.ends or is_invalid:
                listener.end()
        if result.event is not None:
            _EVENTS.inc()
        if group.look_again is not None:
            group.look_again.cancel()
            group.look_again = None
        if (at := result.look_again_at) is not None and group.members:
            seconds = max(0.0, (at - timezone.now()) / datetime.timedelta(seconds=1))
            group.look_again = self._loop.call_later(seconds, self.evaluate_soon, group)

    async def _check_credentials(self) -> None:
        """End the streams of tokens and sessions that have ended. Not every end is a change of the history."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            listeners = [each for group in self._groups.values() for each in group.members]
            credentials = {each.credentials for each in listeners}
            try:
                invalid = await self.run(lambda: self._find_invalid(credentials))  # noqa: B023
            except Exception:
                logger.warning("Credentials could not be checked.", exc_info=True)
                continue
            for listener in listeners:
                if listener.credentials in invalid:
                    listener.end()


_hubs: dict[int, tuple[asyncio.AbstractEventLoop, Hub]] = {}


def hub(find_invalid: FindInvalid) -> Hub:
    """Return the hub of the running event loop. ``find_invalid`` returns the credentials that are no longer valid."""
    loop = asyncio.get_running_loop()
    known = _hubs.get(id(loop))
    if known is None or known[0] is not loop:
        _hubs.clear()
        known = _hubs[id(loop)] = (loop, Hub(find_invalid))
    return known[1]
