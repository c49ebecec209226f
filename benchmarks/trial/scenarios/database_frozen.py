"""PostgreSQL does not run and does not close its connections, as a host that hangs."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.progress import say
from benchmarks.trial.load.clients import Habits, Load
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_most

_OPERATION_SECONDS = 10
_ONCE, _LATER = Habits(requests=1), Habits(requests=1, first=15)


@scenario("PostgreSQL is frozen for 20 s, and 30 clients ask", on=POSTGRESQL)
def database_frozen(trial: Trial) -> Sequence[Figure]:
    with trial.load(mixed, 4) as load, trial.postgresql.primary.frozen():
        frozen = time.monotonic()
        # Half of them reach the server itself, the others nginx.
        direct = Load(
            trial.stack.product.port,
            trial.stack.school,
            trial.ledger,
            mixed,
            clients=15,
            habits=_LATER,
        )
        with trial.load(mixed, 15, _ONCE) as asking, direct:
            asking.wait()
            direct.wait()
        time.sleep(max(0, frozen + 20 - time.monotonic()))
    normal = trial.seconds_until_normal(time.monotonic())
    measured = asking.all().and_(direct.all())
    say(f"    {measured.outcomes}; the others: {load.all().outcomes}")
    other = measured.not_served.count - measured.counted("503 UNAVAILABLE", "503 OVERLOADED")
    return [
        Figure("slowest answer", measured.slowest, Unit.SECONDS, at_most(_OPERATION_SECONDS + 1)),
        Figure("neither served nor 503", other, Unit.COUNT, NONE),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]
