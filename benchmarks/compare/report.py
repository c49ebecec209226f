"""Formats the medians of all runs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.compare.run import FIGURES, THROUGHPUT, Measured
from benchmarks.tables import table

_HEAD = ("ours", "theirs", "ours / theirs", "range of the runs", "processor time, ours / theirs")


def report(database: str, runs: Sequence[Measured]) -> list[str]:
    """Return a table with the medians of the runs, their ratio, and the range of the runs' ratios."""
    return table([database, *_HEAD], [_row(figure, runs) for figure in FIGURES])


def _row(figure: str, runs: Sequence[Measured]) -> list[str]:
    ours, theirs = ([run[figure][title] for run in runs] for title in ("ours", "theirs"))
    values = [median(sample.value for sample in side) for side in (ours, theirs)]
    processor = [median(sample.processor_ms for sample in side) for side in (ours, theirs)]
    ratios = [a.value / b.value for a, b in zip(ours, theirs, strict=True)]
    return [
        f"{figure} ({'responses per second' if figure == THROUGHPUT else 'ms'})",
        f"{values[0]:.2f}",
        f"{values[1]:.2f}",
        f"{values[0] / values[1]:.3f}",
        f"{min(ratios):.3f} to {max(ratios):.3f}",
        f"{processor[0] / processor[1]:.3f}",
    ]
