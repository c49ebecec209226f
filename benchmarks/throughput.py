"""How many answers a second one process gives to many clients."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from benchmarks.client import Client
from benchmarks.questions import Question
from benchmarks.ways import HAND_WRITTEN, OURS, Way

WAYS = (OURS, HAND_WRITTEN)
CLIENTS = (16, 64)


def measure_throughput(
    port: int, token: str, question: Question, *, slots: int, seconds: float
) -> dict[int, dict[str, float]]:
    """Answers a second, by the number of clients and the way: the median of ``slots`` turns of ``seconds`` each."""
    found: dict[int, dict[Way, list[float]]] = {
        clients: {way: [] for way in WAYS} for clients in CLIENTS
    }
    for number in range(slots):
        for clients, by_way in found.items():
            # Each is first as often as the other, since what one leaves behind slows down the next.
            for way in WAYS if number % 2 == 0 else reversed(WAYS):
                rates = by_way[way]
                rates.append(_rate(port, token, question, way, clients, seconds))
    return {
        clients: {way.title: median(rates) for way, rates in by_way.items()}
        for clients, by_way in found.items()
    }


def _rate(
    port: int, token: str, question: Question, way: Way, clients: int, seconds: float
) -> float:
    request = question.to(way)
    start = time.monotonic()

    def ask_until_time_is_up(_: int) -> int:
        with Client(port, token) as client:
            answers = 0
            while time.monotonic() < start + seconds:
                client.send(request)
                answers += 1
            return answers

    with ThreadPoolExecutor(clients) as pool:
        answers = sum(pool.map(ask_until_time_is_up, range(clients)))
    # Until the last answer, which may come after the time is up.
    return answers / (time.monotonic() - start)
