"""When a batch goes out.

A batch must not go out too early, or a key that arrives after it costs a second query; nor too late, or everybody
waits for a batch that waits for them. A timer gets both wrong: it is a guess about how long the others will take.

Here nothing is guessed. An operation runs on an `OperationLoop` of its own, an event loop that has nothing but a queue
of ready callbacks: no sockets, no timers, no other operation. While the queue holds anything, some resolver can still
go on, and may ask for another key. When it is empty, every resolver waits, and what each waits for is a batch, since
there is nothing else on this loop to wait for. The operation is *provably* quiet:

- not too early: no resolver can run, so no key can arrive before the batch is read;
- not too late: as soon as nobody can run, a batch goes out, so nobody waits for good. Where the operation is quiet and no
  batch waits either, somebody waits for what never comes; that is a fault of the program, and is raised as one.

At a quiet point not every batch goes out, for the answer to one may lead to keys of another. Each loader has a
`Stage`, and only the earliest stage that waits is sent: everything that may still lead to a cell, then the cells,
then the rest. So all cells of an operation share one query, whatever the shape of the document. Before all of them comes
what says how new they are at least.

Batches run while no event loop is running, so they use Django's ORM as any synchronous code does. The idea is that of
graphql-ruby's Dataloader, which finds the quiet point with fibers.

On failure: a batch that raises fails the futures of its own keys; the rest goes on. When the time of the operation is over,
the checkpoint says so, and the batches that wait fail without being run: who waits for them tells of it, and what was
read, or done, before is kept.

On cancellation, whether by the checkpoint or because the answer is complete while something still runs: all tasks are
cancelled and all futures that nobody will resolve are cancelled too, before `Dispatcher.run` returns. Nothing outlives
the operation.
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
    """When a loader's batches go out, relative to those of other loaders."""

    FIRST = 0
    """It says how far the school's changes are seen by whatever is read after it."""
    SOURCE = 1
    """Its answers may lead to cells."""
    CELLS = 2
    DETAIL = 3
    """Its answers lead to no cell, so it can wait for what the cells will ask of it."""


class PendingBatch(Protocol):
    """Work that waits for a quiet point."""

    def run(self) -> None:
        """Does the work and resolves its futures; called with no event loop running."""

    def fail(self, error: Exception) -> None:
        """Fails its futures with ``error``, without doing the work."""

    def cancel(self) -> None:
        """Cancels its futures, as the work will not be done."""


class OperationLoop(asyncio.AbstractEventLoop):
    """An event loop with a queue of ready callbacks and nothing else.

    asyncio's own futures, tasks, `gather`, events and locks work on it. What needs time, threads or I/O raises
    `NotImplementedError`, as it would break the proof above.
    """

    def __init__(self) -> None:
        self._ready: deque[asyncio.Handle] = deque()
        self.tasks: list[asyncio.Task[Any]] = []

    def run_ready(self) -> bool:
        """Runs callbacks, and those that they add, until none is left; False where there was none."""
        ready = self._ready
        if not ready:
            return False
        asyncio._set_running_loop(self)
        try:
            while ready:
                handle = ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            asyncio._set_running_loop(None)
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
    """``error`` as a future takes it: a `StopIteration` would end the coroutine that waits as if that had returned."""
    if not isinstance(error, StopIteration):
        return error
    failure = RuntimeError("A batch raised StopIteration.")
    failure.__cause__ = error
    return failure


class Call(PendingBatch):
    """A synchronous function that is called once, at a quiet point."""

    def __init__(self, future: asyncio.Future[Any], function: Callable[[], Any]) -> None:
        self._future = future
        self._function = function

    def run(self) -> None:
        if self._future.cancelled():
            return
        try:
            self._future.set_result(self._function())
        except Exception as error:
            self._future.set_exception(as_future_exception(error))
        finally:
            # Not done only where the thread is being ended.
            self._future.cancel()

    def fail(self, error: Exception) -> None:
        if not self._future.cancelled():
            self._future.set_exception(error)

    def cancel(self) -> None:
        self._future.cancel()


class Dispatcher:
    """Runs one operation in the calling thread, and its batches whenever it is quiet.

    ``checkpoint`` is called before each batch. A `PrimePathError` that it raises is the answer to whoever waits for that
    batch, which is not run; anything else ends the operation and is raised by `run`.
    """

    def __init__(self, checkpoint: Callable[[], None] = lambda: None) -> None:
        self.loop = OperationLoop()  # type: ignore[abstract]
        self._checkpoint = checkpoint
        self._pending: dict[Stage, deque[PendingBatch]] = {stage: deque() for stage in Stage}

    def enqueue(self, stage: Stage, batch: PendingBatch) -> None:
        """Has ``batch`` run at a quiet point."""
        self._pending[stage].append(batch)

    def call(self, function: Callable[[], T], stage: Stage = Stage.SOURCE) -> asyncio.Future[T]:
        """The result of ``function``, which may use the ORM and is called at a quiet point."""
        future = self.loop.create_future()
        self.enqueue(stage, Call(future, function))
        return future

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of ``coroutine``; no task or future of the operation is pending afterwards.

        Raises what the coroutine or the checkpoint raises, and `RuntimeError` where the coroutine waits for
        something that is neither a batch nor on its way.
        """
        root = self.loop.create_task(coroutine)
        try:
            while True:
                self.loop.run_ready()
                if root.done():
                    return root.result()
                batches = self._earliest_pending()
                if not batches:
                    raise RuntimeError(f"The operation waits for what never comes: {root!r}")
                while batches:
                    self._dispatch(batches)
        finally:
            self._shut_down()

    def _dispatch(self, batches: deque[PendingBatch]) -> None:
        """Takes the first of ``batches``, and runs it where the checkpoint allows."""
        try:
            self._checkpoint()
        except PrimePathError as error:
            batches.popleft().fail(error)
        else:
            batches.popleft().run()

    def _earliest_pending(self) -> deque[PendingBatch]:
        """The batches of the earliest stage that has any; none where no batch waits."""
        return next(filter(None, self._pending.values()), deque())

    def _shut_down(self) -> None:
        for _ in range(_MAX_SHUT_DOWN_ROUNDS):
            while batches := self._earliest_pending():
                batches.popleft().cancel()
            running = [task for task in self.loop.tasks if not task.done()]
            for task in running:
                task.cancel()
            # What runs now may start something else, and has to be looked at again.
            if not self.loop.run_ready() and not running:
                break
        else:
            logger.error("Tasks refuse to be cancelled: %r", running)
        self.loop.tasks.clear()
