"""The loaders that serve every plain lookup: one row by its key, and the rows of a group."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from aiodataloader import DataLoader, Loader, dispatch_queue_batch

from loaders.dispatch import Dispatcher, Stage

K = TypeVar("K")
V = TypeVar("V")


class BatchLoader(DataLoader[K, V]):
    """aiodataloader's loader, whose batches go out when the dispatcher says so.

    ``fetch`` gives the values of the keys, in their order; it is called with no event loop running, so it uses the ORM
    as synchronous code does. It may give an exception in place of a value, or raise one for all of them.
    """

    def __init__(
        self, dispatcher: Dispatcher, stage: Stage, fetch: Callable[[list[K]], Sequence[V]]
    ) -> None:
        super().__init__(loop=dispatcher.loop)
        self._dispatcher = dispatcher
        self._stage = stage
        self._fetch = fetch

    def load(self, key: K) -> asyncio.Future[V]:
        """The value of ``key``, read with the other keys of the batch, at most once an operation."""
        future = super().load(key)
        # Several fields may wait for one key. A field that is cancelled cancels what it waits for, and must not
        # take the value away from the others.
        return future if future.done() else asyncio.shield(future)

    def do_resolve_reject(self, key: K, future: asyncio.Future[V]) -> None:
        was_idle = not self._queue
        self._queue.append(Loader(key, future))
        if was_idle:
            self._dispatcher.enqueue(self._stage, self)

    async def batch_load_fn(self, keys: list[K]) -> list[V]:
        return list(self._fetch(keys))

    def run(self) -> None:
        queue, self._queue = self._queue, []
        # A coroutine that never waits ends at its first step, and needs no event loop for it.
        try:
            dispatch_queue_batch(self, queue).send(None)
        except StopIteration:
            return
        raise RuntimeError("A batch must not wait for anything.")

    def abandon(self) -> None:
        queue, self._queue = self._queue, []
        for _, future in queue:
            future.cancel()


class ByKey(BatchLoader[K, V | None], Generic[K, V]):
    """One row a key: ``rows(keys)`` gives them in any order, ``key_of`` tells whose each is; None where there is none."""

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
        """The row of ``key``; None for no key, as of a foreign key that is null."""
        return None if key is None else await self.load(key)


class Grouped(BatchLoader[K, list[V]], Generic[K, V]):
    """The rows of each key, in the order in which ``rows(keys)`` gives them."""

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
