"""Redis accepts connections and answers nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.trial.load import loop
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.load.operations import SERVED, outcome_of
from benchmarks.trial.load.sign_in import sign_in
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.school import PASSWORD
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import ALL, NONE, Figure, Unit, at_least, at_most

# Ten are allowed. Meanwhile each of the two processes can count on its own.
_ATTEMPTS = 25


@scenario("Redis hangs", on=POSTGRESQL)
def redis_hangs(trial: Trial) -> Sequence[Figure]:
    stack = trial.postgresql
    lines = len(stack.product.log_lines())
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(4)
        before = load.measured()
        with stack.redis.frozen():
            start = time.monotonic()
            time.sleep(6)
            during = load.measured(start)
            signed_in = loop.run(sign_in(stack.port, stack.school.people[0], PASSWORD))
            name = stack.school.people[1]
            counted = any(_is_limited(stack.port, name) for _ in range(_ATTEMPTS))
        back = time.monotonic()
    normal = trial.seconds_until_normal(back)
    warned = any("redis" in line.lower() for line in stack.product.log_lines()[lines:])
    success = outcome_of(signed_in.status, signed_in.body) == SERVED
    return [
        Figure("of the throughput before", during.rate / before.rate, Unit.SHARE, at_least(0.9)),
        Figure("not served", load.all().not_served.count, Unit.COUNT, NONE),
        Figure("sign-in", signed_in.seconds if success else float("nan"), Unit.SECONDS, at_most(2)),
        Figure("failed sign-ins are limited", float(counted), Unit.SHARE, ALL),
        Figure("the log has a line", float(warned), Unit.SHARE, ALL),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]


def _is_limited(port: int, name: str) -> bool:
    """Sign in with a wrong password, and return whether that is refused because of earlier attempts."""
    answer = loop.run(sign_in(port, name, "wrong"))
    return "RATE_LIMITED" in outcome_of(answer.status, answer.body)
