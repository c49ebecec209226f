"""Formats hits and misses as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.answers.contenders import MISS
from benchmarks.answers.verdicts import Found, verdicts
from benchmarks.machine import describe_machine
from benchmarks.peers.postgraphile import VERSIONS
from benchmarks.tables import table

_INTRODUCTION = """\
Written by `make bench-answers`. [answers](answers/__init__.py) describes the method. Each contender is one process. All of
them returned the same classes, curriculum, cells and exams, and were measured in turns. "ours, hit" keeps answers, "ours,
miss" does not. The limit is one SQL statement that builds the JSON. Times are medians in milliseconds."""


def report(results: dict[str, Found], *, quick: bool) -> str:
    lines = ["# Hits and misses", "", _INTRODUCTION, ""]
    if quick:
        lines += ["**Quick run with few rounds: a rough estimate only.**", ""]
    lines += [f"- {line}" for line in describe_machine()]
    lines += [f"- PostGraphile {each.number}, Node {each.node_version()}" for each in VERSIONS]
    for found in results.values():
        before, after = found["load"]
        lines.append(f"- {found['database']}; load average {before:.1f} before, {after:.1f} after")
    lines += ["", *table(["ratio", "required", "aim", "result", "verdict"], verdicts(results))]
    for database, found in results.items():
        lines += ["", f"## {database}", ""]
        lines += table(["case", "contender", "ms", "relative"], _rows(found["times"], "{:.2f}"))
        if found["rates"]:
            head = ["load", "contender", "responses per second", "relative"]
            lines += ["", *table(head, _rows(found["rates"], "{:.0f}"))]
    return "\n".join(lines) + "\n"


def _rows(measured: Mapping[str, Mapping[str, float]], form: str) -> Iterator[list[str]]:
    """Yield a row for each measurement. The last column is relative to a miss."""
    for name, values in measured.items():
        case = name
        for contender, value in values.items():
            yield [case, contender, form.format(value), f"{value / values[MISS]:.2f}"]
            case = ""
