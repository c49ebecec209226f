"""The moment at which a batch is dispatched.

A batch must not be dispatched too early, or a key that arrives after it costs a second query. It must not be dispatched
too late, or the operation waits for a batch that waits for the operation. A timer gets both wrong: it guesses how long the
other resolvers will take.

Nothing is guessed here. An operation runs on its own `OperationLoop`, an event loop that has only a queue of ready
callbacks: no sockets, no timers, no other operation. As long as the queue is not empty, some resolver can still run and
request another key. When it is empty, every resolver waits. Each waits for a batch, because there is nothing else on this
loop to wait for. The operation is *provably* idle:

- not too early: no resolver can run, so no key can arrive before the batch is read;
- not too late: when no resolver can run, a batch is dispatched, so no resolver waits forever. If the operation is idle and
  no batch is pending, a resolver waits for something that never comes. That is a bug in the program, and raises an error.

Not every pending batch is dispatched when the operation is idle, because the result of one can lead to keys of another. Each
loader has a `Stage`, and only the earliest stage with pending batches is dispatched. First comes everything that can
still lead to a cell, then the cells, then the rest. So all cells of an operation share one query, whatever the shape of
the document. Before all of these comes the position in the history, so that everything read later is at least as recent.

Batches run while no event loop is running, so they use Django's ORM like any synchronous code. The idea is from
graphql-ruby's Dataloader, which finds the idle point with fibers.

Failure: a batch that raises fails the futures of its own keys, and the rest continues. When the time of the operation is
over, the checkpoint raises, and the pending batches fail without running. Waiting callers get the error. Results that are
already loaded or saved are kept.

Cancellation: the checkpoint can end the operation, and the response can be complete while something still runs. Before
`Dispatcher.run` returns, all tasks and all futures that nothing will resolve are cancelled. Nothing outlives the operation.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from primepath.domain.errors import PrimePathError

T = TypeVar("T")

logger = logging.getLogger("primepath.dispatch")

_MAX_SHUT_DOWN_ROUNDS = 1_000


class Stage(IntEnum):
    """The order in which the batches of loaders are dispatched."""

    FIRST = 0
    """Reads the position in the history. Everything that is read later is at least as recent."""
    SOURCE = 1
    """Its results can lead to cells."""
    CELLS = 2
    DETAIL = 3
    """Its results lead to no cell, so it can wait for the keys that the cells will request."""


class Reads(Protocol):
    """The state of the database that an operation reads. `primepath.db.snapshot.Snapshot` keeps it the same."""

    def begin(self) -> None:
        """Called before each batch that reads."""

    def begin_write(self) -> None:
        """Called before each batch that writes. Later reads see a newer state."""

    def end(self) -> None:
        """Called at the end of the operation."""


class _AnyState:
    """Lets each batch read the newest state."""

    def begin(self) -> None:
        pass

    def begin_write(self) -> None:
        pass

    def end(self) -> None:
        pass


class PendingBatch(Protocol):
    """Work that runs when the operation is idle."""

    writes: bool
    """True if it can change the database. Later reads see a newer state."""

    def run(self) -> None:
        """Do the work and resolve its futures. Called while no event loop is running."""

    def fail(self, error: Exception) -> None:
        """Fail its futures with ``error``, without doing the work."""

    def cancel(self) -> None:
        """Cancel its futures, because the work will not be done."""


class OperationLoop(asyncio.AbstractEventLoop):
    """An event loop with a queue of ready callbacks and nothing else.

    asyncio's futures, tasks, `gather`, events and locks work on it. Anything that needs time, threads or I/O raises
    `NotImplementedError`, because it would break the proof above.
    """

    def __init__(self, give_way: Callable[[], None] | None = None) -> None:
        self._ready: deque[asyncio.Handle] = deque()
        self._give_way = give_way
        self.tasks: list[asyncio.Task[Any]] = []

    def run_ready(self) -> bool:
        """Run the ready callbacks, and the callbacks that they add, until none is left. Return False if none was ready."""
        ready, give_way = self._ready, self._give_way
        if not ready:
            return False
        # That of the server, if it runs the operation.
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while ready:
                handle = ready.popleft()
                if not handle.cancelled():
                    handle._run()
                if give_way is not None:
                    give_way()
        finally:
            asyncio._set_running_loop(outer)
        return True

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, T] | Generator[Any, None, T],
        *,
        name: str | None = None,
        context: Context | None = None,
        **_: Any,
    ) -> asyncio.Task[T]:
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, name=name, context=context)
        self.tasks.append(task)
        return task

    def time(self) -> float:
        return time.monotonic()

    def is_running(self) -> bool:
        return asyncio._get_running_loop() is self

    def is_closed(self) -> bool:
        return False

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        logger.error("%s", context.get("message"), exc_info=context.get("exception"))


def as_future_exception(error: Exception) -> Exception:
    """Return ``error`` in a form that a future accepts. A `StopIteration` would end the waiting coroutine like a return."""
    if not isinstance(error, StopIteration):
        return error
    failure = RuntimeError("A batch raised StopIteration.")
    failure.__cause__ = error
    return failure


class Call(PendingBatch):
    """A synchronous function that is called once, when the operation is idle."""

    def __init__(
        self, future: asyncio.Future[Any], function: Callable[[], Any], *, writes: bool
    ) -> None:
        self._future = future
        self._function = function
        self.writes = writes

    def run(self) -> None:
        if self._future.cancelled():
            return
        try:
            self._future.set_result(self._function())
        except Exception as error:
            self._future.set_exception(as_future_exception(error))
        finally:
            # Not done yet only if the thread is being ended.
            self._future.cancel()

    def fail(self, error: Exception) -> None:
        if not self._future.cancelled():
            self._future.set_exception(error)

    def cancel(self) -> None:
        self._future.cancel()


class Dispatcher:
    """Runs one operation in the calling thread, and its batches when it is idle.

    ``checkpoint`` is called before each batch. If it raises a `PrimePathError`, the batch fails with it and does not run.
    Any other exception ends the operation, and `run` raises it. ``give_way`` is called after each step of a resolver.
    """

    def __init__(
        self,
        checkpoint: Callable[[], None] = lambda: None,
        reads: Reads | None = None,
        give_way: Callable[[], None] | None = None,
    ) -> None:
        self.loop = OperationLoop(give_way)  # type: ignore[abstract]
        self._checkpoint = checkpoint
        self._reads = reads or _AnyState()
        self._pending: dict[Stage, deque[PendingBatch]] = {stage: deque() for stage in Stage}
        self._emptied: list[object] = []

    def empty_at_end(self, part: object) -> None:
        """Remove all attributes of a part of the operation at its end.

        Parts refer to each other in circles. So everything that an operation has read would stay in memory until the garbage
        collector runs, which is after hundreds of operations.
        """
        self._emptied.append(part)

    def enqueue(self, stage: Stage, batch: PendingBatch) -> None:
        """Add a pending batch, which runs when the operation is idle."""
        self._pending[stage].append(batch)

    def call(self, function: Callable[[], T], stage: Stage = Stage.SOURCE) -> asyncio.Future[T]:
        """Return the future result of ``function``, which is called when the operation is idle and can use the ORM."""
        return self._call(function, stage, writes=False)

    def write(self, function: Callable[[], T]) -> asyncio.Future[T]:
        """Return the future result of ``function``, which can change the database. Later reads see a newer state."""
        return self._call(function, Stage.SOURCE, writes=True)

    def _call(self, function: Callable[[], T], stage: Stage, *, writes: bool) -> asyncio.Future[T]:
        future = self.loop.create_future()
        self.enqueue(stage, Call(future, function, writes=writes))
        return future

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return the result of ``coroutine``. No task or future of the operation is pending afterwards.

        Raises the exception of the coroutine or of the checkpoint. Raises `RuntimeError` if the coroutine waits for
        something that no batch and no other task will resolve.
        """
        root = self.loop.create_task(coroutine)
        try:
            while True:
                self.loop.run_ready()
                if root.done():
                    return root.result()
                batches = self._earliest_pending()
                if not batches:
                    raise RuntimeError(
                        f"The operation waits for something that never comes: {root!r}"
                    )
                while batches:
                    self._dispatch(batches)
        finally:
            self._shut_down()
            self._reads.end()
            for part in self._emptied:
                vars(part).clear()
            self._emptied.clear()

    def _dispatch(self, batches: deque[PendingBatch]) -> None:
        """Remove the first of ``batches`` and run it, unless the checkpoint or the database raises."""
        try:
            self._checkpoint()
        except PrimePathError as error:
            batches.popleft().fail(error)
            return
        batch = batches.popleft()
        try:
            if batch.writes:
                self._reads.begin_write()
            else:
                self._reads.begin()
        except Exception as error:
            batch.fail(error)
        else:
            batch.run()

    def _earliest_pending(self) -> deque[PendingBatch]:
        """Return the batches of the earliest stage that has any; empty if none is pending."""
        return next(filter(None, self._pending.values()), deque())

    def _shut_down(self) -> None:
        for _ in range(_MAX_SHUT_DOWN_ROUNDS):
            while batches := self._earliest_pending():
                batches.popleft().cancel()
            running = [task for task in self.loop.tasks if not task.done()]
            for task in running:
                task.cancel()
            # A callback that runs now can start another task or batch, so check again.
            if not self.loop.run_ready() and not running:
                break
        else:
            logger.error("Tasks refuse to be cancelled: %r", running)
        self.loop.tasks.clear()
