"""The surroundings of a scenario: the installation, loads, and the changes of its clients."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from benchmarks.progress import say
from benchmarks.trial.checker.ledger import Ledger
from benchmarks.trial.load import loop
from benchmarks.trial.load.clients import Habits, Load
from benchmarks.trial.load.connection import Connection, LostError
from benchmarks.trial.load.measured import Measured
from benchmarks.trial.load.mixes import Mix, Sender, mixed, note, partial
from benchmarks.trial.load.operations import LOST, SERVED, Operation, outcome_of
from benchmarks.trial.servers.stack import PostgresqlStack, Stack

# Enough to keep both cores busy, and few enough that none of them waits long.
BEST_CLIENTS = 12
_PROBES = 5
_PROBE_SECONDS = 0.5
_GIVE_UP_SECONDS = 45


@dataclass
class Trial:
    """The surroundings of one scenario. If ``is_short``, it should take some seconds only.

    A scenario with servers of its own, which it stops, does the final check itself and sets ``is_checked``.
    """

    stack: Stack
    is_short: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    is_checked: bool = False
    soak_minutes: int = 10

    @property
    def postgresql(self) -> PostgresqlStack:
        assert isinstance(self.stack, PostgresqlStack)
        return self.stack

    def load(
        self,
        mix: Mix,
        clients: int,
        habits: Habits = Habits(),  # noqa: B008
        port: int | None = None,
    ) -> Load:
        """Return a load for a ``with`` block, on the port of the installation or on another one."""
        stack = self.stack
        return Load(
            port or stack.port, stack.school, self.ledger, mix, clients=clients, habits=habits
        )

    def under_load(
        self,
        mix: Mix,
        clients: int,
        seconds: float,
        habits: Habits = Habits(),  # noqa: B008
        port: int | None = None,
    ) -> Measured:
        """Run a load for some seconds, and return all its requests."""
        with self.load(mix, clients, habits, port) as load:
            time.sleep(seconds)
        measured = load.all()
        say(f"    {clients} clients: {measured.rate:.0f}/s; {measured.outcomes}")
        return measured

    def best(self, mix: Mix = mixed, seconds: float = 3, port: int | None = None) -> float:
        """Return the served requests per second of as many clients as the servers serve best."""
        seconds = 2 if self.is_short else seconds
        return self.under_load(mix, BEST_CLIENTS, seconds, port=port).rate

    def seconds_until_normal(self, since: float) -> float:
        """Return how many seconds after ``since`` (`time.monotonic`) everything worked again.

        That is when the first of five consecutive requests, reads and changes in turn, was served within half a second.
        45 seconds if that does not happen.
        """
        return loop.run(self._until_normal()) - since

    async def _until_normal(self) -> float:
        sender = Sender(0, self.stack.school, self.ledger)
        start, since, successes = time.monotonic(), 0.0, 0
        while time.monotonic() < start + _GIVE_UP_SECONDS:
            sent = time.monotonic()
            if await self._probe((note if successes % 2 else partial)(sender)):
                since = since if successes else sent
                successes += 1
                if successes == _PROBES:
                    return since
            else:
                successes = 0
                await loop.pause(0.05)
        return start + _GIVE_UP_SECONDS

    async def _probe(self, operation: Operation) -> bool:
        outcome, body, seconds = LOST, b"", 0.0
        try:
            connection = await Connection.open(self.stack.port)
            try:
                answer = await connection.send(operation.request, patience=15)
            finally:
                connection.close()
        except (LostError, OSError):
            pass
        else:
            body, seconds = answer.body, answer.seconds
            outcome = outcome_of(answer.status, body)
        if operation.done is not None:
            operation.done(outcome, body)
        return outcome == SERVED and seconds < _PROBE_SECONDS
