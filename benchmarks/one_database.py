"""Measuring on the database that ``DATABASE_URL`` names, which is empty: ``python -m benchmarks.one_database FILE``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.effort import Effort
from benchmarks.machine import describe_database
from benchmarks.own_process import run_measured
from benchmarks.progress import say


def measure(effort: Effort, folder: Path) -> dict[str, Any]:
    """All that is measured on one database; see `report` for what becomes of it."""
    # What uses models can be imported only after `django.setup`.
    from django.core.management import call_command

    from benchmarks import cases, data
    from benchmarks.memory import measure_memory
    from benchmarks.one_case import check_case, measure_cases
    from benchmarks.server import running_server
    from benchmarks.throughput import measure_throughput

    load_before = os.getloadavg()[0]
    say("  making a school of 600 classes")
    call_command("migrate", verbosity=0, interactive=False)
    data.make_school(cases.ALL_CLASSES)
    token = data.make_teacher("sixty", data.class_codes(cases.CLASSES))
    token_of_all = data.make_teacher("everything", data.class_codes(cases.ALL_CLASSES))
    data.analyze()
    log = folder / "server.log"
    with running_server(log) as server:
        all_cases = cases.cases()
        checked = {name: check_case(case, server.port, token) for name, case in all_cases.items()}
        times: dict[str, dict[str, float]] = {}
        for name, case in all_cases.items():
            times |= measure_cases({name: case}, server.port, token, effort)
        growing = {str(count): case for count, case in cases.growth_cases().items()}
        growth = measure_cases(growing, server.port, token_of_all, effort)
        say("  throughput of 16 and 64 clients")
        throughput = measure_throughput(
            server.port,
            token,
            all_cases["few"].question,
            slots=effort.slots,
            seconds=effort.slot_seconds,
        )
    say("  memory")
    whole = all_cases["exams"].question
    return {
        "version": describe_database(),
        "load": [load_before, os.getloadavg()[0]],
        "checked": checked,
        "times": times,
        "growth": growth,
        "throughput": throughput,
        "memory": measure_memory(log, token, whole, seconds=effort.memory_seconds),
    }


if __name__ == "__main__":
    run_measured("benchmarks.one_database", measure)
