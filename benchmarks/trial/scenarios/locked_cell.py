"""A long transaction has locked one cell, and many people change this cell."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load.clients import Habits
from benchmarks.trial.load.mixes import Sender, mixed, note_in
from benchmarks.trial.load.operations import Operation
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_least, at_most

_PEOPLE = 12


@scenario("One cell is locked for 8 s, and 12 people change it", on=POSTGRESQL)
def locked_cell(trial: Trial) -> Sequence[Figure]:
    school = trial.stack.school
    # The others do not change cells of the next year.
    cell = f"{school.classes[0]}/{school.year + 1}/DEC"

    def change_it(sender: Sender) -> Operation:
        return note_in(sender, cell, user=sender.head_teacher)

    # A cell without changes has no row to lock.
    with trial.load(change_it, 1, Habits(requests=1)) as first:
        first.wait()
    with trial.load(mixed, BEST_CLIENTS) as others:
        time.sleep(4)
        before = others.measured()
        with trial.postgresql.primary.connect() as session, session.transaction():
            session.execute(
                "SELECT id FROM primepath_examschedulematrix WHERE id = %s FOR UPDATE", [cell]
            )
            start = time.monotonic()
            # As head teachers that the others are not.
            with trial.load(change_it, _PEOPLE, Habits(first=BEST_CLIENTS)) as changes:
                time.sleep(8)
                during = others.measured(start)
        unlocked = time.monotonic()
        normal = trial.seconds_until_normal(unlocked)
    say(f"    the 12: {changes.all().outcomes}")
    say(f"    others: {before.rate:.0f}/s, then {during.rate:.0f}/s; {during.outcomes}")
    return [
        Figure("throughput of others", during.rate / before.rate, Unit.SHARE, at_least(0.8)),
        Figure("others not served", others.all().not_served.count, Unit.COUNT, NONE),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]
