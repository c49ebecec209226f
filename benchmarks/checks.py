"""The conditions of a fair comparison: same responses, and each contender works as described."""

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
from benchmarks.client import Client
from benchmarks.contenders import HAND_WRITTEN, OLD_LOOP, OURS, SINGLE_LOADS, Contender
from benchmarks.data import EXAMS_PER_CELL
from benchmarks.product import COMPILED_EXECUTOR_METHOD, LOAD_METHOD, PERIODS
from scripts.server import HOST

_CELLS = CLASSES * len(PERIODS)
_UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


class UnfairComparisonError(RuntimeError):
    """A contender does not return the same response or does not work as described."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise UnfairComparisonError(message)


def check_same_response(case: Case, client: Client) -> int:
    """Check that all contenders return the same JSON, except for the order of keys. Return its size in bytes."""
    responses = {}
    for contender in case.contenders:
        if case.before:
            case.before()
        body = client.send(case.operation.request_to(contender))
        responses[contender] = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
        require(
            b'"errors"' not in body[:10],
            f"{case.title}: {contender.title} returns {body[:300]!r}",
        )
    for contender, response in responses.items():
        require(
            response == responses[OURS],
            f"{case.title}: {contender.title} and {OURS.title} return different responses.",
        )
    return len(responses[OURS])


def check_full_matrix(case: Case, client: Client) -> None:
    """Check that the response contains all cells with their exams."""
    response = orjson.loads(client.send(case.operation.request_to(OURS)))
    cells = [cell for row in response["data"]["scheduleMatrix"]["rows"] for cell in row["cells"]]
    require(len(cells) == _CELLS, f"{case.title}: {len(cells)} cells instead of {_CELLS}.")
    require(
        all(cell["examCount"] == EXAMS_PER_CELL for cell in cells),
        f"{case.title}: exams are missing.",
    )


def check_contenders(case: Case, token: str) -> dict[str, int]:
    """Check that each contender works as described. Return its number of SQL statements when warm."""
    counts = {}
    for contender in case.contenders:
        _send_in_process(case, contender, token)
        with ExitStack() as stack:
            loads = _count_calls(stack, *LOAD_METHOD)
            compiled = _count_calls(stack, *COMPILED_EXECUTOR_METHOD)
            captured = stack.enter_context(CaptureQueriesContext(connection))
            _send_in_process(case, contender, token)
        count = counts[contender.title] = sum(
            not query["sql"].startswith(_UNCOUNTED) for query in captured.captured_queries
        )
        require((contender is OURS) == (compiled() > 0), f"{contender.title}: wrong executor.")
        if contender is OLD_LOOP:
            # Besides three per cell, one for authentication and one for the classes.
            require(count == 2 + 3 * _CELLS, f"{contender.title}: {count} statements.")
        if contender is HAND_WRITTEN:
            require(count <= 4, f"{contender.title}: {count} statements.")
        if contender is SINGLE_LOADS:
            require(loads() >= 2 * _CELLS, f"{contender.title}: {loads()} loads.")
    return counts


def _count_calls(stack: ExitStack, owner: type, name: str) -> Callable[[], int]:
    """Count the calls of a method until the stack is closed."""
    original = getattr(owner, name)
    calls: list[None] = []

    def counting(*args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        return original(*args, **kwargs)

    stack.enter_context(patch.object(owner, name, counting))
    return lambda: len(calls)


def _send_in_process(case: Case, contender: Contender, token: str) -> None:
    """Send the request in this process, where SQL statements can be counted."""
    request = case.operation.request_to(contender)
    response = DjangoClient(SERVER_NAME=HOST).generic(
        request.method,
        request.path,
        request.body or b"",
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    require(response.status_code == 200, f"{contender.title}: status {response.status_code}.")
