"""The primary is lost, and the replica is promoted. The server is not restarted."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from benchmarks.progress import say
from benchmarks.trial.aftermath import aftermath
from benchmarks.trial.checker.stored import read_stored
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.load.operations import MAYBE_SAVED, SAVED
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.servers.postgres import NAME, PASSWORD, USER, PostgresServer
from benchmarks.trial.servers.processes import wait_until
from benchmarks.trial.servers.stack import SecondStack
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_most

_REFUSED = ("503 UNAVAILABLE", "503 OVERLOADED", MAYBE_SAVED, SAVED)
# A commit is acknowledged when all replicas have it. Otherwise a lost primary loses commits.
_SYNCHRONOUS = "synchronous_standby_names"


@scenario("Primary lost, replica promoted, both in DATABASE_URL without PgBouncer", on=POSTGRESQL)
def failover_hosts(trial: Trial) -> Sequence[Figure]:
    stack = trial.postgresql
    primary = stack.primary
    replica = primary.replica(stack.folder / "second-replica")
    try:
        _make_synchronous(primary, replicas=2)
        settings = {"DATABASE_URL": _both(primary, replica), "DATABASE_REPLICA_URLS": ""}
        with stack.another_product(processes=2, **settings) as product:
            second = Trial(SecondStack(stack, product, replica.url()))
            # Whatever the primary has now, the replica has too.
            before = read_stored(primary.url())
            trial.is_checked = True
            figures = _fail_over(second, primary, replica.promote)
            return [*figures, *aftermath(second, before)]
    finally:
        replica.stop(signal.SIGQUIT)
        primary.start()
        primary.set(_SYNCHRONOUS, "")


@scenario("Primary lost, replica promoted, PgBouncer pointed to it", on=POSTGRESQL)
def failover_pgbouncer(trial: Trial) -> Sequence[Figure]:
    stack = trial.postgresql
    primary, replica = stack.primary, stack.replica
    _make_synchronous(primary, replicas=1)

    def promote() -> None:
        replica.promote()
        stack.pgbouncer.switch_to(replica)

    figures = _fail_over(trial, primary, promote)
    stack.primary, stack.replica = replica, primary
    return figures


def _fail_over(
    trial: Trial, primary: PostgresServer, promote: Callable[[], None]
) -> Sequence[Figure]:
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(2)
        primary.stop(signal.SIGQUIT)
        time.sleep(3)
        promote()
        promoted = time.monotonic()
        normal = trial.seconds_until_normal(promoted)
        time.sleep(2)
    measured = load.all()
    say(f"    {measured.outcomes}")
    other = measured.not_served.count - measured.counted(*_REFUSED)
    return [
        Figure("neither served nor 503", other, Unit.COUNT, NONE),
        Figure("normal after the promotion", normal, Unit.SECONDS, at_most(2)),
    ]


def _make_synchronous(primary: PostgresServer, *, replicas: int) -> None:
    primary.set(_SYNCHRONOUS, f"ANY {replicas} (*)")
    ready = f"SELECT count(*) = {replicas} FROM pg_stat_replication WHERE sync_state = 'quorum'"  # noqa: S608
    wait_until(lambda: bool(primary.query(ready)), 30, "the replica does not follow")


def _both(*servers: PostgresServer) -> str:
    """Return a URL with all of the servers, of which the one that accepts changes is used."""
    options = {
        "host": ",".join("127.0.0.1" for _ in servers),
        "port": ",".join(str(server.port) for server in servers),
        "target_session_attrs": "read-write",
        "connect_timeout": "2",
    }
    return f"postgresql://{USER}:{PASSWORD}@/{NAME}?{urlencode(options)}"
