"""Distributes changes to the listeners of this process.

It runs in the thread of the event loop. Two threads read the database, whatever the number of listeners. Each wake-up reads what has
changed, and the events of all groups that it concerns, together. A listener costs neither a thread nor a connection.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import Context
from functools import partial
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.core import signals
from django.utils import timezone
from prometheus_client import Counter as Count
from prometheus_client import Gauge

from primepath.db.snapshot import one_state
from primepath.feed.listeners import Evaluated, Group, Listener, Reader
from primepath.feed.reading import changed_since
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
# More events at a time would delay the first ones, and the requests of others.
_TOGETHER = 128
# Then the event loop does other work before it publishes the next ones.
_AT_ONCE = 8
_RETRY_SECONDS = 1

_LISTENERS = Gauge("primepath_listeners", "Streams of live updates that are open.")
_EVENTS = Count("primepath_live_events", "Events of live updates that were made for a group.")

logger = logging.getLogger("primepath.feed")
T = TypeVar("T")
Results = dict[Group, Evaluated | Exception | None]
"""The results of the groups that a change concerns. None: not evaluated so far."""


class TooManyStreamsError(Exception):
    """The viewer, or all viewers together, have too many streams."""


class Hub:
    """The listeners of this process. Its methods run in the thread of the event loop."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="live")
        self._groups: dict[Hashable, Group] = {}
        self._streams: Counter[Hashable] = Counter()
        self._position: HistoryPosition | None = None
        self._changed = asyncio.Event()
        self._waker: Waker | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ending: asyncio.TimerHandle | None = None
        # In the order in which they are evaluated.
        self._due: dict[Group, None] = {}
        self._evaluating: asyncio.Task[None] | None = None
        self._reads = 0

    def admit(self, viewer: Hashable) -> None:
        """Count a stream of the viewer until `dismiss` is called. Raises `TooManyStreamsError`."""
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

    def dismiss(self, viewer: Hashable) -> None:
        """Note that a stream of the viewer has ended."""
        _LISTENERS.dec()
        self._streams[viewer] -= 1
        if not self._streams[viewer]:
            del self._streams[viewer]
        if not self._streams:
            self._ending = self._loop.call_later(_IDLE_SECONDS, self._end)

    @property
    def reads(self) -> int | None:
        """A number that changes when a read of changes begins and ends. None before the first one.

        If it is the same when a group joins as it was before the position of the group was read, the group has missed nothing.
        """
        return None if self._position is None else self._reads

    async def join(self, new: Group, listener: Listener) -> None:
        """Let an admitted listener join the group with the key of ``new``, or this new group."""
        if self._position is None:
            position = await self.run(HistoryEntry.objects.position)
            # Meanwhile another listener can have begun, with an earlier position: nothing after that one is skipped.
            if self._position is None:
                self._position = position
                self._begin()
        listener.group = self._groups.setdefault(new.key, new)
        listener.group.members.add(listener)

    def leave(self, listener: Listener) -> None:
        group = listener.group
        group.members.discard(listener)
        if not group.members:
            self._groups.pop(group.key, None)
            for timer in filter(None, (group.look_again, group.retry)):
                timer.cancel()

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
            # Without the context of the first stream, which would stay in memory.
            self._tasks = [
                self._loop.create_task(work, context=Context())
                for work in (self._distribute(), self._check_credentials())
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
            groups = [each for each in self._groups.values() if each.is_current]
            self._reads += 1
            with self._running(groups):
                try:
                    self._position, results = await self.run(partial(self._read, position, groups))
                except Exception:
                    # The next wake-up reads the same changes again.
                    logger.warning("The feed could not be read.", exc_info=True)
                    continue
                finally:
                    self._reads += 1
                self._note_others(groups)
                await self._publish_all(groups, results)

    def _read(
        self, position: HistoryPosition, groups: Sequence[Group]
    ) -> tuple[HistoryPosition, Results]:
        """Read the changes since a position, and the events of the first groups, from one state of the database."""
        with one_state() as snapshot:
            now, changed = changed_since(position)
            concerned = [each for each in groups if each.interest.includes(changed)]
            first = concerned[:_TOGETHER]
            results: Results = dict(zip(first, self._reader.evaluate(first, snapshot), strict=True))
        return now, results | dict.fromkeys(concerned[_TOGETHER:])

    def _note_others(self, groups: Collection[Group]) -> None:
        """Evaluate the groups that began or were being evaluated while the changes were read."""
        known = set(groups)
        for group in self._groups.values():
            if group not in known and group.retry is None:
                self.evaluate_soon(group)

    async def _publish_all(self, groups: Sequence[Group], results: Results) -> None:
        """Publish the results. Evaluate the concerned groups without a result, and move all others to the position."""
        assert self._position is not None
        for group in groups:
            if group not in results:
                group.position = self._position
        await self._publish_each(
            {group: result for group, result in results.items() if result is not None}
        )
        rest = [group for group, result in results.items() if result is None]
        for first in range(0, len(rest), _TOGETHER):
            await self._evaluate(rest[first : first + _TOGETHER])

    @contextmanager
    def _running(self, groups: Sequence[Group]) -> Iterator[None]:
        """Mark groups as being evaluated in the block. If one has become dirty meanwhile, it is evaluated again."""
        for group in groups:
            group.is_running = True
        try:
            yield
        finally:
            for group in groups:
                group.is_running = False
                if group.is_dirty and group.retry is None:
                    self.evaluate_soon(group)

    def evaluate_soon(self, group: Group) -> None:
        """Evaluate a group, together with others that are due. If it is being evaluated, do so again."""
        group.is_dirty = True
        if group.retry is not None:
            group.retry.cancel()
            group.retry = None
        if group.is_running or not group.members:
            return
        self._due[group] = None
        if self._evaluating is None:
            self._evaluating = asyncio.create_task(self._evaluate_due())

    async def _evaluate_due(self) -> None:
        try:
            while self._due:
                due = list(islice(self._due, _TOGETHER))
                for group in due:
                    del self._due[group]
                groups = [each for each in due if each.members and not each.is_running]
                with self._running(groups):
                    for group in groups:
                        group.is_dirty = False
                    await self._evaluate(groups)
        finally:
            self._evaluating = None

    async def _evaluate(self, groups: Sequence[Group]) -> None:
        def read() -> list[Evaluated | Exception]:
            with one_state() as snapshot:
                return self._reader.evaluate(groups, snapshot)

        results: Sequence[Evaluated | Exception]
        try:
            results = await self.run(read)
        except Exception as failure:
            results = [failure] * len(groups)
        await self._publish_each(dict(zip(groups, results, strict=True)))

    async def _publish_each(self, results: Mapping[Group, Evaluated | Exception]) -> None:
        """Publish the results. Requests that arrive meanwhile do not wait for all of them."""
        for number, (group, result) in enumerate(results.items(), 1):
            self._publish(group, result)
            if not number % _AT_ONCE:
                await asyncio.sleep(0)

    def _publish(self, group: Group, result: Evaluated | Exception) -> None:
        if isinstance(result, Exception):
            # The position is still the earlier one, so the next evaluation has these changes too.
            logger.warning("An event could not be made.", exc_info=result)
            group.is_dirty = True
            group.retry = self._loop.call_later(_RETRY_SECONDS, self.evaluate_soon, group)
            return
        group.position, group.state = result.position, result.state
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
                invalid = await self.run(lambda: self._reader.find_invalid(credentials))  # noqa: B023
            except Exception:
                logger.warning("Credentials could not be checked.", exc_info=True)
                continue
            for listener in listeners:
                if listener.credentials in invalid:
                    listener.end()


_hubs: dict[int, tuple[asyncio.AbstractEventLoop, Hub]] = {}


def hub(reader: Reader) -> Hub:
    """Return the hub of the running event loop, which reads with this ``reader``."""
    loop = asyncio.get_running_loop()
    known = _hubs.get(id(loop))
    if known is None or known[0] is not loop:
        _hubs.clear()
        known = _hubs[id(loop)] = (loop, Hub(reader))
    return known[1]
