"""What asks for too much is refused at little cost, counted in calls of functions, which no busy machine changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from schema.operation.document import document_cache
from tests.client import answer
from tests.hostile.documents import REFUSED
from tests.hostile.tables import show

# A little more than the most expensive takes, which is 15 to 25 milliseconds on an idle machine.
MOST_CALLS = 250_000


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[dict[str, tuple[int, float]]]:
    """Calls and CPU milliseconds of each refusal, shown when all are done."""
    rows: dict[str, tuple[int, float]] = {}
    yield rows
    lines = [f"{'refused document':<50} {'calls':>8} {'CPU ms':>8}"]
    for name, (calls, milliseconds) in sorted(rows.items(), key=lambda row: -row[1][0]):
        lines.append(f"{name:<50} {calls:>8,} {milliseconds:>8.1f}")
    show(request.config, lines)


def refuse(document: str, variables: dict[str, Any] | None) -> None:
    document_cache.clear()
    response = answer(document, None, variables)
    assert response["data"] is None
    assert {each["extensions"]["code"] for each in response["errors"]} <= {
        "LIMIT_EXCEEDED",
        "BAD_USER_INPUT",
    }


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_asks_for_too_much_costs_little(
    name: str, table: dict[str, tuple[int, float]]
) -> None:
    spent = []
    for _ in range(3):
        begun = time.thread_time()
        refuse(*REFUSED[name])
        spent.append(time.thread_time() - begun)
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    usual = sys.getprofile()
    sys.setprofile(count)
    try:
        refuse(*REFUSED[name])
    finally:
        sys.setprofile(usual)
    table[name] = calls, 1_000 * min(spent)
    assert calls < MOST_CALLS
