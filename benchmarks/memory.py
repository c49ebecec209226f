"""How much memory the server holds."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.client import Client
from benchmarks.questions import Question
from benchmarks.server import running_server
from benchmarks.ways import OURS

_CLIENTS = 16
_MEGABYTE = 1_000_000


def measure_memory(
    log: Path, token: str, question: Question, *, seconds: float
) -> dict[str, float]:
    """Resident megabytes of a new server: ``at rest``, and the most ``under load`` of 16 clients."""
    request = question.to(OURS)
    with running_server(log) as server, Client(server.port, token) as client:
        process = psutil.Process(server.pid)
        client.send(request)
        at_rest = process.memory_info().rss
        end = time.monotonic() + seconds

        def ask(_: int) -> None:
            with Client(server.port, token) as own:
                while time.monotonic() < end:
                    own.send(request)

        samples = []
        with ThreadPoolExecutor(_CLIENTS) as pool:
            asking = [pool.submit(ask, number) for number in range(_CLIENTS)]
            while not all(each.done() for each in asking):
                samples.append(process.memory_info().rss)
                time.sleep(0.05)
        for each in asking:
            each.result()
    return {"at rest": at_rest / _MEGABYTE, "under load": max(samples) / _MEGABYTE}
