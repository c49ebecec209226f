"""Measure on the empty database in ``DATABASE_URL``: ``python -m benchmarks.years.measure FILE``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.budget import Budget
from benchmarks.client import Client
from benchmarks.contenders import OURS
from benchmarks.isolated import run_measured
from benchmarks.operations import Operation
from benchmarks.progress import say
from benchmarks.timing import Runner, take_turns
from scripts.server import Checkout

_CLASSES = 600
_ROUNDS = 40
_DOCUMENT = """
query ($filter: MatrixCellFilter, $orderBy: MatrixCellOrder) {
  matrixCells(filter: $filter, orderBy: $orderBy, first: 50) { totalCount edges { cursor node { id status scheduledDate } } }
}
"""


class DifferentCellsError(RuntimeError):
    """The other years changed a response."""


def _operations(year: int, codes: list[str]) -> dict[str, Operation]:
    filters: dict[str, dict[str, Any]] = {
        "a year": {},
        "a week": {"scheduledFrom": f"{year}-03-02", "scheduledTo": f"{year}-03-08"},
        "without a date": {"hasDate": False},
        "status, with exams": {"statuses": ["SCHEDULED"], "hasExams": True},
        "an exam": {"examId": "Exam:1"},
        "a division and grade, months": {"division": "PRIMARY", "grade": 1, "type": "MONTHLY"},
        "a teacher": {"teacherId": "Teacher:1"},
        "an invigilator": {"invigilatorId": "Teacher:1"},
        "a room": {"room": "room  3"},
        "one class, one period": {"classCodes": codes[7:8], "periods": ["MAR"]},
        "a week with warnings": {
            "scheduledFrom": f"{year}-03-02",
            "scheduledTo": f"{year}-03-08",
            "hasWarnings": True,
        },
    }
    return {
        f"{title}, by {order.lower()}": Operation(
            _DOCUMENT, {"filter": {"academicYear": year, **filter}, "orderBy": order}
        )
        for title, filter in filters.items()
        for order in ("SCHEDULE", "CLASS")
    }


def measure(budget: Budget, folder: Path) -> dict[str, Any]:
    """Return the median milliseconds with one year and with ten, by operation.

    Two servers take turns, so that other load on the machine affects both. One uses a copy of the database without the other
    years. Their responses must be the same. The other years are the five before and the four after.
    """
    # These import models, which need `django.setup`.
    from django.core.management import call_command

    from benchmarks import data
    from benchmarks.years.copied_database import copy_database
    from benchmarks.years.data import copy_year, plan_year

    codes = data.class_codes(_CLASSES)
    say(f"  creating a school of {_CLASSES} classes")
    call_command("migrate", verbosity=0, interactive=False)
    data.create_school(_CLASSES)
    token = data.create_teacher("everything", codes)
    plan_year()
    data.analyze()
    copied_url = copy_database(folder)
    say("  copying the year to nine others")
    for year in range(data.YEAR - 5, data.YEAR + 5):
        if year != data.YEAR:
            copy_year(year)
    data.analyze()
    with (
        _client(copied_url, token, folder / "one.log") as one,
        _client(os.environ["DATABASE_URL"], token, folder / "ten.log") as ten,
    ):
        return {"times": _measure(_operations(data.YEAR, codes), one, ten, budget)}


@contextmanager
def _client(url: str, token: str, log: Path) -> Iterator[Client]:
    """Yield a client of a server on this database, which sends no kept answers."""
    environment = {**os.environ, "DATABASE_URL": url, "ANSWER_CACHE_BYTES": "0"}
    with (
        Checkout(environment=environment).serve(log) as server,
        Client(server.port, token) as client,
    ):
        yield client


def _measure(
    operations: Mapping[str, Operation], one: Client, ten: Client, budget: Budget
) -> dict[str, tuple[float, float]]:
    times = {}
    for title, operation in operations.items():
        request = operation.request_to(OURS)
        if one.send(request) != ten.send(request):
            raise DifferentCellsError(title)
        runners = [Runner(client, request) for client in (one, ten)]
        rounds = max(5, round(_ROUNDS * budget.rounds))
        take_turns(runners, rounds=rounds, max_seconds=budget.seconds)
        times[title] = (runners[0].milliseconds, runners[1].milliseconds)
    return times


if __name__ == "__main__":
    run_measured("benchmarks.years.measure", measure)
