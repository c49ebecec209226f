"""Many clients at the same time."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from benchmarks.trial.checker.ledger import Ledger
from benchmarks.trial.load import loop
from benchmarks.trial.load.connection import Connection, LostError
from benchmarks.trial.load.measured import Measured, Record
from benchmarks.trial.load.mixes import Mix, Sender
from benchmarks.trial.load.operations import LOST, outcome_of
from benchmarks.trial.school import School

# After the end of a load its requests still get their responses, or time out.
_LAST_RESPONSE_SECONDS = 70
_RECONNECT_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Habits:
    """The behaviour of clients. ``think`` is the pause in seconds between a response and the next request.

    If ``patient``, a client waits for the time in ``Retry-After``. ``first`` is the number of the first client, and
    decides the users. ``requests`` limits how many requests each client sends.
    """

    think: float = 0
    patient: bool = True
    first: int = 0
    requests: int | None = None


class Load:
    """``clients`` clients that send requests of ``mix`` in the ``with`` block."""

    def __init__(
        self,
        port: int,
        school: School,
        ledger: Ledger,
        mix: Mix,
        *,
        clients: int,
        habits: Habits = Habits(),
    ) -> None:
        self._port, self._mix, self._habits = port, mix, habits
        self._senders = [Sender(habits.first + number, school, ledger) for number in range(clients)]
        self._records: list[Record] = []
        self._stop = asyncio.Event()
        self.started = 0.0
        self.ended = 0.0

    def __enter__(self) -> Self:
        self._connections = loop.run(self._connect())
        self.started = time.monotonic()
        self._work = loop.start(self._run_all())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ended = time.monotonic()
        loop.run(self._request_stop())
        self._work.result(_LAST_RESPONSE_SECONDS)

    async def _request_stop(self) -> None:
        self._stop.set()

    async def _connect(self) -> list[Connection | None]:
        return await asyncio.gather(*(self._opened() for _ in self._senders))

    async def _opened(self) -> Connection | None:
        try:
            return await Connection.open(self._port)
        except OSError:
            return None

    async def _run_all(self) -> None:
        pairs = zip(self._senders, self._connections, strict=True)
        await asyncio.gather(*(self._run(sender, connection) for sender, connection in pairs))

    async def _run(self, sender: Sender, connection: Connection | None) -> None:
        sent = 0
        while not self._stop.is_set() and sent != self._habits.requests:
            if connection is None or not connection.is_open:
                connection = await self._opened()
                if connection is None:
                    self._record(0, "connection", LOST)
                    await self._pause(_RECONNECT_SECONDS)
                    continue
            sent += 1
            wait = await self._send(sender, connection)
            if wait:
                await self._pause(wait)
        if connection is not None:
            connection.close()

    async def _send(self, sender: Sender, connection: Connection) -> float:
        """Send one request and return the seconds to wait before the next."""
        operation = self._mix(sender)
        body, wait = b"", self._habits.think
        try:
            answer = await connection.send(operation.request)
        except LostError as error:
            outcome = LOST
            self._record(error.seconds, operation.kind, outcome)
            wait = max(wait, _RECONNECT_SECONDS)
        else:
            body, outcome = answer.body, outcome_of(answer.status, answer.body)
            self._record(answer.seconds, operation.kind, outcome, answer.retry_after)
            if self._habits.patient and answer.retry_after is not None:
                wait = max(wait, answer.retry_after)
        if operation.done is not None:
            operation.done(outcome, body)
        return wait

    def _record(
        self, seconds: float, kind: str, outcome: str, retry_after: float | None = None
    ) -> None:
        self._records.append(Record(time.monotonic(), seconds, kind, outcome, retry_after))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def measured(self, start: float | None = None, end: float | None = None) -> Measured:
        """Return the requests that ended between two times of `time.monotonic`, by default while the load ran."""
        start = self.started if start is None else start
        end = (self.ended or time.monotonic()) if end is None else end
        return Measured([each for each in self._records if start <= each.at <= end], start, end)

    def all(self) -> Measured:
        """Return all requests, also if they were answered after the end of the load."""
        return Measured(tuple(self._records), self.started, self.ended)

    def wait(self) -> None:
        """Wait until each client has sent its ``requests``."""
        self._work.result(_LAST_RESPONSE_SECONDS)
