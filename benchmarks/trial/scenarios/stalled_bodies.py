"""Clients that stop in the middle of a request's body, while the server has to stop or to restart."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress

from benchmarks.trial.load import loop
from benchmarks.trial.load.connection import Connection
from benchmarks.trial.load.operations import SCHOOL, graphql
from benchmarks.trial.registry import scenario
from benchmarks.trial.servers.processes import wait_until
from benchmarks.trial.servers.product import Product
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import Figure, Unit, at_most

_STALLED = 20
_PATIENCE_SECONDS = 20


@scenario("20 clients stop in the middle of a body; the server gets SIGHUP, then SIGTERM")
def stalled_bodies(trial: Trial) -> Sequence[Figure]:
    with trial.stack.another_product(processes=2) as product:
        stalled = loop.run(_stall(product.ports))
        before = set(product.workers())
        product.process.send(signal.SIGHUP)
        restarted = _seconds_until_replaced(product, before)
        stalled += loop.run(_stall(product.ports))
        product.process.send(signal.SIGTERM)
        ended = product.process.wait(_PATIENCE_SECONDS)
        loop.run(_close(stalled))
        if ended is None:
            product.kill()
    return [
        Figure("restarted within", restarted, Unit.SECONDS, at_most(15)),
        Figure(
            "ended within", _PATIENCE_SECONDS if ended is None else ended, Unit.SECONDS, at_most(5)
        ),
    ]


def _seconds_until_replaced(product: Product, before: set[int]) -> float:
    """Return when all processes are new ones. The limit if that does not happen."""

    def replaced() -> bool:
        now = set(product.workers())
        return len(now) == product.processes and not now & before

    with suppress(TimeoutError):
        return wait_until(replaced, _PATIENCE_SECONDS, "not restarted")
    return _PATIENCE_SECONDS


async def _stall(ports: Sequence[int]) -> list[Connection]:
    connections = []
    for number in range(_STALLED):
        with suppress(OSError):
            connection = await Connection.open(ports[number % len(ports)])
            connection.write(graphql(SCHOOL)[:-5])
            connections.append(connection)
    # The server must have read what was sent.
    await asyncio.sleep(0.5)
    return connections


async def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
