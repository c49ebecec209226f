"""The required ratios, and whether the results meet them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.contenders import (
    HAND_WRITTEN,
    OLD_LOOP,
    OURS,
    PREFETCH,
    SINGLE_LOADS,
    Contender,
)

Results = dict[str, Any]
"""The results of `run_database.measure`, read from JSON."""


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio with a limit that it must meet and a goal that it should meet.

    Both are maxima if ``less_is_better``, otherwise minima.
    """

    title: str
    read: Callable[[Results], float]
    limit: float
    goal: float
    less_is_better: bool
    databases: tuple[str, ...] = ("PostgreSQL", "SQLite")

    def verdict(self, value: float) -> str:
        if self._meets(value, self.goal):
            return "goal met"
        return "limit met, goal missed" if self._meets(value, self.limit) else "**missed**"

    def _meets(self, value: float, bound: float) -> bool:
        return value <= bound if self.less_is_better else value >= bound


def _times(case: str, dividend: Contender, divisor: Contender) -> Callable[[Results], float]:
    def read(results: Results) -> float:
        times = results["times"][case]
        return float(times[dividend.title] / times[divisor.title])

    return read


def _throughput(results: Results) -> float:
    rates = results["throughput"]["16"]
    return float(rates[OURS.title] / rates[HAND_WRITTEN.title])


def growth(results: Results, contender: Contender = OURS) -> float:
    """Return the cost of one more class above 60 classes, divided by its cost below 60."""
    few, some, many = (results["growth"][count][contender.title] for count in ("5", "60", "600"))
    return float((many - some) / 540 / ((some - few) / 55))


TARGETS = (
    Target(
        "full matrix with exams: ours / hand-written view",
        _times("exams", OURS, HAND_WRITTEN),
        limit=2.0,
        goal=1.5,
        less_is_better=True,
    ),
    Target(
        "full matrix with exams: graphql-core's executor, prefetched / ours",
        _times("exams", PREFETCH, OURS),
        limit=2.5,
        goal=4,
        less_is_better=False,
    ),
    Target(
        "full matrix with exams: graphql-core's executor, single loads / ours",
        _times("exams", SINGLE_LOADS, OURS),
        limit=5,
        goal=8,
        less_is_better=False,
    ),
    Target(
        "full matrix without exams, warm: old loop / ours",
        _times("counts", OLD_LOOP, OURS),
        limit=60,
        goal=80,
        less_is_better=False,
        databases=("PostgreSQL",),
    ),
    Target(
        "full matrix without exams, 960 cells missing: old loop / ours",
        _times("missing", OLD_LOOP, OURS),
        limit=30,
        goal=60,
        less_is_better=False,
    ),
    Target(
        "growth: (T600 - T60) / 540 divided by (T60 - T5) / 55",
        growth,
        limit=1.2,
        goal=1.0,
        less_is_better=True,
    ),
    Target(
        "throughput, 5 classes, 16 clients: ours / hand-written view",
        _throughput,
        limit=0.7,
        goal=0.9,
        less_is_better=False,
    ),
    Target(
        "1 class x 1 period: ours / hand-written view",
        _times("one", OURS, HAND_WRITTEN),
        limit=2.0,
        goal=1.5,
        less_is_better=True,
    ),
)
