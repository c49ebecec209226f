"""The comparison with PostGraphile as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.machine import describe_machine
from benchmarks.tables import table
from benchmarks.ways import OURS

_INTRODUCTION = """\
Made by `make bench-peers`; see [peers](peers/__init__.py) for how. PostGraphile serves the same PostgreSQL database; it was asked
for the same classes, curriculum, cells and exams, its answers were checked to say the same, and all took turns while
they were measured. Nobody signs in to it, and it checks no access. Times are medians, in milliseconds."""


def report(results: dict[str, Any], node: str, *, quick: bool) -> str:
    before, after = results["load"]
    lines = ["# Beside PostGraphile", "", _INTRODUCTION, ""]
    if quick:
        lines += ["**A quick run, with few rounds: good for a glance only.**", ""]
    lines += [f"- {line}" for line in describe_machine()]
    lines += [
        f"- {results['database']}, Node {node}, PostGraphile {results['postgraphile']}",
        f"- Load of the machine {before:.1f} before, {after:.1f} after",
        "",
        *table(["case", "way", "ms", "of ours", "kB"], _rows(results["cases"])),
        "",
    ]
    for count, ways in results["cases"].items():
        ratio = ways["PostGraphile"]["ms"] / ways[OURS.title]["ms"]
        verdict = "ahead of PostGraphile" if ratio > 1 else "**behind PostGraphile**"
        lines.append(f"- {count} classes: {verdict}, which takes {ratio:.2f} times as long.")
    return "\n".join(lines) + "\n"


def _rows(cases: dict[str, Any]) -> Iterator[list[str]]:
    for count, ways in cases.items():
        case = f"{count} classes with exams"
        for way, found in ways.items():
            ratio = found["ms"] / ways[OURS.title]["ms"]
            yield [case, way, f"{found['ms']:.2f}", f"{ratio:.2f}", f"{found['bytes'] / 1000:.0f}"]
            case = ""
