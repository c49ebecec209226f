"""Memory use of the server."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.client import Client
from benchmarks.contenders import OURS
from benchmarks.operations import Operation
from scripts.server import Checkout

_CLIENTS = 16
_MEGABYTE = 1_000_000


def measure_memory(
    log: Path, token: str, operation: Operation, *, seconds: float
) -> dict[str, float]:
    """Return the resident megabytes of a new server: ``at rest``, and the maximum ``under load`` of 16 clients."""
    request = operation.request_to(OURS)
    with Checkout().serve(log) as server, Client(server.port, token) as client:
        process = psutil.Process(server.pid)
        client.send(request)
        at_rest = process.memory_info().rss
        end = time.monotonic() + seconds

        def send_requests(_: int) -> None:
            with Client(server.port, token) as own:
                while time.monotonic() < end:
                    own.send(request)

        samples = []
        with ThreadPoolExecutor(_CLIENTS) as pool:
            running = [pool.submit(send_requests, number) for number in range(_CLIENTS)]
            while not all(each.done() for each in running):
                samples.append(process.memory_info().rss)
                time.sleep(0.05)
        for each in running:
            each.result()
    return {"at rest": at_rest / _MEGABYTE, "under load": max(samples) / _MEGABYTE}
