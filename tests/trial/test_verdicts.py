"""The verdicts of the trial."""

from __future__ import annotations

import math

import pytest

from benchmarks.trial.report import report, summary
from benchmarks.trial.verdicts import (
    ALL,
    NONE,
    Bound,
    Figure,
    Outcome,
    Unit,
    Verdict,
    at_least,
    at_most,
)

_GOOD = Figure("lost", 0, Unit.COUNT, NONE)
_BAD = Figure("slowest", 3.2, Unit.SECONDS, at_most(3))
_CONTRAST = Figure("old loop", 2, Unit.RATE)


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [
        (at_most(3), 3, True),
        (at_most(3), 3.001, False),
        (at_least(0.85), 0.85, True),
        (at_least(0.85), 0.8499, False),
        (NONE, 1, False),
        (ALL, 0.9999, False),
        (ALL, 1, True),
    ],
)
def test_a_bound_includes_its_limit(bound: object, value: float, *, holds: bool) -> None:
    assert Figure("name", value, Unit.COUNT, bound).holds is holds  # type: ignore[arg-type]


@pytest.mark.parametrize("bound", [at_most(3), at_least(0), NONE, ALL])
def test_a_figure_that_was_not_measured_keeps_no_bound(bound: object) -> None:
    assert not Figure("name", math.nan, Unit.SECONDS, bound).holds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("figures", "outcome"),
    [
        ([_GOOD], Outcome.PASSES),
        ([_GOOD, _CONTRAST], Outcome.PASSES),
        ([_GOOD, _BAD], Outcome.FALLS_SHORT),
        ([_CONTRAST], Outcome.NOT_RUN),
        ([], Outcome.NOT_RUN),
    ],
)
def test_a_verdict_needs_every_bound(figures: list[Figure], outcome: Outcome) -> None:
    verdict = Verdict("A scenario", "SQLite", figures)
    assert verdict.outcome is outcome
    assert verdict.is_shortfall is (outcome is Outcome.FALLS_SHORT)


def test_a_scenario_that_failed_is_a_shortfall() -> None:
    verdict = Verdict("A scenario", "SQLite", [_GOOD], note="KeyError: 'x'", failed=True)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.is_shortfall


def test_a_share_is_never_rounded_up_to_success() -> None:
    assert Figure("served", 0.99996, Unit.SHARE, ALL).shown == "99.9%"
    assert Figure("served", 1, Unit.SHARE, ALL).shown == "100%"


def test_the_page_marks_what_falls_short() -> None:
    verdicts = [
        Verdict("Overload", "SQLite", [_GOOD, _BAD]),
        Verdict("Restart", "SQLite", [_GOOD, _CONTRAST]),
        Verdict("Disk full", "SQLite", note="Only root can mount."),
    ]
    page = report(verdicts, 1.5)
    assert (
        "| Overload | SQLite | lost 0 (0)<br>**slowest 3.20 s (≤ 3.00 s)** | **falls short** |"
        in page
    )
    assert "| Restart | SQLite | lost 0 (0)<br>old loop 2/s | passes |" in page
    assert "| Disk full | SQLite | Only root can mount. | not run |" in page
    assert summary(verdicts) == "Of 3 verdicts, 1 pass, 1 fall short, 1 were not run."


@pytest.mark.parametrize(
    ("unit", "bound", "lenient"),
    [
        (Unit.SECONDS, at_most(0.2), at_most(2)),
        (Unit.SHARE, at_least(0.5), at_least(0.05)),
        (Unit.SHARE, at_least(0.999), at_least(0.999)),
        (Unit.SHARE, ALL, ALL),
        (Unit.COUNT, NONE, NONE),
        (Unit.COUNT, at_least(20), at_least(20)),
        (Unit.RATE, None, None),
    ],
)
def test_a_lenient_bound_concerns_times_and_throughputs_only(
    unit: Unit, bound: Bound | None, lenient: Bound | None
) -> None:
    assert Figure("name", 1, unit, bound).lenient() == Figure("name", 1, unit, lenient)
