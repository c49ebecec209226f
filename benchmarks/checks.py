"""What must hold before anything is measured: all ways answer the same, and each in its own manner."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import orjson
from django.db import connection
from django.test import Client as DjangoClient
from django.test.utils import CaptureQueriesContext

from benchmarks.cases import CLASSES, Case
from benchmarks.client import HOST, Client
from benchmarks.data import EXAMS_A_CELL
from benchmarks.ways import HAND_WRITTEN, OLD_LOOP, OURS, SINGLE_LOADS, Way
from loaders.generic import BatchLoader
from primepath.domain.period import PERIODS
from schema.execution.executor import CompiledExecutor

_CELLS = CLASSES * len(PERIODS)
_UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


class UnfairComparisonError(RuntimeError):
    """What would be measured is not what it claims to be."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise UnfairComparisonError(message)


def check_same_answers(case: Case, client: Client) -> int:
    """That all ways of the case give the same JSON but for the order of keys; gives its size in bytes."""
    answers = {}
    for way in case.ways:
        if case.before:
            case.before()
        body = client.send(case.question.to(way))
        answers[way] = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
        require(b'"errors"' not in body[:10], f"{case.title}: {way.title} answers {body[:300]!r}")
    for way, answer in answers.items():
        require(
            answer == answers[OURS],
            f"{case.title}: {way.title} answers otherwise than {OURS.title}.",
        )
    return len(answers[OURS])


def check_whole_matrix(case: Case, client: Client) -> None:
    """That the answer has all cells, and the exams where it has any."""
    rows = orjson.loads(client.send(case.question.to(OURS)))["data"]["scheduleMatrix"]["rows"]
    cells = [cell for row in rows for cell in row["cells"]]
    require(len(cells) == _CELLS, f"{case.title}: {len(cells)} cells.")
    require(
        all(cell["examCount"] == EXAMS_A_CELL for cell in cells),
        f"{case.title}: exams are missing.",
    )


def check_manners(case: Case, token: str) -> dict[str, int]:
    """That each way of the case works as it is said to; gives the number of statements each takes, when warm."""
    counts = {}
    for way in case.ways:
        _ask(case, way, token)
        with ExitStack() as stack:
            loads = _counted(stack, BatchLoader, "load")
            compiled = _counted(stack, CompiledExecutor, "__init__")
            captured = stack.enter_context(CaptureQueriesContext(connection))
            _ask(case, way, token)
        count = counts[way.title] = sum(
            not query["sql"].startswith(_UNCOUNTED) for query in captured.captured_queries
        )
        require((way is OURS) == (compiled() > 0), f"{way.title}: wrong executor.")
        if way is OLD_LOOP:
            # Beside the cells, one signs in and one reads the classes.
            require(count == 2 + 3 * _CELLS, f"{way.title}: {count} statements.")
        if way is HAND_WRITTEN:
            require(count <= 4, f"{way.title}: {count} statements.")
        if way is SINGLE_LOADS:
            require(loads() >= 2 * _CELLS, f"{way.title}: {loads()} loads.")
    return counts


def _counted(stack: ExitStack, owner: type, name: str) -> Callable[[], int]:
    """Counts the calls of a method until the stack is left."""
    original = getattr(owner, name)
    calls: list[None] = []

    def counting(*args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        return original(*args, **kwargs)

    stack.enter_context(patch.object(owner, name, counting))
    return lambda: len(calls)


def _ask(case: Case, way: Way, token: str) -> None:
    """Asks in this process, where statements can be counted."""
    request = case.question.to(way)
    response = DjangoClient(SERVER_NAME=HOST).generic(
        request.method,
        request.path,
        request.body or b"",
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    require(response.status_code == 200, f"{way.title}: status {response.status_code}.")
