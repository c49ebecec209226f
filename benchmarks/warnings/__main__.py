"""``python -m benchmarks.warnings``: measure the full matrix with and without warnings, and print the ratio."""

from __future__ import annotations

from benchmarks.isolated import measure_each
from benchmarks.progress import say


def main() -> None:
    description = "Measure the full matrix with and without warnings, and print the ratio."
    for results in measure_each("benchmarks.warnings", description, quick="few rounds"):
        without, with_warnings = results["times"]
        say(
            f"  without {without:.1f} ms, with warnings {with_warnings:.1f} ms: "
            f"{with_warnings / without:.2f}x"
        )


if __name__ == "__main__":
    main()
