"""Measure on the empty database in ``DATABASE_URL``: ``python -m benchmarks.run_database FILE``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.budget import Budget
from benchmarks.isolated import run_measured
from benchmarks.machine import describe_database
from benchmarks.progress import say
from scripts.server import Checkout


def measure(budget: Budget, folder: Path) -> dict[str, Any]:
    """Return all measurements on one database. `report` formats them."""
    # These import models, which need `django.setup`.
    from django.core.management import call_command

    from benchmarks import cases, data
    from benchmarks.memory import measure_memory
    from benchmarks.run_cases import check_case, measure_cases
    from benchmarks.throughput import measure_throughput

    load_before = os.getloadavg()[0]
    say("  creating a school of 600 classes")
    call_command("migrate", verbosity=0, interactive=False)
    data.create_school(cases.ALL_CLASSES)
    token = data.create_teacher("sixty", data.class_codes(cases.CLASSES))
    token_of_all = data.create_teacher("everything", data.class_codes(cases.ALL_CLASSES))
    data.analyze()
    log = folder / "server.log"
    with Checkout().serve(log) as server:
        all_cases = cases.cases()
        checked = {name: check_case(case, server.port, token) for name, case in all_cases.items()}
        times: dict[str, dict[str, float]] = {}
        for name, case in all_cases.items():
            times |= measure_cases({name: case}, server.port, token, budget)
        growing = {str(count): case for count, case in cases.growth_cases().items()}
        growth = measure_cases(growing, server.port, token_of_all, budget)
        say("  throughput of 16 and 64 clients")
        throughput = measure_throughput(
            server.port,
            token,
            all_cases["few"].operation,
            slots=budget.slots,
            seconds=budget.slot_seconds,
        )
    say("  memory")
    full_matrix = all_cases["exams"].operation
    return {
        "version": describe_database(),
        "load": [load_before, os.getloadavg()[0]],
        "checked": checked,
        "times": times,
        "growth": growth,
        "throughput": throughput,
        "memory": measure_memory(log, token, full_matrix, seconds=budget.memory_seconds),
    }


if __name__ == "__main__":
    run_measured("benchmarks.run_database", measure)
