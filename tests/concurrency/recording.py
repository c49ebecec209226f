"""An operation whose batches are noted, and what operations leave behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from loaders.dispatch import Dispatcher, OperationLoop, Stage
from loaders.generic import BatchLoader

Fetch = Callable[[list[Any]], Sequence[Any]]


class Recording(Dispatcher):
    """A dispatcher with loaders that need no database; ``batches`` are theirs, in the order in which they went out."""

    def __init__(self, checkpoint: Callable[[], None] = lambda: None) -> None:
        super().__init__(checkpoint)
        self.batches: list[tuple[str, list[Any]]] = []

    def loader(
        self, name: str, stage: Stage = Stage.SOURCE, fetch: Fetch | None = None
    ) -> BatchLoader[Any, Any]:
        """A loader that answers ``name:key`` for each key, unless told otherwise."""

        def noted(keys: list[Any]) -> Sequence[Any]:
            self.batches.append((name, keys))
            return [f"{name}:{key}" for key in keys] if fetch is None else fetch(keys)

        return BatchLoader(self, stage, noted)


# What one test leaves is no fault of the next.
_reported: list[asyncio.Future[Any]] = []


@contextmanager
def nothing_left() -> Iterator[None]:
    """Asserts that the block leaves no future or task of an operation that is not done, whoever still knows it."""
    yield
    left = [each for each in pending_futures() if each not in _reported]
    _reported.extend(left)
    assert left == []


def pending_futures() -> list[asyncio.Future[Any]]:
    """The futures and tasks of all operations of this process that are not done."""
    # Not isinstance: it asks Django's lazy objects what they are, and they go and find out.
    return [
        each
        for each in gc.get_objects()
        if issubclass(type(each), asyncio.Future)
        and not each.done()
        and isinstance(each.get_loop(), OperationLoop)
    ]
