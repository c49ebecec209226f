"""PostgreSQL restarts under load, or accepts no changes for some time."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.progress import say
from benchmarks.trial.load import loop
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.load.operations import MAYBE_SAVED, SAVED
from benchmarks.trial.load.sign_in import SignInForm
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.school import PASSWORD
from benchmarks.trial.servers.postgres import PostgresServer
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import ALL, FOR_CONTRAST, NONE, Figure, Unit, at_most

_REFUSED = ("503 UNAVAILABLE", "503 OVERLOADED", MAYBE_SAVED, SAVED)


@scenario("PostgreSQL restarts under load", on=POSTGRESQL)
def database_restarts(trial: Trial) -> Sequence[Figure]:
    primary = trial.postgresql.primary
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(2)
        primary.stop(signal.SIGINT)
        primary.start()
        back = time.monotonic()
        normal = trial.seconds_until_normal(back)
        time.sleep(1)
    measured = load.all()
    say(f"    {measured.outcomes}")
    refused = measured.only(lambda each: each.outcome in ("503 UNAVAILABLE", "503 OVERLOADED"))
    dated = refused.only(lambda each: each.retry_after is not None)
    other = measured.not_served.count - measured.counted(*_REFUSED)
    return [
        Figure("neither served nor 503", other, Unit.COUNT, NONE),
        Figure("503 with Retry-After", dated.share_of_all(refused), Unit.SHARE, ALL),
        Figure(
            "lost during COMMIT, without Retry-After",
            measured.counted(MAYBE_SAVED),
            Unit.COUNT,
            FOR_CONTRAST,
        ),
        Figure("slowest", measured.slowest, Unit.SECONDS, at_most(5)),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]


@scenario("PostgreSQL accepts no changes for 4 s", on=POSTGRESQL)
def database_read_only(trial: Trial) -> Sequence[Figure]:
    primary = trial.postgresql.primary
    port, name = trial.stack.port, trial.stack.school.people[2]
    with trial.load(mixed, BEST_CLIENTS) as load:
        form = loop.run(SignInForm.load(port))
        time.sleep(1)
        with _read_only(primary):
            page = loop.run(form.post(name, PASSWORD))
            time.sleep(4)
        normal = trial.seconds_until_normal(time.monotonic())
        time.sleep(1)
    measured = load.all()
    say(f"    {measured.outcomes}")
    reads = measured.only(lambda each: each.kind != "mutation")
    changes = measured.only(lambda each: each.kind == "mutation")
    refused = changes.only(lambda each: each.outcome == "503 UNAVAILABLE")
    dated = refused.only(lambda each: each.retry_after is not None)
    return [
        Figure("reads not served", reads.not_served.count, Unit.COUNT, NONE),
        Figure(
            "changes neither saved nor 503 UNAVAILABLE",
            changes.not_served.count - refused.count,
            Unit.COUNT,
            NONE,
        ),
        Figure("503 with Retry-After", dated.share_of_all(refused), Unit.SHARE, ALL),
        Figure("sign-in page: status 500", float(page.status == 500), Unit.COUNT, NONE),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]


@contextmanager
def _read_only(primary: PostgresServer) -> Iterator[None]:
    primary.set("default_transaction_read_only", "on")
    try:
        yield
    finally:
        with primary.connect() as session:
            # The session itself is read-only by default.
            session.execute("SET default_transaction_read_only = off")
            session.execute("ALTER SYSTEM RESET default_transaction_read_only")
            session.execute("SELECT pg_reload_conf()")
