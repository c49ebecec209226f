"""A few clients ask for as much as a request can read."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.kept_answers import KeptAnswers
from benchmarks.trial.load.clients import Habits
from benchmarks.trial.load.mixes import Sender, mixed
from benchmarks.trial.load.operations import Operation, graphql
from benchmarks.trial.registry import scenario
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_least

_YEARS = range(2020, 2035)
_MATRICES = (
    f"y{year}: scheduleMatrix(academicYear: {year}) "
    "{ rows { schoolClass { code } cells { id period status version } } }"
    for year in _YEARS
)
_LARGE = f"{{ {' '.join(_MATRICES)} }}"


@scenario("6 clients read 15 years of all classes without a pause")
def large_reads(trial: Trial) -> Sequence[Figure]:
    with trial.load(mixed, BEST_CLIENTS) as others:
        time.sleep(4)
        before, start = others.measured(), time.monotonic()
        kept = KeptAnswers(trial.stack.product)
        # Head teachers that the others do not use.
        with trial.load(_large, 6, Habits(first=BEST_CLIENTS)) as large:
            time.sleep(8)
            during = others.measured(start)
        from_cache = kept.figure()
        time.sleep(1)
        after_start = time.monotonic()
        time.sleep(4)
        after = others.measured(after_start)
    # The speed of a virtual machine changes within a minute.
    usual = (before.rate + after.rate) / 2
    say(
        f"    others: {before.rate:.0f}/s, {during.rate:.0f}/s, {after.rate:.0f}/s; {during.outcomes}"
    )
    say(f"    the 6: {large.all().rate:.1f}/s; {large.all().outcomes}")
    return [
        Figure("throughput of others", during.rate / usual, Unit.SHARE, at_least(0.6)),
        Figure("others not served", others.all().not_served.count, Unit.COUNT, NONE),
        Figure("large reads served", large.all().served.count, Unit.COUNT, at_least(1)),
        from_cache,
    ]


def _large(sender: Sender) -> Operation:
    return Operation("large", graphql(_LARGE, token=sender.head_teacher.token))
