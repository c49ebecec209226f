"""The reason of this project: many quick requests at the same time, which ended in 504 Gateway Time-out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

from benchmarks.contenders import OLD_LOOP
from benchmarks.progress import say
from benchmarks.trial.kept_answers import KeptAnswers
from benchmarks.trial.load.clients import Load
from benchmarks.trial.load.mixes import Sender, mixed
from benchmarks.trial.load.operations import Operation, http
from benchmarks.trial.registry import BOTH, scenario
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import FOR_CONTRAST, NONE, Figure, Unit, at_least, at_most

_CLIENTS = 64
_SLOWEST = 3


@scenario(
    "64 clients without a pause: 70% partial matrices, 10% full ones, 20% changes", in_short=BOTH
)
def gateway_timeouts(trial: Trial) -> Sequence[Figure]:
    before = trial.best()
    kept = KeptAnswers(trial.stack.product)
    load = trial.under_load(mixed, _CLIENTS, 6 if trial.is_short else 15)
    from_cache = kept.figure()
    # The speed of a virtual machine changes within a minute.
    best = (before + trial.best()) / 2
    return [
        Figure("served", load.share_served, Unit.SHARE, at_least(0.999)),
        Figure("5xx or lost", load.server_errors.count, Unit.COUNT, NONE),
        Figure("slowest", load.slowest, Unit.SECONDS, at_most(_SLOWEST)),
        Figure("of the best throughput", load.rate / best, Unit.SHARE, at_least(0.85)),
        from_cache,
        *([] if trial.is_short else _old_loop(trial)),
    ]


def _old_loop(trial: Trial) -> Sequence[Figure]:
    """The original page with the same number of clients, which only read."""
    processes = trial.stack.product.processes
    settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    with trial.stack.another_product(processes=processes, **settings) as product:
        school = trial.stack.school
        with Load(product.port, school, trial.ledger, _old_page, clients=_CLIENTS) as load:
            time.sleep(8)
            measured = load.measured()
            # Each client waits for a response. Some of them would take minutes.
            product.kill()
    quick = measured.served.only(lambda each: each.seconds <= _SLOWEST)
    in_time = quick.count / (measured.count + _CLIENTS)
    say(f"    old loop: {measured.rate:.0f}/s; {measured.outcomes}")
    return [
        Figure("old loop: requests per second", measured.rate, Unit.RATE, FOR_CONTRAST),
        Figure("old loop: served within 3 s", in_time, Unit.SHARE, FOR_CONTRAST),
    ]


def _old_page(sender: Sender) -> Operation:
    parameters = {"year": str(sender.school.year), "exams": "1"}
    user = sender.head_teacher
    if sender.random.random() < 7 / 8:
        user = sender.user
        parameters["classes"] = ",".join(user.classes)
    path = f"{OLD_LOOP.path}?{urlencode(parameters)}"
    return Operation("old loop", http("GET", path, token=user.token))
