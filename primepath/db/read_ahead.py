"""Statements that are sent before they are needed.

An operation reads in steps: who sent it, their classes, the cells of these. Each step waits for the one before. An equal request that
ran before has probably read the same. So together with its first statement, an operation sends all that followed last time, in one
message and in its snapshot.

A result is used only if the operation asks for the same statement with the same values. So it is still the operation that decides
what is read, with what was just read about the viewer. A wrong guess costs some time of the database, and nothing else.

If these were all statements of the last request, the message also ends the transaction, and the request has a single round trip. Should
the operation need another statement after all, that is refused, and the operation reads everything again in a new transaction.

All reads of a small request can be sent before it runs. `ReadBefore` then has their rows, and refuses any other statement.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from primepath.db.snapshot import Snapshot, recover_reads
from primepath.db.usage import current_usage

if TYPE_CHECKING:
    from primepath.db.statement import BoundStatement, Read

    Rows = list[tuple[Any, ...]]


class Send(Protocol):
    """Sends statements in one message and returns the rows of each. ``commit``: the message can also end the transaction."""

    def __call__(
        self, statements: Sequence[BoundStatement], *, commit: bool = False
    ) -> list[Rows]: ...


# A value of a statement takes about 80 bytes. The full matrix of 60 classes has 2,000.
_MOST_VALUES = 100_000
_MOST_VALUES_OF_REQUEST = 5_000
_OVERHEAD_VALUES = 20
# An operation with so many rows takes about ten milliseconds.
MOST_ROWS = 2_000
# Others wait meanwhile for the connection of the event loop.
MOST_SECONDS = 0.05


class ReadsMissingError(BaseException):
    """The transaction of the reads has ended, and the operation needs another statement.

    It ends the operation immediately. An `Exception` would fail some of its fields, and the others would go on.
    """


class KnownReads(NamedTuple):
    """The reads of a request.

    ``are_all``: it has sent no other statements. ``vary``: an equal request once needed others, after all were sent ahead.
    ``rows``: how many rows they returned. ``seconds``: how long the database took.
    """

    reads: Sequence[Read] = ()
    are_all: bool = False
    vary: bool = False
    rows: int = 0
    seconds: float = 0.0

    @property
    def can_be_sent_before(self) -> bool:
        """True if all of them can be sent before the request runs, without delaying others. The first one reads the sender."""
        is_small = self.rows <= MOST_ROWS and self.seconds <= MOST_SECONDS
        return bool(self.reads) and self.are_all and not self.vary and is_small


class _Results:
    """The rows of statements that were sent before they were needed. Each can be taken once."""

    def __init__(self) -> None:
        self._results: list[tuple[Read, Rows]] = []

    def add(self, statements: Iterable[BoundStatement], rows: Iterable[Rows]) -> None:
        self._results += zip((each.read for each in statements), rows, strict=True)

    def take(self, statements: Sequence[BoundStatement]) -> list[Rows] | None:
        """Return the rows of statements, or None if one has no rows here."""
        left, taken = list(self._results), []
        for wanted in statements:
            number = next((n for n, (read, _) in enumerate(left) if read == wanted.read), None)
            if number is None:
                return None
            taken.append(left.pop(number)[1])
        self._results = left
        return taken

    def clear(self) -> None:
        self._results.clear()


class ReadBefore:
    """The state of the database in which all reads of an operation were sent before it ran. It cannot read anything else.

    Whatever else it needs raises `ReadsMissingError`.
    """

    def __init__(self, statements: Sequence[BoundStatement], rows: Sequence[Rows]) -> None:
        self._results = _Results()
        self._results.add(statements, rows)

    def begin(self) -> None:
        pass

    def begin_write(self) -> None:
        raise ReadsMissingError

    def end(self) -> None:
        self._results.clear()

    def fetch(self, statements: Sequence[BoundStatement], send: Send) -> list[Rows]:
        """Return the rows of statements."""
        taken = self._results.take(statements)
        if taken is None:
            raise ReadsMissingError
        return taken


class ReadAhead(Snapshot):
    """The snapshot of a request, and what an equal request has read, the ``known`` reads.

    ``has_failed``: the statements sent ahead have failed.
    """

    def __init__(self, known: KnownReads) -> None:
        super().__init__()
        self._known, self._are_all, self._vary = known.reads, known.are_all, known.vary
        self._rows = 0
        self._seconds = 0.0
        self._results = _Results()
        self._has_ended = False
        self._is_committed = False
        self._statements_before = _statements()
        self.has_failed = False
        self.made: list[Read] = []
        """The reads of the request so far."""

    def begin(self) -> None:
        if not self._is_committed:
            super().begin()

    def end(self) -> None:
        super().end()
        self._has_ended = True
        self._results.clear()
        if self._is_committed:
            self._is_committed = False
            _database().check_with(None)

    def known_reads(self) -> KnownReads:
        """Return what the request has read so far."""
        are_all = _statements() - self._statements_before == len(self.made)
        return KnownReads(self.made, are_all, self._vary, self._rows, self._seconds)

    def fetch(self, statements: Sequence[BoundStatement], send: Send) -> list[Rows]:
        """Return the rows of statements. Unknown ones are sent, once together with the reads that probably follow.

        Raises `ReadsMissingError`, and the caller starts again after `end`, in a new transaction.
        """
        if self._has_ended:
            return send(statements)
        self._note(statements)
        began = perf_counter()
        rows = self._fetch(statements, send)
        self._seconds += perf_counter() - began
        self._rows += sum(map(len, rows))
        return rows

    def _fetch(self, statements: Sequence[BoundStatement], send: Send) -> list[Rows]:
        if (taken := self._results.take(statements)) is not None:
            return taken
        following = self._following(statements)
        if not following:
            return send(statements)
        self.begin()
        try:
            rows = send([*statements, *following], commit=self._are_all and not self._vary)
        except DatabaseError:
            # One of them is perhaps too slow. Each is sent when it is needed.
            self.has_failed = True
            if not recover_reads():
                raise
            return send(statements)
        self._results.add(following, rows[len(statements) :])
        if not _database().is_in_transaction():
            self._note_commit()
        return rows[: len(statements)]

    def _note_commit(self) -> None:
        self._is_open = False
        self._is_committed = True
        _database().check_with(self._refuse)

    def _refuse(self) -> None:
        self._vary = True
        raise ReadsMissingError

    def _note(self, statements: Sequence[BoundStatement]) -> None:
        reads = [each.read for each in statements]
        if not self.made:
            # The first one can have a secret, such as the key of a session. Its values are not needed later.
            reads[0] = reads[0]._replace(values=())
        self.made += reads

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


class _Memory:
    """The reads of requests, by key. The least recently used are removed first. Threads share it."""

    def __init__(self) -> None:
        self._reads: OrderedDict[bytes, tuple[KnownReads, int]] = OrderedDict()
        self._values = 0
        self._lock = Lock()

    def get(self, key: bytes) -> KnownReads:
        with self._lock:
            if key not in self._reads:
                return KnownReads()
            self._reads.move_to_end(key)
            return self._reads[key][0]

    def put(self, key: bytes, known: KnownReads) -> None:
        values = _OVERHEAD_VALUES + sum(each.size for each in known.reads)
        with self._lock:
            self._remove(key)
            if values <= _MOST_VALUES_OF_REQUEST:
                self._reads[key] = known, values
                self._values += values
            while self._values > _MOST_VALUES:
                self._remove(next(iter(self._reads)))

    def _remove(self, key: bytes) -> None:
        _, values = self._reads.pop(key, (None, 0))
        self._values -= values


_known = _Memory()
_current: ContextVar[ReadAhead | ReadBefore | None] = ContextVar("read_ahead", default=None)


def current_read_ahead() -> ReadAhead | ReadBefore | None:
    return _current.get()


@contextmanager
def reading_ahead(key: bytes | None) -> Iterator[ReadAhead | None]:
    """Read ahead in the block what the last request with this key has read. Requests with a key have the same sender.

    The snapshot ends with the block. None if nothing can be read ahead: on SQLite, where a statement takes no round trip, with
    replicas, and in a transaction.
    """
    database = _database()
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
            forget_reads(key)


def require_that_others_can_be_read() -> None:
    """Raise `ReadsMissingError` if the operation cannot wait for anything, because it has read everything before."""
    if isinstance(_current.get(), ReadBefore):
        raise ReadsMissingError


def reads_that_follow(key: bytes, first: BoundStatement) -> list[BoundStatement] | None:
    """Return what the last request with this key has read after its ``first`` statement.

    None if it has sent other statements too, or read many rows, or for long.
    """
    known = _known.get(key)
    if not known.can_be_sent_before or known.reads[0].statement is not first.read.statement:
        return None
    return [each.bind_now() for each in known.reads[1:]]


def has_reads(key: bytes) -> bool:
    """Return whether `reads_that_follow` can return something for this key."""
    return _known.get(key).can_be_sent_before


def forget_reads(key: bytes) -> None:
    """Let the next request with this key send each statement when it is needed."""
    _known.put(key, KnownReads())


@contextmanager
def reading_only(reads: ReadBefore) -> Iterator[None]:
    """Let statements in the block have the rows of ``reads``, and no others."""
    token = _current.set(reads)
    try:
        yield
    finally:
        _current.reset(token)


def remember_reads(key: bytes, reads: ReadAhead) -> None:
    """Remember what a request has read, for the next request with this key. Nothing if the statements sent ahead have failed."""
    if not reads.has_failed:
        _known.put(key, reads.known_reads())


def _database() -> Any:
    return connections[DEFAULT_DB_ALIAS]


def _statements() -> int:
    """Return the number of statements that the current request has sent. 0 outside requests."""
    usage = current_usage()
    return 0 if usage is None else usage.statements
