"""Formats the results as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.contenders import HAND_WRITTEN, OLD_LOOP, OURS
from benchmarks.machine import describe_machine
from benchmarks.tables import table
from benchmarks.targets import TARGETS, Results, growth

_INTRODUCTION = """\
Written by `make bench`. [benchmarks](__init__.py) describes the method, [targets](targets.py) defines the ratios. One
process on this machine serves all contenders over HTTP, with the same authentication. They returned the same JSON and
were measured in turns. Times are medians in milliseconds."""


def report(results: Mapping[str, Results], *, quick: bool) -> str:
    """Return the report. ``results`` has an entry per database."""
    lines = ["# Benchmark", "", _INTRODUCTION, ""]
    if quick:
        lines += ["**Quick run with few rounds: a rough estimate only.**", ""]
    lines += [f"- {line}" for line in describe_machine()]
    for found in results.values():
        before, after = found["load"]
        lines.append(f"- {found['version']}; load average {before:.1f} before, {after:.1f} after")
    lines += ["", "## Targets", "", *_targets(results)]
    for database, found in results.items():
        lines += ["", f"## {database}", "", *_times(found), "", *_notes(found)]
    return "\n".join(lines) + "\n"


def _targets(results: Mapping[str, Results]) -> list[str]:
    rows = []
    for target in TARGETS:
        relation = "at most" if target.less_is_better else "at least"
        row = [target.title, f"{relation} {target.limit:g}", f"{target.goal:g}"]
        for database, found in results.items():
            value = target.read(found)
            applies = database in target.databases
            row.append(f"{value:.2f} {target.verdict(value) if applies else '(no target)'}")
        rows.append(row)
    return table(["ratio", "limit", "goal", *results], rows)


def _times(found: Results) -> list[str]:
    rows: list[list[str]] = []
    for name, times in found["times"].items():
        checked = found["checked"][name]
        rows += _rows(f"{checked['title']}, {checked['bytes'] / 1000:.0f} kB", times)
    for count, times in found["growth"].items():
        rows += _rows(f"{count} classes with exams, teacher of 600 classes", times)
    return table(["case", "contender", "ms", "relative to ours"], rows)


def _rows(case: str, times: Mapping[str, float]) -> Iterator[list[str]]:
    for contender, milliseconds in times.items():
        yield [case, contender, f"{milliseconds:.2f}", f"{milliseconds / times[OURS.title]:.2f}"]
        case = ""


def _notes(found: Results) -> list[str]:
    lines = table(
        ["throughput, 5 classes with exams", "responses per second"],
        (
            [f"{clients} clients, {contender}", f"{rate:.0f}"]
            for clients, rates in found["throughput"].items()
            for contender, rate in rates.items()
        ),
    )
    loop = found["times"]["counts"][OLD_LOOP.title] / found["times"]["exams"][OURS.title]
    memory = found["memory"]
    lines += [
        "",
        f"- Growth of the {HAND_WRITTEN.title}: {growth(found, HAND_WRITTEN):.2f}.",
        f"- Old loop, without exams / ours, with exams: {loop:.1f}.",
        f"- Memory of the server: {memory['at rest']:.0f} MB after the first full matrix, "
        f"{memory['under load']:.0f} MB while 16 clients request full matrices.",
    ]
    for checked in found["checked"].values():
        if statements := checked["statements"]:
            each = "; ".join(f"{contender} {count:,}" for contender, count in statements.items())
            lines.append(f"- SQL statements, {checked['title']}: {each}.")
    return lines
