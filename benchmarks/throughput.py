"""Responses per second of one server process with many clients."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from benchmarks.client import Client
from benchmarks.contenders import HAND_WRITTEN, OURS, Contender
from benchmarks.operations import Operation, Request

_CONTENDERS = (OURS, HAND_WRITTEN)
CLIENTS = (16, 64)


def measure_throughput(
    port: int, token: str, operation: Operation, *, slots: int, seconds: float
) -> dict[int, dict[str, float]]:
    """Return the responses per second, by number of clients and contender.

    Each is the median of ``slots`` measurements of ``seconds``.
    """
    found: dict[int, dict[Contender, list[float]]] = {
        clients: {contender: [] for contender in _CONTENDERS} for clients in CLIENTS
    }
    for number in range(slots):
        for clients, by_contender in found.items():
            # Each is first equally often, because one leaves garbage that slows down the next.
            for contender in _CONTENDERS if number % 2 == 0 else reversed(_CONTENDERS):
                request = operation.request_to(contender)
                rate = responses_per_second(port, token, request, clients, seconds)
                by_contender[contender].append(rate)
    return {
        clients: {contender.title: median(rates) for contender, rates in by_contender.items()}
        for clients, by_contender in found.items()
    }


def responses_per_second(
    port: int, token: str, request: Request, clients: int, seconds: float
) -> float:
    """Send the request repeatedly from ``clients`` connections for ``seconds``."""
    start = time.monotonic()

    def send_until_deadline(_: int) -> int:
        with Client(port, token) as client:
            responses = 0
            while time.monotonic() < start + seconds:
                client.send(request)
                responses += 1
            return responses

    with ThreadPoolExecutor(clients) as pool:
        responses = sum(pool.map(send_until_deadline, range(clients)))
    # The last response can arrive after ``seconds``.
    return responses / (time.monotonic() - start)
