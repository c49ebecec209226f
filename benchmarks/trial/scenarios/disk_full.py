"""The disk of the database is full, and later has space again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.progress import say
from benchmarks.trial.aftermath import aftermath
from benchmarks.trial.checker.stored import read_stored
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, SQLITE, NotPossibleError, scenario
from benchmarks.trial.servers.small_disk import MountError, SmallDisk, small_disk
from benchmarks.trial.servers.stack import SecondStack, SqliteStack
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import ALL, NONE, Figure, Unit, at_least, at_most

_MEGABYTES = 64
_REFUSED = "503 UNAVAILABLE"
_MOVE = "ALTER TABLE primepath_historyentry SET TABLESPACE "


@scenario("The disk is full for 5 s", on=SQLITE)
def disk_full_sqlite(trial: Trial) -> Sequence[Figure]:
    stack = trial.stack
    assert isinstance(stack, SqliteStack)
    with _disk(stack.folder / "small") as disk, ExitStack() as closing_all:
        copy = disk.folder / "school.sqlite3"
        with closing(sqlite3.connect(stack.file)) as connection:
            connection.execute("VACUUM INTO ?", [str(copy)])
        url = f"sqlite:///{copy}"
        product = closing_all.enter_context(stack.another_product(DATABASE_URL=url))
        second = Trial(SecondStack(stack, product, url))
        before = read_stored(url)
        trial.is_checked = True
        # The server opens its connections while there is space, as one that has run for some time.
        second.under_load(mixed, BEST_CLIENTS, 2)
        return [*_full(second, disk), *aftermath(second, before)]


@scenario("The disk with the history is full for 5 s", on=POSTGRESQL)
def disk_full_postgresql(trial: Trial) -> Sequence[Figure]:
    primary = trial.postgresql.primary
    with _disk(primary.folder / "data" / "pg_tblspc") as disk, primary.connect() as session:
        # A tablespace in this folder, which the replica has in its own.
        session.execute("SET allow_in_place_tablespaces = on")
        session.execute("CREATE TABLESPACE small LOCATION ''")
        try:
            session.execute(f"{_MOVE} small".encode())
            return _full(trial, disk)
        finally:
            disk.empty()
            session.execute(f"{_MOVE} pg_default".encode())
            session.execute("CHECKPOINT")
            session.execute("DROP TABLESPACE small")


@contextmanager
def _disk(folder: Path) -> Iterator[SmallDisk]:
    try:
        with small_disk(folder, _MEGABYTES) as disk:
            yield disk
    except MountError as error:
        raise NotPossibleError(str(error)) from error


def _full(trial: Trial, disk: SmallDisk) -> Sequence[Figure]:
    with trial.load(mixed, BEST_CLIENTS) as load:
        time.sleep(1)
        disk.fill()
        filled = time.monotonic()
        time.sleep(5)
        during = load.measured(filled)
        disk.empty()
        normal = trial.seconds_until_normal(time.monotonic())
    say(f"    {load.all().outcomes}")
    measured = load.all()
    reads = measured.only(lambda each: each.kind != "mutation")
    refused = measured.only(lambda each: each.outcome == _REFUSED)
    dated = refused.only(lambda each: each.retry_after is not None)
    return [
        Figure("reads not served", reads.not_served.count, Unit.COUNT, NONE),
        # Otherwise the disk was not full.
        Figure("changes not saved meanwhile", during.not_served.count, Unit.COUNT, at_least(1)),
        Figure(
            "neither served nor 503 UNAVAILABLE",
            measured.not_served.count - refused.count,
            Unit.COUNT,
            NONE,
        ),
        Figure("503 with Retry-After", dated.share_of_all(refused), Unit.SHARE, ALL),
        Figure("normal after", normal, Unit.SECONDS, at_most(2)),
    ]
