"""Measure on the empty database in ``DATABASE_URL``: ``python -m benchmarks.warnings.measure FILE``."""

from __future__ import annotations

import os
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.budget import Budget
from benchmarks.client import Client
from benchmarks.contenders import OURS
from benchmarks.isolated import run_measured
from benchmarks.operations import matrix_query
from benchmarks.progress import say
from benchmarks.timing import Runner, take_turns
from scripts.server import Checkout

_ROUNDS = 200


def measure(budget: Budget, folder: Path) -> dict[str, Any]:
    """Return the median milliseconds of the full matrix without and with warnings, in the school of the demo.

    The two take turns. Before each request, the date of one exam changes, so both read what has changed.
    """
    # These import models, which need `django.setup`.
    from django.core.management import call_command

    from benchmarks import data
    from benchmarks.product import ExamScheduleMatrix

    say("  creating the school of the demo")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("seed_demo", verbosity=0)
    exams = ExamScheduleMatrix.objects.filter(status="SCHEDULED", scheduled_date__day__lt=20)
    cells = exams.order_by("pk").values_list("pk", "school_class_id", "academic_year")
    token = data.create_teacher("everything", sorted({code for _, code, _ in cells}))
    data.analyze()
    moves = cycle((pk, number % 19 + 1) for number, (pk, *_place) in enumerate(cells))

    def move_exam() -> None:
        pk, day = next(moves)
        (date,) = ExamScheduleMatrix.objects.filter(pk=pk).values_list("scheduled_date", flat=True)
        assert date is not None
        ExamScheduleMatrix.objects.filter(pk=pk).update(scheduled_date=date.replace(day=day))

    _, _, year = cells[0]
    operations = [matrix_query(year), matrix_query(year, warnings=True)]
    environment = {**os.environ, "ANSWER_CACHE_BYTES": "0"}
    with (
        Checkout(environment=environment).serve(folder / "server.log") as server,
        Client(server.port, token) as client,
    ):
        runners = [Runner(client, each.request_to(OURS), before=move_exam) for each in operations]
        take_turns(runners, rounds=round(_ROUNDS * budget.rounds), max_seconds=budget.seconds)
    return {"times": [each.milliseconds for each in runners]}


if __name__ == "__main__":
    run_measured("benchmarks.warnings.measure", measure)
