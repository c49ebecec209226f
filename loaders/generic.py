"""Loaders for every plain look-up: one row by its key, and the rows of a group."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any, Generic, Self, TypeVar

from aiodataloader import DataLoader, Loader, dispatch_queue_batch
from prometheus_client import Histogram

from loaders.dispatch import Dispatcher, Stage, as_future_exception

K = TypeVar("K")
V = TypeVar("V")
_Group = tuple[Sequence[K], "asyncio.Future[list[V]]"]

BATCH_KEYS = Histogram(
    "primepath_batch_keys",
    "Keys that one batch of a loader reads, by the stage of the loader.",
    ["stage"],
    buckets=(1, 10, 100, 1_000, 10_000),
)
_BATCH_KEYS = {stage: BATCH_KEYS.labels(stage.name.lower()) for stage in Stage}


class BatchLoader(DataLoader[K, V]):
    """aiodataloader's loader, with batches that the dispatcher dispatches.

    ``fetch`` returns the values of the keys, in their order. It is called while no event loop is running, so it uses the
    ORM like synchronous code. It can return an exception instead of a value, or raise one for all keys.
    """

    writes = False

    def __init__(
        self, dispatcher: Dispatcher, stage: Stage, fetch: Callable[[list[K]], Sequence[V]]
    ) -> None:
        super().__init__(loop=dispatcher.loop)
        dispatcher.empty_at_end(self)
        self._dispatcher = dispatcher
        self._stage = stage
        self._fetch = fetch
        self._groups: list[_Group[K, V]] = []
        self._values: dict[K, Any] = {}

    def load(self, key: K) -> asyncio.Future[V]:
        """Return the future value of ``key``. It is read with the other keys of the batch, once per operation at most."""
        future = super().load(key)
        if future.done():
            return future
        # Several fields can wait for one key. A cancelled field cancels the future that it waits for, which must
        # not cancel the value for the others.
        waiting: asyncio.Future[V] = self.loop.create_future()
        future.add_done_callback(partial(_forward, waiting))
        return waiting

    def load_all(self, keys: Sequence[K]) -> asyncio.Future[list[V]]:
        """Return the values of ``keys``, in their order, as one future. For many keys, one future each costs more than the query."""
        future: asyncio.Future[list[V]] = self.loop.create_future()
        self._enqueue()
        self._groups.append((keys, future))
        return future

    def do_resolve_reject(self, key: K, future: asyncio.Future[V]) -> None:
        self._enqueue()
        self._queue.append(Loader(key, future))

    def clear(self, key: K) -> Self:
        self._values.pop(key, None)
        return super().clear(key)

    def clear_all(self) -> Self:
        self._values.clear()
        return super().clear_all()

    async def batch_load_fn(self, keys: list[K]) -> list[V]:
        return [self._values[key] for key in keys]

    def run(self) -> None:
        self._answer(self._fetch)

    def fail(self, error: Exception) -> None:
        def fetch(_keys: list[K]) -> Sequence[V]:
            raise error

        self._answer(fetch)

    def cancel(self) -> None:
        _cancel(*self._take())

    def _enqueue(self) -> None:
        if not self._queue and not self._groups:
            self._dispatcher.enqueue(self._stage, self)

    def _take(self) -> tuple[list[Loader], list[_Group[K, V]]]:
        taken = self._queue, self._groups
        self._queue, self._groups = [], []
        return taken

    def _answer(self, fetch: Callable[[list[K]], Sequence[V]]) -> None:
        queue, groups = self._take()
        try:
            self._read(fetch, chain((entry.key for entry in queue), *(keys for keys, _ in groups)))
            _run_immediately(dispatch_queue_batch(self, queue))
            for keys, group in groups:
                _resolve_group(group, [self._values[key] for key in keys])
        finally:
            # Not done yet only if the thread is being ended.
            _cancel(queue, groups)

    def _read(self, fetch: Callable[[list[K]], Sequence[V]], keys: Iterable[K]) -> None:
        if unread := self.unread(keys):
            self._keep(unread, fetch)

    def unread(self, keys: Iterable[K]) -> list[K]:
        """Return the keys that have no value yet, each once."""
        return [key for key in dict.fromkeys(keys) if key not in self._values]

    def values_read(self, keys: Iterable[K]) -> dict[K, V]:
        """Return the values of those keys that the operation has read already."""
        values = self._values
        return {
            key: values[key]
            for key in keys
            if key in values and not isinstance(values[key], Exception)
        }

    def _keep(self, keys: list[K], fetch: Callable[[list[K]], Sequence[V]]) -> None:
        """Keep the values of ``keys``, which have none yet."""
        _BATCH_KEYS[self._stage].observe(len(keys))
        try:
            self._values |= list(zip(keys, fetch(keys), strict=True))
        except Exception as error:
            # Stored like a value, so that a failed query is not sent again for the next request of the key.
            self._values |= dict.fromkeys(keys, as_future_exception(error))


def _run_immediately(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing. It ends at its first step and needs no event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("A batch must not wait for anything.")


def _resolve_group(future: asyncio.Future[list[V]], values: list[Any]) -> None:
    if future.done():
        return
    error = next((value for value in values if isinstance(value, Exception)), None)
    if error is None:
        future.set_result(values)
        return
    future.set_exception(error)
    # Waiting callers get the error. If none is left, asyncio would log it as never retrieved.
    future.exception()


def _cancel(queue: Iterable[Loader], groups: Iterable[_Group[Any, Any]]) -> None:
    for _, future in (*queue, *groups):
        future.cancel()


def _forward(waiting: asyncio.Future[V], future: asyncio.Future[V]) -> None:
    """Resolve ``waiting`` like ``future``, unless it was cancelled in the meantime."""
    if future.cancelled():
        waiting.cancel()
        return
    error = future.exception()
    if waiting.done():
        return
    if error is None:
        waiting.set_result(future.result())
        return
    waiting.set_exception(error)
    # If the field no longer waits, asyncio would log the error, once per field.
    waiting.exception()


class RowLoader(BatchLoader[K, V | None], Generic[K, V]):
    """Loads one row per key, or None. ``rows(keys)`` returns the rows in any order, and ``key_of`` the key of a row."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        stage: Stage,
        rows: Callable[[list[K]], Iterable[V]],
        key_of: Callable[[V], K],
    ) -> None:
        def fetch(keys: list[K]) -> list[V | None]:
            found = {key_of(row): row for row in rows(keys)}
            return [found.get(key) for key in keys]

        super().__init__(dispatcher, stage, fetch)

    async def find(self, key: K | None) -> V | None:
        """Return the row of ``key``, or None if ``key`` is None, as for a foreign key that is null."""
        return None if key is None else await self.load(key)


class GroupLoader(BatchLoader[K, list[V]], Generic[K, V]):
    """Loads the rows of each key, in the order in which ``rows(keys)`` returns them."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        stage: Stage,
        rows: Callable[[list[K]], Iterable[V]],
        key_of: Callable[[V], K],
    ) -> None:
        def fetch(keys: list[K]) -> list[list[V]]:
            groups: defaultdict[K, list[V]] = defaultdict(list)
            for row in rows(keys):
                groups[key_of(row)].append(row)
            return [groups[key] for key in keys]

        super().__init__(dispatcher, stage, fetch)
