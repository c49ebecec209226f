"""Clients that close their connection before the response comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load import loop
from benchmarks.trial.load.connection import Connection
from benchmarks.trial.load.mixes import Sender, full, mutation, partial
from benchmarks.trial.registry import scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import FOR_CONTRAST, NONE, Figure, Unit, at_most

_CLIENTS, _ROUNDS = 200, 3


@scenario("200 clients leave in the middle of a request, three times")
def leaving_clients(trial: Trial) -> Sequence[Figure]:
    product = trial.stack.product
    sockets = product.sockets()
    with trial.load(partial, 4) as others:
        loop.run(_leave(trial))
        left = time.monotonic()
        normal = trial.seconds_until_normal(left)
    time.sleep(2)
    measured = others.all()
    say(f"    others: {measured.outcomes}")
    # nginx passes 200 requests on at the same time. With the requests of the others, there can be more.
    refused = measured.counted("503 OVERLOADED")
    return [
        Figure(
            "others neither served nor 503 OVERLOADED",
            measured.not_served.count - refused,
            Unit.COUNT,
            NONE,
        ),
        Figure("others refused", refused, Unit.COUNT, FOR_CONTRAST),
        # Between nginx and the server, connections stay open for the next request.
        Figure("sockets left over", product.sockets() - sockets, Unit.COUNT, at_most(32)),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]


async def _leave(trial: Trial) -> None:
    senders = [
        Sender(number, trial.stack.school, trial.ledger) for number in range(4, 4 + _CLIENTS)
    ]
    for _ in range(_ROUNDS):
        connections = [await Connection.open(trial.stack.port) for _ in senders]
        for sender, connection in zip(senders, connections, strict=True):
            operation = (mutation if sender.number % 3 == 0 else full)(sender)
            connection.write(operation.request)
            if operation.done is not None:
                operation.done("lost", b"")
        await asyncio.sleep(0.1)
        for connection in connections:
            connection.close()
