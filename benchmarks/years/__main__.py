"""``python -m benchmarks.years``: measure `matrixCells` with one and with ten years, and print the ratios."""

from __future__ import annotations

import sys

from benchmarks.isolated import measure_each
from benchmarks.progress import say

_LIMIT = 2.0


def main() -> int:
    description = (
        "Measure matrixCells with one and with ten years of 600 classes, and print the ratios."
    )
    largest = 0.0
    for results in measure_each("benchmarks.years", description, quick="few rounds"):
        say(f"{'':<44} one year  ten years  ratio")
        for title, (one, ten) in results["times"].items():
            say(f"{title:<44} {one:5.1f} ms   {ten:5.1f} ms  {ten / one:4.2f}x")
            largest = max(largest, ten / one)
    verdict = "under" if largest < _LIMIT else "NOT UNDER"
    say(f"\nLargest ratio: {largest:.2f}x, {verdict} {_LIMIT:.0f}x.")
    return 0 if largest < _LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
