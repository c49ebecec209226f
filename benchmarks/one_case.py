"""Checking a case, and measuring cases in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.cases import Case
from benchmarks.checks import check_manners, check_same_answers, check_whole_matrix
from benchmarks.client import Client
from benchmarks.effort import Effort
from benchmarks.progress import say
from benchmarks.timing import Runner, take_turns
from benchmarks.ways import OLD_LOOP

_WHOLE_MATRIX = ("60 classes with exams", "60 classes without exams")


def check_case(case: Case, port: int, token: str) -> dict[str, Any]:
    """The size of the answer and, for the whole matrix, the statements each way takes. Raises `UnfairComparisonError`."""
    say(f"  checking: {case.title}")
    is_whole = case.title in _WHOLE_MATRIX
    with Client(port, token) as client:
        size = check_same_answers(case, client)
        if is_whole:
            check_whole_matrix(case, client)
    statements = check_manners(case, token) if is_whole else {}
    return {"title": case.title, "bytes": size, "statements": statements}


def measure_cases(
    cases: Mapping[str, Case], port: int, token: str, effort: Effort
) -> dict[str, dict[str, float]]:
    """The median time of each case's ways, in milliseconds. All of them take turns."""
    say(f"  measuring: {', '.join(case.title for case in cases.values())}")
    with Client(port, token) as client:
        runners = {
            (name, way): Runner(
                client,
                case.question.to(way),
                case.before,
                case.loop_every if way is OLD_LOOP else 1,
            )
            for name, case in cases.items()
            for way in case.ways
        }
        rounds = max(case.rounds for case in cases.values())
        take_turns(
            list(runners.values()),
            rounds=max(3, round(rounds * effort.rounds)),
            most_seconds=effort.seconds,
        )
    return {
        name: {way.title: runners[name, way].milliseconds for way in case.ways}
        for name, case in cases.items()
    }
