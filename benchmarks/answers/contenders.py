"""The servers that are compared."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import HAND_WRITTEN, OURS
from benchmarks.operations import Operation, Request
from benchmarks.peers.postgraphile import (
    VERSIONS,
    Content,
    content_of_ours,
    content_of_peer,
    running_postgraphile,
)
from benchmarks.peers.postgraphile import matrix_request as request_to_postgraphile
from scripts.server import HOST, Checkout, free_port, serving

HIT, MISS, LIMIT = "ours, hit", "ours, miss", "limit"
VIEW = HAND_WRITTEN.title
# The setting that turns kept answers off.
_WITHOUT_ANSWERS = {"ANSWER_CACHE_BYTES": "0"}


@dataclass(frozen=True, slots=True)
class Contender:
    """A running server. ``request`` makes its request for an operation of the teacher with this primary key."""

    title: str
    port: int
    request: Callable[[Operation, int], Request]
    content: Callable[[object], Content] = content_of_ours


@contextmanager
def running_contenders(folder: Path, *, postgresql: bool) -> Iterator[dict[str, Contender]]:
    """Run all servers on the database in ``DATABASE_URL``, and yield the contenders by title."""
    with ExitStack() as stack:
        start = stack.enter_context

        def ours(title: str, port: int) -> Contender:
            return Contender(title, port, lambda operation, _: operation.request_to(OURS))

        hit = start(Checkout().serve(folder / "hit.log"))
        miss = start(
            Checkout(environment={**os.environ, **_WITHOUT_ANSWERS}).serve(folder / "miss.log")
        )
        contenders = [
            ours(HIT, hit.port),
            ours(MISS, miss.port),
            Contender(VIEW, miss.port, lambda operation, _: operation.request_to(HAND_WRITTEN)),
        ]
        if postgresql:
            contenders.append(ours(LIMIT, start(_running_limit(folder / "limit.log"))))
            for version in VERSIONS:
                peer = start(running_postgraphile(version, folder / f"{version.title}.log"))
                contenders.append(
                    Contender(
                        version.title,
                        peer.port,
                        lambda operation, teacher: request_to_postgraphile(
                            teacher, operation.variables["year"]
                        ),
                        content_of_peer,
                    )
                )
        yield {each.title: each for each in contenders}


@contextmanager
def _running_limit(log: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.contenders.limit:application"]
    command += ["--host", HOST, "--port", str(port), "--log-level", "warning"]
    with serving(command, port, log) as server:
        yield server.port
