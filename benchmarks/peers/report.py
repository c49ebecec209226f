"""Formats the comparison with PostGraphile as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.contenders import OURS
from benchmarks.machine import describe_machine
from benchmarks.peers.postgraphile import VERSIONS
from benchmarks.tables import table

_INTRODUCTION = """\
Written by `make bench-peers`. [peers](peers/__init__.py) describes the method. Both versions of PostGraphile serve the same PostgreSQL
database. They returned the same classes, curriculum, cells and exams, and all contenders were measured in turns. They have no
authentication and no access rules. Times are medians in milliseconds."""


def report(results: dict[str, Any], *, quick: bool) -> str:
    before, after = results["load"]
    lines = ["# Comparison with PostGraphile", "", _INTRODUCTION, ""]
    if quick:
        lines += ["**Quick run with few rounds: a rough estimate only.**", ""]
    lines += [f"- {line}" for line in describe_machine()]
    lines += [
        f"- {results['database']}",
        *(f"- PostGraphile {each.number}, Node {each.node_version()}" for each in VERSIONS),
        f"- Load average {before:.1f} before, {after:.1f} after",
        "",
        *table(["case", "contender", "ms", "relative to ours", "kB"], _rows(results["cases"])),
        "",
    ]
    for count, contenders in results["cases"].items():
        for peer in results["peers"]:
            ratio = contenders[peer]["ms"] / contenders[OURS.title]["ms"]
            verdict = "faster than" if ratio > 1 else "**slower** than"
            lines.append(
                f"- {count} classes: {verdict} {peer}, which takes {ratio:.2f} times as long."
            )
    return "\n".join(lines) + "\n"


def _rows(cases: dict[str, Any]) -> Iterator[list[str]]:
    for count, contenders in cases.items():
        case = f"{count} classes with exams"
        for contender, found in contenders.items():
            ratio = found["ms"] / contenders[OURS.title]["ms"]
            yield [
                case,
                contender,
                f"{found['ms']:.2f}",
                f"{ratio:.2f}",
                f"{found['bytes'] / 1000:.0f}",
            ]
            case = ""
