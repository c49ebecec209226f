"""Many connections that send half a header and nothing more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load import loop
from benchmarks.trial.load.clients import Habits, Load
from benchmarks.trial.load.connection import Connection
from benchmarks.trial.load.mixes import partial
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import ALL, NONE, Figure, Unit, at_least, at_most

_CONNECTIONS = 1_200
_PATIENCE_SECONDS = 16


@scenario("1,200 connections send half a header to the server itself")
def half_headers(trial: Trial) -> Sequence[Figure]:
    return _half_headers(trial, trial.stack.product.port)


@scenario("1,200 connections send half a header to nginx", on=POSTGRESQL)
def half_headers_to_proxy(trial: Trial) -> Sequence[Figure]:
    return _half_headers(trial, trial.stack.port)


def _half_headers(trial: Trial, port: int) -> Sequence[Figure]:
    habits = Habits(think=0.05)
    with Load(port, trial.stack.school, trial.ledger, partial, clients=4, habits=habits) as others:
        slowest, closed = loop.run(_open_all(port))
    missed = others.all().not_served
    say(f"    others: {others.all().outcomes}")
    return [
        Figure("closed", closed / _CONNECTIONS, Unit.SHARE, ALL),
        Figure("closed within", slowest, Unit.SECONDS, at_most(12)),
        Figure("others not served", missed.count, Unit.COUNT, NONE),
        Figure("others served", others.all().served.count, Unit.COUNT, at_least(20)),
    ]


async def _open_all(port: int) -> tuple[float, int]:
    """Return when the last connection was closed, in seconds, and how many were."""
    start = time.monotonic()
    found = await asyncio.gather(
        *(Connection.open(port) for _ in range(_CONNECTIONS)), return_exceptions=True
    )
    connections = [each for each in found if isinstance(each, Connection)]
    for connection in connections:
        connection.write(b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthoriz")
    while any(each.is_open for each in connections):
        if time.monotonic() - start > _PATIENCE_SECONDS:
            break
        await asyncio.sleep(0.1)
    closed = sum(not each.is_open for each in connections)
    for connection in connections:
        connection.close()
    return time.monotonic() - start, closed
