"""Documents over a limit are rejected cheaply. The cost is counted in function calls, independent of the machine's load."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from schema.operation.document import document_cache
from tests.client import answer
from tests.malicious.documents import REFUSED
from tests.malicious.tables import show

pytestmark = pytest.mark.one_database

# Slightly more than the most expensive rejection, which takes 15 to 25 ms on an idle machine.
MAX_CALLS = 250_000


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[dict[str, tuple[int, float]]]:
    """Function calls and CPU milliseconds of each rejection, printed at the end."""
    rows: dict[str, tuple[int, float]] = {}
    yield rows
    lines = [f"{'refused document':<50} {'calls':>8} {'CPU ms':>8}"]
    for name, (calls, milliseconds) in sorted(rows.items(), key=lambda row: -row[1][0]):
        lines.append(f"{name:<50} {calls:>8,} {milliseconds:>8.1f}")
    show(request.config, lines)


def reject(document: str, variables: dict[str, Any] | None) -> None:
    document_cache.clear()
    response = answer(document, None, variables)
    assert response["data"] is None
    assert {each["extensions"]["code"] for each in response["errors"]} <= {
        "LIMIT_EXCEEDED",
        "BAD_USER_INPUT",
    }


@pytest.mark.parametrize("name", REFUSED)
def test_document_over_a_limit_is_rejected_cheaply(
    name: str, table: dict[str, tuple[int, float]]
) -> None:
    spent = []
    for _ in range(3):
        begun = time.thread_time()
        reject(*REFUSED[name])
        spent.append(time.thread_time() - begun)
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    usual = sys.getprofile()
    sys.setprofile(count)
    try:
        reject(*REFUSED[name])
    finally:
        sys.setprofile(usual)
    table[name] = calls, 1_000 * min(spent)
    assert calls < MAX_CALLS
