"""Measured figures, the bounds they must keep, and the verdict on a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isnan


class Unit(StrEnum):
    """The unit that a figure is shown with."""

    SECONDS = "s"
    SHARE = "%"
    COUNT = ""
    RATE = "/s"
    MEGABYTES = "MB"


@dataclass(frozen=True, slots=True)
class Bound:
    """The values that a figure can have, ``least`` and ``most`` included. Not a number is outside of every bound."""

    least: float = float("-inf")
    most: float = float("inf")

    def holds(self, value: float) -> bool:
        return not isnan(value) and self.least <= value <= self.most


def at_least(value: float) -> Bound:
    return Bound(least=value)


def at_most(value: float) -> Bound:
    return Bound(most=value)


NONE = at_most(0)
_LENIENT_TIMES = 10
# A smaller share is a part of a throughput.
_ALMOST_ALL = 0.99
ALL = at_least(1)
FOR_CONTRAST = None
"""The bound of a figure that no verdict depends on."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value. Without a ``bound`` it is only shown. A share is a number between 0 and 1, a time is in seconds."""

    name: str
    value: float
    unit: Unit
    bound: Bound | None = None

    @property
    def holds(self) -> bool:
        return self.bound is None or self.bound.holds(self.value)

    def lenient(self) -> Figure:
        """Return the figure with a bound that a slow or busy machine keeps too: ten times the time, or a tenth of the throughput."""
        if self.bound is None:
            return self
        bound = self.bound
        if self.unit is Unit.SECONDS:
            bound = replace(bound, most=bound.most * _LENIENT_TIMES)
        elif self.unit is Unit.SHARE and bound.least < _ALMOST_ALL:
            bound = replace(bound, least=bound.least / _LENIENT_TIMES)
        return replace(self, bound=bound)

    @property
    def shown(self) -> str:
        return _shown(self.value, self.unit)

    @property
    def wanted(self) -> str:
        if self.bound is None:
            return ""
        if self.bound == NONE and self.unit is Unit.COUNT:
            return "0"
        if self.bound == ALL and self.unit is Unit.SHARE:
            return "all"
        parts = []
        if self.bound.least > float("-inf"):
            parts.append(f"≥ {_shown(self.bound.least, self.unit)}")
        if self.bound.most < float("inf"):
            parts.append(f"≤ {_shown(self.bound.most, self.unit)}")
        return ", ".join(parts)


def _shown(value: float, unit: Unit) -> str:
    if isnan(value):
        return "not measured"
    match unit:
        case Unit.SHARE:
            # Rounded down, so that a shortfall never looks like success.
            return f"{int(value * 1_000 + 1e-6) / 10:g}%"
        case Unit.SECONDS:
            return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
        case Unit.RATE:
            return f"{value:.0f}/s"
        case Unit.MEGABYTES:
            return f"{value:.0f} MB"
    return f"{value:.0f}"


class Outcome(StrEnum):
    """The verdict on a scenario."""

    PASSES = "passes"
    FALLS_SHORT = "**falls short**"
    FAILED = "**failed**"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one scenario on one installation. ``note`` is the reason why it failed or was not run."""

    scenario: str
    installation: str
    figures: Sequence[Figure] = ()
    note: str = ""
    failed: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.failed:
            return Outcome.FAILED
        if not any(figure.bound for figure in self.figures):
            return Outcome.NOT_RUN
        return (
            Outcome.PASSES if all(figure.holds for figure in self.figures) else Outcome.FALLS_SHORT
        )

    @property
    def is_shortfall(self) -> bool:
        return self.outcome in {Outcome.FALLS_SHORT, Outcome.FAILED}
