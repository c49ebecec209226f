"""The table of verdicts, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.machine import describe_machine
from benchmarks.trial.verdicts import Figure, Outcome, Verdict

_HEAD = """\
# Trial

`make trial` starts the real servers on one machine, loads them, breaks them, and writes this page. Everything else runs on the
same machine: the clients, the databases, nginx, PgBouncer and Redis. So ratios are more useful than absolute figures.

The first installation is SQLite with one process, which clients reach itself, or through nginx in the rows about overload. The second is PostgreSQL with two processes behind nginx,
PgBouncer in transaction mode, Redis, and a streaming replica.

After every scenario, the trial compares all acknowledged changes with the rows and the history in the database. A change that
is lost, stored twice or half-written is a shortfall, and so is a database session with an open transaction.

All settings have their defaults, so the cache of answers is on. A fifth of the requests are changes, and each change ends the
kept answers. Some rows have the share of reads that were answered from the cache.
"""


def report(verdicts: Sequence[Verdict], minutes: float, *, without_soak: bool = False) -> str:
    """Return the page."""
    lines = [_HEAD, *(f"{line}  " for line in describe_machine()), f"{minutes:.1f} minutes.", ""]
    if without_soak:
        lines += ["This run was made without the minutes of load (`--no-soak`).", ""]
    lines += [
        summary(verdicts),
        "",
        "| situation | database | measured (wanted) | verdict |",
        "|---|---|---|---|",
    ]
    for verdict in verdicts:
        cells = "<br>".join(map(_cell, verdict.figures)) or verdict.note.replace("|", "/")
        outcome = verdict.outcome
        lines.append(f"| {verdict.scenario} | {verdict.installation} | {cells} | {outcome} |")
    return "\n".join(lines) + "\n"


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return one sentence with the numbers of the verdicts."""
    counts = {outcome: sum(each.outcome is outcome for each in verdicts) for outcome in Outcome}
    names = {
        Outcome.HOLDS: "hold",
        Outcome.FALLS_SHORT: "fall short",
        Outcome.FAILED: "failed",
        Outcome.NOT_RUN: "were not run",
    }
    parts = [f"{counts[outcome]} {name}" for outcome, name in names.items() if counts[outcome]]
    return f"Of {len(verdicts)} verdicts, {', '.join(parts)}."


def _cell(figure: Figure) -> str:
    wanted = f" ({figure.wanted})" if figure.wanted else ""
    text = f"{figure.name} {figure.shown}{wanted}"
    return text if figure.holds else f"**{text}**"
