"""Processes with threads that read the matrix, each thread on its own connection: ``python -m tests.concurrency.reader``.

A process reads one job per line from its input and answers on its output. At points where its threads must wait for other
processes, it prints a line and continues when it receives one. The arguments are two file descriptors for each process, its
input and its output. The processes are forks of one that has imported the product, and print their ids as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypedDict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402

from primepath.services.accounts.viewers import viewer_of  # noqa: E402
from tests.client import answer  # noqa: E402
from tests.query_counts import of_cells  # noqa: E402

PATIENCE = 60


class Job(TypedDict):
    """The job of a process: one document, and variables for each thread."""

    document: str
    user_id: int
    variables: list[dict[str, Any]]


class Reading(TypedDict):
    """The response that one thread got, and its times by the clock that all processes share."""

    begun: float
    ended: float
    answer: dict[str, Any]


def read(
    document: str,
    variables: dict[str, Any],
    user_id: int,
    connected: Callable[[], object],
    selected: Callable[[], object],
) -> Reading:
    """Read once. Calls ``connected`` first, and ``selected`` between its SELECT of cells and its INSERT."""
    viewer = viewer_of(User.objects.select_related("teacher", "preferences").get(pk=user_id))
    pauses = [selected]

    def pause(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if pauses and of_cells([sql]):
            pauses.pop()()
        return result

    connected()
    begun = time.monotonic()
    try:
        with connection.execute_wrapper(pause):
            response = answer(document, viewer, variables)
        return {"begun": begun, "ended": time.monotonic(), "answer": response}
    finally:
        connection.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _meet(point: str) -> None:
    _say(point)
    sys.stdin.readline()


def work() -> None:
    """Do the jobs until the input ends."""
    while line := sys.stdin.readline():
        job: Job = json.loads(line)
        count = len(job["variables"])
        points = [
            threading.Barrier(count, partial(_meet, point), PATIENCE).wait
            for point in ("connected", "selected")
        ]
        with ThreadPoolExecutor(count) as pool:
            readings = [
                pool.submit(read, job["document"], each, job["user_id"], *points)
                for each in job["variables"]
            ]
            _say(json.dumps([each.result() for each in readings]))


def _fork(input: int, output: int, others: set[int]) -> int:
    """Start a process with this input and output; return its id."""
    if child := os.fork():
        return child
    for each in others:
        os.close(each)
    sys.stdin, sys.stdout = os.fdopen(input), os.fdopen(output, "w")
    work()
    os._exit(0)


def main() -> None:
    descriptors = [int(each) for each in sys.argv[1:]]
    pairs = zip(descriptors[::2], descriptors[1::2], strict=True)
    children = [_fork(*pair, set(descriptors) - {*pair}) for pair in pairs]
    for each in descriptors:
        os.close(each)
    _say(json.dumps(children))
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
