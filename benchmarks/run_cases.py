"""Checks and measures cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.budget import Budget
from benchmarks.cases import Case
from benchmarks.checks import check_contenders, check_full_matrix, check_same_response
from benchmarks.client import Client
from benchmarks.contenders import OLD_LOOP
from benchmarks.progress import say
from benchmarks.timing import Runner, take_turns

_FULL_MATRIX = ("60 classes with exams", "60 classes without exams")


def check_case(case: Case, port: int, token: str) -> dict[str, Any]:
    """Return the response size and, for the full matrix, each contender's number of SQL statements.

    Raises `UnfairComparisonError`.
    """
    say(f"  checking: {case.title}")
    is_full = case.title in _FULL_MATRIX
    with Client(port, token) as client:
        size = check_same_response(case, client)
        if is_full:
            check_full_matrix(case, client)
    statements = check_contenders(case, token) if is_full else {}
    return {"title": case.title, "bytes": size, "statements": statements}


def measure_cases(
    cases: Mapping[str, Case], port: int, token: str, budget: Budget
) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each contender, by case. All of them take turns."""
    say(f"  measuring: {', '.join(case.title for case in cases.values())}")
    with Client(port, token) as client:
        runners = {
            (name, contender): Runner(
                client,
                case.operation.request_to(contender),
                case.before,
                case.loop_every if contender is OLD_LOOP else 1,
            )
            for name, case in cases.items()
            for contender in case.contenders
        }
        rounds = max(case.rounds for case in cases.values())
        take_turns(
            list(runners.values()),
            rounds=max(3, round(rounds * budget.rounds)),
            max_seconds=budget.seconds,
        )
    return {
        name: {
            contender.title: runners[name, contender].milliseconds for contender in case.contenders
        }
        for name, case in cases.items()
    }
