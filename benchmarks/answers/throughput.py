"""Responses per second of many connections, some of which write."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from benchmarks.client import Client, RefusedError
from benchmarks.contenders import OURS
from benchmarks.operations import Request, update_cell

CONNECTIONS = (16, 64)
WRITES = (0.0, 0.02, 0.2)
_AFTER_REFUSAL_SECONDS = 0.1

Send = Callable[[Client, random.Random], object]
"""Sends one request, and chooses it by the random numbers."""


def reading(request: Request) -> Send:
    """Return a function that always sends ``request``."""
    return lambda client, _: client.send(request)


def reading_and_writing(request: Request, cells: list[str], writes: float) -> Send:
    """Return a function that sends ``request``, or, in a part ``writes`` of all cases, changes one of ``cells``."""

    def send(client: Client, numbers: random.Random) -> None:
        if numbers.random() < writes:
            client.send(update_cell(numbers.choice(cells), str(numbers.random())).request_to(OURS))
        else:
            client.send(request)

    return send


def measure_rates(
    senders: Mapping[str, tuple[int, str, Send]], connections: int, *, slots: int, seconds: float
) -> dict[str, float]:
    """Return the responses per second by name. ``senders`` have a port, a token and a function that sends.

    Each is the median of ``slots`` measurements of ``seconds``, in turns. Requests that a server refuses do not count.
    """
    found: dict[str, list[float]] = {name: [] for name in senders}
    for number in range(slots):
        for name in random.Random(number).sample(list(senders), len(senders)):  # noqa: S311
            port, token, send = senders[name]
            found[name].append(_rate(port, token, send, connections, seconds))
    return {name: median(rates) for name, rates in found.items()}


def _rate(port: int, token: str, send: Send, connections: int, seconds: float) -> float:
    start = time.monotonic()

    def send_until_deadline(number: int) -> int:
        numbers = random.Random(number)  # noqa: S311
        sent = 0
        with Client(port, token) as client:
            while time.monotonic() < start + seconds:
                try:
                    send(client, numbers)
                    sent += 1
                except RefusedError:
                    time.sleep(_AFTER_REFUSAL_SECONDS)
        return sent

    with ThreadPoolExecutor(connections) as pool:
        sent = sum(pool.map(send_until_deadline, range(connections)))
    # The last response can arrive after ``seconds``.
    return sent / (time.monotonic() - start)
