"""Reads of cells that no user has opened, while a writer holds the lock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from benchmarks.trial.load.clients import Habits
from benchmarks.trial.load.measured import Measured
from benchmarks.trial.load.mixes import Sender, school_name
from benchmarks.trial.load.operations import MATRIX, Operation, graphql
from benchmarks.trial.registry import scenario
from benchmarks.trial.servers.stack import SqliteStack
from benchmarks.trial.trial import Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit, at_most

_READERS = 40


@scenario("40 reads of cells that no user has opened, while a writer has the lock")
def cold_reads(trial: Trial) -> Sequence[Figure]:
    with _writer_holds_lock(trial):
        one = _read(trial, 1, requests=5)
        with trial.load(school_name, 2, Habits(first=60, think=0.02)) as others:
            many = _read(trial, _READERS, requests=1)
            time.sleep(0.3)
    missed = one.not_served.count + many.not_served.count + others.all().not_served.count
    return [
        Figure("slowest alone", one.slowest, Unit.SECONDS, at_most(0.2)),
        # Forty reads take as long as they take without a writer.
        Figure("slowest of 40 together", many.slowest, Unit.SECONDS, at_most(2)),
        Figure(
            "slowest { school { name } } meanwhile",
            others.all().slowest,
            Unit.SECONDS,
            at_most(0.5),
        ),
        Figure("not served", missed, Unit.COUNT, NONE),
    ]


def _read(trial: Trial, clients: int, *, requests: int) -> Measured:
    """Read classes of the years to come, one after the other, so that no cell exists."""
    with trial.load(_cold, clients, Habits(requests=requests, first=clients)) as load:
        load.wait()
    return load.all()


def _cold(sender: Sender) -> Operation:
    school = sender.school
    code = school.classes[sender.random.randrange(len(school.classes))]
    variables = {"year": 2035 - sender.random.randrange(3), "codes": [code]}
    return Operation("cold", graphql(MATRIX, variables, sender.head_teacher.token))


@contextmanager
def _writer_holds_lock(trial: Trial) -> Iterator[None]:
    if isinstance(trial.stack, SqliteStack):
        with closing(sqlite3.connect(trial.stack.file, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            yield
            writer.execute("ROLLBACK")
        return
    with trial.postgresql.primary.connect() as session, session.transaction():
        # As CREATE INDEX takes it.
        session.execute("LOCK TABLE primepath_examschedulematrix IN SHARE MODE")
        yield
