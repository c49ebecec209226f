"""An operation that records its batches, and a check of what operations leave behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from loaders.dispatch import Dispatcher, OperationLoop, Stage
from loaders.generic import BatchLoader

Fetch = Callable[[list[Any]], Sequence[Any]]


class RecordingDispatcher(Dispatcher):
    """A dispatcher with loaders that need no database. ``batches``: their batches, in the order of dispatch."""

    def __init__(self, checkpoint: Callable[[], None] = lambda: None) -> None:
        super().__init__(checkpoint)
        self.batches: list[tuple[str, list[Any]]] = []

    def loader(
        self, name: str, stage: Stage = Stage.SOURCE, fetch: Fetch | None = None
    ) -> BatchLoader[Any, Any]:
        """Return a loader. Its values default to ``name:key``."""

        def noted(keys: list[Any]) -> Sequence[Any]:
            self.batches.append((name, keys))
            return [f"{name}:{key}" for key in keys] if fetch is None else fetch(keys)

        return BatchLoader(self, stage, noted)


# Remains of an earlier test do not count.
_reported: list[asyncio.Future[Any]] = []


@contextmanager
def assert_nothing_left() -> Iterator[None]:
    """Assert that the block leaves no pending future or task of an operation, whatever still refers to it."""
    # Frozen objects are not searched. They are older than the block, and there are about a million.
    gc.freeze()
    try:
        yield
        left = [each for each in pending_futures() if each not in _reported]
    finally:
        gc.unfreeze()
    _reported.extend(left)
    assert left == []


def pending_futures() -> list[asyncio.Future[Any]]:
    """Return the pending futures and tasks of all operations of this process."""
    # isinstance would evaluate Django's lazy objects.
    return [
        each
        for each in gc.get_objects()
        if issubclass(type(each), asyncio.Future)
        and not each.done()
        and isinstance(each.get_loop(), OperationLoop)
    ]
