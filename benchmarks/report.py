"""The results as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.figures import FIGURES, Results, growth
from benchmarks.machine import describe_machine
from benchmarks.tables import table
from benchmarks.ways import HAND_WRITTEN, OLD_LOOP, OURS

_INTRODUCTION = """\
Made by `make bench`; see [benchmarks](__init__.py) for how, and [figures](figures.py) for what the figures are computed
from. All ways are served by one process on this machine, over HTTP, with the same sign-in; they were checked to
answer the same JSON, and took turns while they were measured. Times are medians, in milliseconds."""


def report(results: Mapping[str, Results], *, quick: bool) -> str:
    """``results`` is by database: PostgreSQL, SQLite."""
    lines = ["# Benchmark", "", _INTRODUCTION, ""]
    if quick:
        lines += ["**A quick run, with few rounds: good for a glance only.**", ""]
    lines += [f"- {line}" for line in describe_machine()]
    for found in results.values():
        before, after = found["load"]
        lines.append(
            f"- {found['version']}; load of the machine {before:.1f} before, {after:.1f} after"
        )
    lines += ["", "## What must be seen", "", *_figures(results)]
    for database, found in results.items():
        lines += ["", f"## {database}", "", *_times(found), "", *_notes(found)]
    return "\n".join(lines) + "\n"


def _figures(results: Mapping[str, Results]) -> list[str]:
    rows = []
    for figure in FIGURES:
        relation = "at most" if figure.less_is_better else "at least"
        row = [figure.title, f"{relation} {figure.floor:g}", f"{figure.aim:g}"]
        for database, found in results.items():
            value = figure.read(found)
            judged = database in figure.databases
            row.append(f"{value:.2f} {figure.verdict(value) if judged else '(not asked for)'}")
        rows.append(row)
    return table(["figure", "floor", "aim", *results], rows)


def _times(found: Results) -> list[str]:
    rows: list[list[str]] = []
    for name, times in found["times"].items():
        about = found["checked"][name]
        rows += _rows(f"{about['title']}, {about['bytes'] / 1000:.0f} kB", times)
    for count, times in found["growth"].items():
        rows += _rows(f"{count} classes with exams, of a teacher of 600", times)
    return table(["case", "way", "ms", "of ours"], rows)


def _rows(case: str, times: Mapping[str, float]) -> Iterator[list[str]]:
    for way, milliseconds in times.items():
        yield [case, way, f"{milliseconds:.2f}", f"{milliseconds / times[OURS.title]:.2f}"]
        case = ""


def _notes(found: Results) -> list[str]:
    lines = table(
        ["throughput, 5 classes with exams", "answers a second"],
        (
            [f"{clients} clients, {way}", f"{rate:.0f}"]
            for clients, rates in found["throughput"].items()
            for way, rate in rates.items()
        ),
    )
    loop = found["times"]["counts"][OLD_LOOP.title] / found["times"]["exams"][OURS.title]
    memory = found["memory"]
    lines += [
        "",
        f"- Growth of the {HAND_WRITTEN.title}: {growth(found, HAND_WRITTEN):.2f}.",
        f"- The old loop, which tells no exams / ours with exams: {loop:.1f}.",
        f"- Memory of the server: {memory['at rest']:.0f} MB after the first full matrix, "
        f"{memory['under load']:.0f} MB while 16 clients ask for full matrices.",
    ]
    for about in found["checked"].values():
        if statements := about["statements"]:
            each = ", ".join(f"{way} {count:,}" for way, count in statements.items())
            lines.append(f"- Statements, {about['title']}: {each}.")
    return lines
