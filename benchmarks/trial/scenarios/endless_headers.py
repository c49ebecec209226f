"""A connection that sends headers without end, without signing in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from benchmarks.trial.load import loop
from benchmarks.trial.load.connection import Connection, LostError
from benchmarks.trial.load.mixes import partial
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import ALL, NONE, Figure, Unit, at_most

_BYTES = 100_000_000
_LINE = b"X-Endless: " + b"a" * 1_000 + b"\r\n"
_SLOWLY = 200_000


@scenario("100 MB of request headers on one connection, sent to the server itself")
def endless_headers(trial: Trial) -> Sequence[Figure]:
    return _endless_headers(trial, trial.stack.product.port, status=431)


@scenario("100 MB of request headers on one connection, sent to nginx", on=POSTGRESQL)
def endless_headers_to_proxy(trial: Trial) -> Sequence[Figure]:
    # nginx has no status 431.
    return _endless_headers(trial, trial.stack.port, status=400)


def _endless_headers(trial: Trial, port: int, *, status: int) -> Sequence[Figure]:
    product = trial.stack.product
    before = product.memory()
    with trial.load(partial, 4) as others:
        sent, received, most = loop.run(_send(port, product.memory))
        time.sleep(0.5)
    closed = sent < _BYTES
    return [
        Figure("connection closed", float(closed), Unit.SHARE, ALL),
        Figure(f"status {status}", float(received == status), Unit.SHARE, ALL),
        Figure("memory added", (most - before) / 1e6, Unit.MEGABYTES, at_most(20)),
        Figure("others not served", others.all().not_served.count, Unit.COUNT, NONE),
    ]


async def _send(port: int, memory: Callable[[], int]) -> tuple[int, int, int]:
    """Return the bytes that were sent, the status of the response (0 for none), and the most memory meanwhile."""
    connection = await Connection.open(port)
    connection.write(b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    waiting = asyncio.ensure_future(connection.answer(patience=60))
    sent, most, deadline = 0, memory(), time.monotonic() + 30
    with suppress(LostError):
        while sent < _BYTES and not waiting.done() and time.monotonic() < deadline:
            if sent < _SLOWLY:
                # A response can be lost if the server closes a connection while bytes arrive.
                connection.write(_LINE * 4)
                sent += len(_LINE) * 4
                await asyncio.sleep(0.002)
                continue
            if connection.is_flowing():
                connection.write(_LINE * 64)
                sent += len(_LINE) * 64
            most = max(most, memory())
            await asyncio.sleep(0.001)
    if sent >= _BYTES:
        connection.close()
    try:
        status = (await waiting).status
    except LostError:
        status = 0
    return sent, status, max(most, memory())
