"""Statements that are sent before they are needed.

An operation reads in steps: who sent it, their classes, the cells of these. Each step waits for the one before. An equal request that
ran before has probably read the same. So together with its first statement, an operation sends all that followed last time, in one
message and in its snapshot.

A result is used only if the operation asks for the same statement with the same values. So it is still the operation that decides
what is read, with what was just read about the viewer. A wrong guess costs some time of the database, and nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from primepath.db.snapshot import Snapshot, recover_reads

if TYPE_CHECKING:
    from primepath.db.statement import BoundStatement, Read

    Rows = list[tuple[Any, ...]]
    Send = Callable[[Sequence[BoundStatement]], list[Rows]]

# A value of a statement takes about 80 bytes. The full matrix of 60 classes has 2,000.
_MOST_VALUES = 100_000
_MOST_VALUES_OF_REQUEST = 5_000
_OVERHEAD_VALUES = 20


class ReadAhead(Snapshot):
    """The snapshot of a request, and what an equal request has read, the ``known`` reads."""

    def __init__(self, known: Sequence[Read]) -> None:
        super().__init__()
        self._known = known
        self._results: list[tuple[BoundStatement, Rows]] = []
        self._has_ended = False
        self.has_failed = False
        """Whether what was sent ahead has failed."""
        self.made: list[Read] = []
        """What the request has read so far."""

    def end(self) -> None:
        super().end()
        self._has_ended = True
        self._results.clear()

    def fetch(self, statements: Sequence[BoundStatement], send: Send) -> list[Rows]:
        """Return the rows of statements. Those that are not known yet are sent, once together with what will probably follow."""
        if self._has_ended:
            return send(statements)
        self._note(statements)
        if (taken := self._take(statements)) is not None:
            return taken
        following = self._following(statements)
        if not following:
            return send(statements)
        self.begin()
        try:
            rows = send([*statements, *following])
        except DatabaseError:
            # One of them is perhaps too slow. Each is sent when it is needed.
            self.has_failed = True
            if not recover_reads():
                raise
            return send(statements)
        self._results += zip(following, rows[len(statements) :], strict=True)
        return rows[: len(statements)]

    def _note(self, statements: Sequence[BoundStatement]) -> None:
        reads = [each.read for each in statements]
        if not self.made:
            # The first one can have a secret, such as the key of a session. Its values are not needed later.
            reads[0] = reads[0]._replace(values=())
        self.made += reads

    def _take(self, statements: Sequence[BoundStatement]) -> list[Rows] | None:
        taken = [
            (result, rows)
            for wanted in statements
            for result, rows in self._results
            if result.read == wanted.read
        ]
        if len(taken) < len(statements):
            return None
        for each in taken:
            self._results.remove(each)
        return [rows for _, rows in taken]

    def _following(self, statements: Sequence[BoundStatement]) -> list[BoundStatement]:
        """Return what followed the first of ``statements`` last time. Its values can differ."""
        first = statements[0].read.statement
        for number, read in enumerate(self._known):
            if read.statement is first:
                sent = [each.read for each in statements]
                following = [each for each in self._known[number + 1 :] if each not in sent]
                self._known = ()
                return [each.bind_now() for each in following]
        return []


class _KnownReads:
    """What requests have read, by key. Those that were not used for the longest time are removed first. Threads share it."""

    def __init__(self) -> None:
        self._reads: OrderedDict[bytes, tuple[Sequence[Read], int]] = OrderedDict()
        self._values = 0
        self._lock = Lock()

    def get(self, key: bytes) -> Sequence[Read]:
        with self._lock:
            if key not in self._reads:
                return ()
            self._reads.move_to_end(key)
            return self._reads[key][0]

    def put(self, key: bytes, reads: Sequence[Read]) -> None:
        values = _OVERHEAD_VALUES + sum(each.size for each in reads)
        with self._lock:
            self._remove(key)
            if values <= _MOST_VALUES_OF_REQUEST:
                self._reads[key] = reads, values
                self._values += values
            while self._values > _MOST_VALUES:
                self._remove(next(iter(self._reads)))

    def _remove(self, key: bytes) -> None:
        _, values = self._reads.pop(key, ((), 0))
        self._values -= values


_known = _KnownReads()
_current: ContextVar[ReadAhead | None] = ContextVar("read_ahead", default=None)


def current_read_ahead() -> ReadAhead | None:
    return _current.get()


@contextmanager
def reading_ahead(key: bytes | None) -> Iterator[ReadAhead | None]:
    """Read ahead in the block what the last request with this key has read. Requests with a key have the same sender.

    The snapshot ends with the block. None if nothing can be read ahead: on SQLite, where a statement takes no round trip, with
    replicas, and in a transaction.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if (
        key is None
        or database.vendor != "postgresql"
        or database.in_atomic_block
        or len(connections.settings) > 1
        or not settings.READ_AHEAD
    ):
        yield None
        return
    reads = ReadAhead(_known.get(key))
    token = _current.set(reads)
    try:
        yield reads
    finally:
        _current.reset(token)
        reads.end()
        if reads.has_failed:
            _known.put(key, ())


def remember_reads(key: bytes, reads: ReadAhead) -> None:
    """Remember what a request has read, for the next request with this key. Nothing if that failed when it was sent ahead."""
    _known.put(key, () if reads.has_failed else reads.made)
