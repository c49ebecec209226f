"""A proxy sends a request just when the server closes the idle connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from benchmarks.trial.load import loop
from benchmarks.trial.load.connection import Connection, LostError
from benchmarks.trial.load.mixes import Sender
from benchmarks.trial.load.operations import LOST, SERVED, outcome_of
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit

_CLIENTS, _ROUNDS = 48, 4
# uvicorn closes idle connections after 5 s by default.
_IDLE = (4.95, 5.05)


@scenario("192 requests behind nginx, each after 5 s of silence", on=POSTGRESQL)
def idle_connections(trial: Trial) -> Sequence[Figure]:
    outcomes = loop.run(_all(trial))
    lost = sum(outcome != SERVED for outcome in outcomes)
    return [Figure("not served", lost, Unit.COUNT, NONE)]


async def _all(trial: Trial) -> list[str]:
    found = await asyncio.gather(*(_client(trial, number) for number in range(_CLIENTS)))
    return [outcome for outcomes in found for outcome in outcomes]


async def _client(trial: Trial, number: int) -> list[str]:
    sender = Sender(number, trial.stack.school, trial.ledger)
    connection = await Connection.open(trial.stack.port)
    outcomes = []
    for round in range(_ROUNDS + 1):
        try:
            answer = await connection.send(sender.partial.request)
            outcome = outcome_of(answer.status, answer.body)
        except LostError:
            outcome = LOST
            connection = await Connection.open(trial.stack.port)
        # The first request only opens nginx's connections to the server.
        if round:
            outcomes.append(outcome)
        await asyncio.sleep(random.uniform(*_IDLE))  # noqa: S311
    connection.close()
    return outcomes
