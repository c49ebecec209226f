"""Change sets: the history entries that belong together, because one call of a service wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from primepath.domain.change_set import new_change_set_id


class ChangeSet:
    """The changes of a block of the program. ``id`` is None as long as nothing is recorded.

    ``undoes``: the change set that the block undoes, or None.
    """

    def __init__(self) -> None:
        self.id: UUID | None = None
        self.undoes: UUID | None = None

    def require_id(self) -> UUID:
        """Return the id for an entry of the history."""
        if self.id is None:
            self.id = new_change_set_id()
        return self.id


_current: ContextVar[ChangeSet | None] = ContextVar("change_set", default=None)


@contextmanager
def change_set() -> Iterator[ChangeSet]:
    """Put everything that the block records in one change set: that of the block around it, if there is one.

    A service that records more than once needs this. It can be a decorator.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    token = _current.set(ChangeSet())
    try:
        yield current_change_set()
    finally:
        _current.reset(token)


def current_change_set() -> ChangeSet:
    """Return the change set of the block, or a new one outside of all blocks."""
    return _current.get() or ChangeSet()
