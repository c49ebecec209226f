"""The conditions that every scenario must leave."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.progress import say
from benchmarks.trial.checker.check import check
from benchmarks.trial.checker.connections import busy_sessions
from benchmarks.trial.checker.stored import Stored, read_stored
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit

_SHOWN_FINDINGS = 5


def aftermath(trial: Trial, before: Stored) -> Iterator[Figure]:
    """Yield figures about lost and half-written changes and sessions that are left over. ``before`` was read at the start."""
    url = trial.stack.database_url
    yield Figure("busy sessions left over", busy_sessions(url), Unit.COUNT, NONE)
    after = read_stored(url, after=before.last_entry)
    findings = check(trial.ledger, before, after)
    for finding in [*findings.lost, *findings.half_written][:_SHOWN_FINDINGS]:
        say(f"    {finding}")
    name = f"of {trial.ledger.acknowledged:,} changes, lost or stored twice"
    yield Figure(name, len(findings.lost), Unit.COUNT, NONE)
    yield Figure("half-written", len(findings.half_written), Unit.COUNT, NONE)
