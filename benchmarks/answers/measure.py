"""Measure on the empty database in ``DATABASE_URL``: ``python -m benchmarks.answers.measure FILE``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.budget import Budget
from benchmarks.isolated import run_measured
from benchmarks.machine import describe_database
from benchmarks.progress import say


def measure(budget: Budget, folder: Path) -> dict[str, Any]:
    """Return milliseconds by case and contender, and responses per second by load and contender."""
    # These import models, which need `django.setup`.
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import data
    from benchmarks.answers.cases import CLASSES, School
    from benchmarks.answers.contenders import running_contenders
    from benchmarks.cases import ALL_CLASSES

    is_postgresql = connection.vendor == "postgresql"
    load_before = os.getloadavg()[0]
    say(f"  creating a school of {ALL_CLASSES} classes")
    call_command("migrate", verbosity=0, interactive=False)
    data.create_school(ALL_CLASSES)
    tokens = {
        count: data.create_teacher(f"teacher of {count}", data.class_codes(count))
        for count in CLASSES
    }
    data.analyze()
    with running_contenders(folder, postgresql=is_postgresql) as contenders:
        school = School(contenders, tokens, budget)
        times = {school.title(count): school.times(count) for count in CLASSES}
        times["introspection"] = school.introspection_times()
        rates = school.rates() if is_postgresql else {}
    return {
        "times": times,
        "rates": rates,
        "load": [load_before, os.getloadavg()[0]],
        "database": describe_database(),
    }


if __name__ == "__main__":
    run_measured("benchmarks.answers.measure", measure)
