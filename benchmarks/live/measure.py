"""Measure live updates on the empty database in ``DATABASE_URL``: ``python -m benchmarks.live.measure FILE``."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.budget import FULL, Budget
from benchmarks.client import Client
from benchmarks.isolated import run_measured
from benchmarks.live.listener import Listener
from benchmarks.operations import Request
from benchmarks.progress import say
from scripts.server import Checkout, Server

_CLASSES = 600
_TEACHERS = 100
_CLASSES_OF_TEACHER = 30
_RATE = 50
_SETTLE_SECONDS = 5
_READ = Request(
    "POST",
    "/graphql",
    b'{"query":"{ scheduleMatrix(academicYear: 2026) { rows { cells { id status } } } }"}',
)
_CHANGE = """
mutation ($at: CellKey!, $notes: String!) {
  updateCell(input: { cell: { at: $at }, notes: $notes }) { userErrors { message } }
}
"""


def measure(budget: Budget, folder: Path) -> dict[str, float]:
    """Return the results, by title."""
    # These import models, which need `django.setup`.
    from django.core.management import call_command

    from benchmarks import data

    listeners, seconds = (2_000, 10) if budget is FULL else (200, 3)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    say(f"  creating {_CLASSES} classes and {_TEACHERS} teachers")
    call_command("migrate", verbosity=0)
    data.create_school(_CLASSES)
    codes = data.class_codes(_CLASSES)
    chance = random.Random(1)  # noqa: S311 - the same listeners in each run
    own = {
        data.create_teacher(f"teacher {n}", chosen): chosen
        for n in range(_TEACHERS)
        for chosen in [chance.sample(codes, _CLASSES_OF_TEACHER)]
    }
    writer = data.create_teacher("writer", codes)
    reader = data.create_teacher("reader", codes[:5])
    tokens = list(own)
    followed = [
        (tokens[n % _TEACHERS], chance.sample(own[tokens[n % _TEACHERS]], chance.randint(1, 5)))
        for n in range(listeners)
    ]
    say(f"  {listeners} listeners, {_RATE} changes a second for {seconds} s")
    with Checkout().serve(folder / "live.log") as server, _others() as others:
        read = partial(others, _read_times, server.port, reader, seconds)
        return asyncio.run(_measure(server, followed, writer, read, codes, seconds))


@contextmanager
def _others() -> Iterator[Callable[..., Awaitable[list[float]]]]:
    """Run functions in another process. In this one, the listeners would let the clients wait for the interpreter."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        # Start it now, before it matters.
        pool.submit(_percentile, [0.0, 0.0]).result()

        def run(function: Callable[..., list[float]], *values: object) -> Awaitable[list[float]]:
            return asyncio.get_running_loop().run_in_executor(pool, function, *values)

        yield run


async def _measure(
    server: Server,
    followed: Sequence[tuple[str, Sequence[str]]],
    writer: str,
    read: Callable[[], Awaitable[list[float]]],
    codes: Sequence[str],
    seconds: int,
) -> dict[str, float]:
    # Also without listeners, others read while cells change.
    reading = read()
    began = _processor_seconds(server)
    await _change(server.port, writer, codes, seconds, "before")
    before = await reading
    used_by_others = _processor_seconds(server) - began
    say(f"  {len(followed)} idle connections")
    used = _kilobytes(server)
    connections = await _open_idle(server.port, len(followed))
    used_with_idle = _kilobytes(server)
    listeners = [Listener(server.port, token, chosen) for token, chosen in followed]
    for first in range(0, len(listeners), 50):
        await asyncio.gather(*(each.open() for each in listeners[first : first + 50]))
    await asyncio.sleep(_SETTLE_SECONDS)
    used_with_listeners = _kilobytes(server)
    for idle_reader, idle_writer in connections:
        # If the server had closed it, a listener could have its memory.
        assert not idle_reader.at_eof()
        idle_writer.close()
    idle = (used_with_idle - used) / len(connections)
    memory = (used_with_listeners - used_with_idle) / len(listeners) - idle
    reading = read()
    began = _processor_seconds(server)
    sent = await _change(server.port, writer, codes, seconds, "change")
    during = await reading
    await asyncio.sleep(_SETTLE_SECONDS)
    used_by_events = _processor_seconds(server) - began - used_by_others
    late: list[float] = []
    missing = 0
    for each in listeners:
        for number, (code, at) in sent.items():
            if code not in each.codes:
                continue
            if (received := each.received.get(number)) is None:
                missing += 1
            else:
                late.append(received - at)
    for each in listeners:
        each.close()
    late.sort()
    return {
        "listeners": len(listeners),
        "changes": len(sent),
        "events expected": len(late) + missing,
        "events missing": missing,
        "median of events (s)": statistics.median(late),
        "99% of events within (s)": late[int(0.99 * len(late))],
        # A busy machine delays events, but changes this little.
        "processor time of an event (ms)": 1_000 * used_by_events / (len(late) + missing),
        "memory of an idle connection (kB)": idle,
        "memory of a listener above it (kB)": memory,
        "others' 95th percentile, before (ms)": _percentile(before),
        "others' 95th percentile, during (ms)": _percentile(during),
        "others' 95th percentile, during / before": _percentile(during) / _percentile(before),
    }


async def _open_idle(
    port: int, count: int
) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open connections that stay open. Each has received one response."""
    connections = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await reader.readuntil(b"}")
        connections.append((reader, writer))
    await asyncio.sleep(_SETTLE_SECONDS)
    return connections


async def _change(
    port: int, token: str, codes: Sequence[str], seconds: int, notes: str
) -> dict[int, tuple[str, float]]:
    """Change another cell 50 times a second. Return the class and the time of each answer, by number."""
    sent: dict[int, tuple[str, float]] = {}
    periods = ("JAN", "FEB", "MAR", "APR")

    def change(client: Client, number: int) -> None:
        code = codes[number % len(codes)]
        at = {"classCode": code, "academicYear": 2026, "period": periods[number // len(codes)]}
        variables = {"at": at, "notes": f"{notes} {number}"}
        content = json.dumps({"query": _CHANGE, "variables": variables}).encode()
        client.send(Request("POST", "/graphql", content))
        sent[number] = (code, time.perf_counter())

    start = time.perf_counter()
    with Client(port, token) as client:
        for number in range(_RATE * seconds):
            await asyncio.sleep(max(0.0, start + number / _RATE - time.perf_counter()))
            await asyncio.to_thread(change, client, number)
    return sent


def _read_times(port: int, token: str, seconds: int) -> list[float]:
    """Return the milliseconds of reads, 20 a second."""
    times = []
    with Client(port, token) as client:
        for _ in range(20 * seconds):
            start = time.perf_counter()
            client.send(_READ)
            times.append(1_000 * (time.perf_counter() - start))
            time.sleep(0.05)
    return times


def _percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _processor_seconds(server: Server) -> float:
    times = psutil.Process(server.pid).cpu_times()
    return float(times.user + times.system)


def _kilobytes(server: Server) -> float:
    return float(psutil.Process(server.pid).memory_info().rss / 1_000)


if __name__ == "__main__":
    run_measured("benchmarks.live.measure", measure)
