"""The required ratios of hits and misses, and whether the results meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.answers.contenders import HIT, LIMIT, MISS, VIEW
from benchmarks.contenders import GRAPHQL_CORE
from benchmarks.peers.postgraphile import VERSIONS
from benchmarks.targets import Target

Found = dict[str, Any]
"""The results of `measure` on one database."""


def _time(case: str, dividend: str, *divisors: str) -> Callable[[Found], float]:
    """Return a function that divides a time by the shortest of others."""

    def read(found: Found) -> float:
        times = found["times"][case]
        return float(times[dividend] / min(times[title] for title in divisors))

    return read


def _rate(case: str, dividend: str, *divisors: str) -> Callable[[Found], float]:
    """Return a function that divides a throughput by the highest of others."""

    def read(found: Found) -> float:
        rates = found["rates"][case]
        return float(rates[dividend] / max(rates[title] for title in divisors))

    return read


def _at_most(
    title: str, read: Callable[[Found], float], limit: float, goal: float, database: str
) -> Target:
    return Target(title, read, limit, goal, less_is_better=True, databases=(database,))


def _at_least(title: str, read: Callable[[Found], float], limit: float, goal: float) -> Target:
    return Target(title, read, limit, goal, less_is_better=False, databases=("PostgreSQL",))


_PEERS = tuple(version.title for version in VERSIONS)
_POSTGRESQL = (
    _at_most(
        "hit, 60 classes: time, ours / limit",
        _time("60 classes", HIT, LIMIT),
        0.15,
        0.08,
        "PostgreSQL",
    ),
    _at_most(
        "hit, 5 classes: time, ours / limit", _time("5 classes", HIT, LIMIT), 1.0, 0.6, "PostgreSQL"
    ),
    _at_most(
        "hit, 1 class: time, ours / limit", _time("1 class", HIT, LIMIT), 1.0, 0.6, "PostgreSQL"
    ),
    _at_least(
        "hit, 5 classes, 16 connections: throughput, ours / limit",
        _rate("5 classes, 16 connections", HIT, LIMIT),
        1.3,
        2,
    ),
    _at_most(
        "miss, 1 class: time, ours / limit", _time("1 class", MISS, LIMIT), 2.5, 1.8, "PostgreSQL"
    ),
    _at_most(
        "miss, 5 classes: time, ours / the faster PostGraphile",
        _time("5 classes", MISS, *_PEERS),
        1.0,
        0.8,
        "PostgreSQL",
    ),
    _at_least(
        "miss, 5 classes, 16 connections: throughput, ours / the faster PostGraphile",
        _rate("5 classes, 16 connections", MISS, *_PEERS),
        1.0,
        1.5,
    ),
    _at_most(
        "miss, 60 classes: time, ours / hand-written",
        _time("60 classes", MISS, VIEW),
        1.1,
        0.95,
        "PostgreSQL",
    ),
    _at_least(
        "2% writes, 5 of 60 classes, 16 connections: throughput, ours / without the cache",
        _rate("5 of 60 classes, 16 connections, 2% writes", HIT, MISS),
        2,
        3,
    ),
    _at_most(
        "introspection: time, ours / graphql-core's executor",
        _time("introspection", MISS, GRAPHQL_CORE.title),
        0.2,
        0.05,
        "PostgreSQL",
    ),
)
_SQLITE = (
    _at_most(
        "hit, 60 classes: time, ours / hand-written",
        _time("60 classes", HIT, VIEW),
        0.15,
        0.1,
        "SQLite",
    ),
)


def verdicts(results: dict[str, Found]) -> Iterator[list[str]]:
    """Yield a row for each required ratio: database, ratio, requirement, aim, result and verdict."""
    for target in (*_POSTGRESQL, *_SQLITE):
        (database,) = target.databases
        if database in results:
            value = target.read(results[database])
            relation = "≤" if target.less_is_better else "≥"
            yield [
                f"{target.title}, {database}",
                f"{relation} {target.limit:g}",
                f"{target.goal:g}",
                f"{value:.2f}",
                target.verdict(value),
            ]
