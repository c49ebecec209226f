"""What must be reached, and whether it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.ways import HAND_WRITTEN, OLD_LOOP, OURS, READ_AHEAD, SINGLE_LOADS, Way

Results = dict[str, Any]
"""What `one_database.measure` gives, read back from JSON."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio. Where ``less_is_better`` it must be at most ``floor``, and is meant to be at most ``aim``; else at least."""

    title: str
    read: Callable[[Results], float]
    floor: float
    aim: float
    less_is_better: bool
    databases: tuple[str, ...] = ("PostgreSQL", "SQLite")

    def verdict(self, value: float) -> str:
        if self._reaches(value, self.aim):
            return "aim met"
        return "floor met, aim missed" if self._reaches(value, self.floor) else "**missed**"

    def _reaches(self, value: float, wanted: float) -> bool:
        return value <= wanted if self.less_is_better else value >= wanted


def _times(case: str, dividend: Way, divisor: Way) -> Callable[[Results], float]:
    def read(results: Results) -> float:
        times = results["times"][case]
        return float(times[dividend.title] / times[divisor.title])

    return read


def _throughput(results: Results) -> float:
    rates = results["throughput"]["16"]
    return float(rates[OURS.title] / rates[HAND_WRITTEN.title])


def growth(results: Results, way: Way = OURS) -> float:
    """What a further class costs beyond 60 classes, beside what it costs up to 60."""
    few, some, many = (results["growth"][count][way.title] for count in ("5", "60", "600"))
    return float((many - some) / 540 / ((some - few) / 55))


FIGURES = (
    Figure(
        "full matrix with exams: ours / hand-written view",
        _times("exams", OURS, HAND_WRITTEN),
        floor=2.0,
        aim=1.5,
        less_is_better=True,
    ),
    Figure(
        "full matrix with exams: graphql-core's own executor, read-ahead kept / ours",
        _times("exams", READ_AHEAD, OURS),
        floor=2.5,
        aim=4,
        less_is_better=False,
    ),
    Figure(
        "full matrix with exams: one `load` a cell and field on graphql-core's executor / ours",
        _times("exams", SINGLE_LOADS, OURS),
        floor=5,
        aim=8,
        less_is_better=False,
    ),
    Figure(
        "full matrix, same answer (no exams), warm: old loop / ours",
        _times("counts", OLD_LOOP, OURS),
        floor=60,
        aim=80,
        less_is_better=False,
        databases=("PostgreSQL",),
    ),
    Figure(
        "960 cells missing, same answer (no exams): old loop / ours",
        _times("missing", OLD_LOOP, OURS),
        floor=30,
        aim=60,
        less_is_better=False,
    ),
    Figure(
        "growth: (T600 - T60) / 540 against (T60 - T5) / 55",
        growth,
        floor=1.2,
        aim=1.0,
        less_is_better=True,
    ),
    Figure(
        "throughput, 5 classes, 16 clients: ours / hand-written view",
        _throughput,
        floor=0.7,
        aim=0.9,
        less_is_better=False,
    ),
    Figure(
        "1 class x 1 period: ours / hand-written view",
        _times("one", OURS, HAND_WRITTEN),
        floor=2.0,
        aim=1.5,
        less_is_better=True,
    ),
)
