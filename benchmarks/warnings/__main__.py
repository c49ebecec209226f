"""``python -m benchmarks.warnings``: measure the full matrix with and without warnings, and print the ratio."""

from __future__ import annotations

from benchmarks.isolated import measure_each
from benchmarks.progress import say


def main() -> None:
    description = "Measure the full matrix with and without warnings, and print the ratio."
    for results in measure_each("benchmarks.warnings", description, quick="few rounds"):
        for changed, (without, with_warnings) in results.items():
            say(
                f"  another {changed} before each request: without {without:.1f} ms, "
                f"with warnings {with_warnings:.1f} ms: {with_warnings / without:.2f}x"
            )


if __name__ == "__main__":
    main()
