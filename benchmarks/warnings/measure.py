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

    The two take turns. Before each request, the note of a cell changes, or the date of an exam. The result is by what changes.
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
    numbered = cycle((pk, number) for number, (pk, *_place) in enumerate(cells))

    def change_note() -> None:
        pk, number = next(numbered)
        ExamScheduleMatrix.objects.filter(pk=pk).update(notes=f"Note {number}")

    def change_date() -> None:
        pk, number = next(numbered)
        (date,) = ExamScheduleMatrix.objects.filter(pk=pk).values_list("scheduled_date", flat=True)
        assert date is not None
        moved = date.replace(day=number % 19 + 1)
        ExamScheduleMatrix.objects.filter(pk=pk).update(scheduled_date=moved)

    _, _, year = cells[0]
    operations = [matrix_query(year), matrix_query(year, warnings=True)]
    environment = {**os.environ, "ANSWER_CACHE_BYTES": "0"}
    times = {}
    with (
        Checkout(environment=environment).serve(folder / "server.log") as server,
        Client(server.port, token) as client,
    ):
        for title, change in (("note", change_note), ("date", change_date)):
            runners = [Runner(client, each.request_to(OURS), before=change) for each in operations]
            take_turns(runners, rounds=round(_ROUNDS * budget.rounds), max_seconds=budget.seconds)
            times[title] = [each.milliseconds for each in runners]
    return times


if __name__ == "__main__":
    run_measured("benchmarks.warnings.measure", measure)
