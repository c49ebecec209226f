"""A school on a primary with replicas, and what its people read and write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connections
from django.test import override_settings
from django.utils.module_loading import import_string

from primepath.database import databases
from primepath.db.replica_probe import Probe
from primepath.db.replicas import READS, Replica, configured_replicas, replicas
from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.environment import Environment
from primepath.models import Teacher
from primepath.services.cells.update_cell import update_cell
from tests.client import data
from tests.factories import YEAR, as_viewer, assign, make_class, make_teacher
from tests.migrated import create_tables
from tests.postgres_servers import PostgresServer
from tests.processes import PATIENCE

NOTES = """
query ($codes: [String!]) {
  scheduleMatrix(academicYear: 2026, classCodes: $codes) {
    rows { schoolClass { code } cells(periods: [JAN]) { notes } }
  }
}
"""


@dataclass
class School:
    """A school with the classes A and B, and its people. Nothing runs in the background: see `check`."""

    primary: PostgresServer
    standbys: list[PostgresServer]
    head: Viewer
    teacher: Teacher
    probes: list[Probe] = field(default_factory=list)

    @property
    def viewer(self) -> Viewer:
        return as_viewer(self.teacher)

    @property
    def replicas(self) -> list[Replica]:
        return replicas().all

    def check(self) -> None:
        """Check the replicas, as their probes do once a second."""
        if [probe.replica for probe in self.probes] != self.replicas:
            self.disconnect()
            self.probes = [Probe(replica) for replica in self.replicas]
        for probe in self.probes:
            probe.check()

    def disconnect(self) -> None:
        for probe in self.probes:
            probe.disconnect()

    def wait_for_replay(self) -> None:
        for standby in self.standbys:
            standby.wait_for_replay(self.primary)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Pause the replay on all standbys. Afterwards wait until they have replayed everything."""
        for standby in self.standbys:
            standby.query("SELECT pg_wal_replay_pause()")
            deadline = time.monotonic() + PATIENCE
            while standby.query("SELECT pg_get_wal_replay_pause_state()") != "paused":
                assert time.monotonic() < deadline
                time.sleep(0.01)
        try:
            yield
        finally:
            for standby in self.standbys:
                standby.query("SELECT pg_wal_replay_resume()")
            self.wait_for_replay()


def note(viewer: Viewer, code: str, text: str) -> None:
    """Change the notes of a cell."""
    update_cell(viewer=viewer, cell=CellKey(code, YEAR, Period.JAN), changes={"notes": text})


def notes(viewer: Viewer, *codes: str) -> dict[str, str]:
    """Return the notes that the viewer reads, by class code."""
    matrix = data(NOTES, viewer, {"codes": codes or None})["scheduleMatrix"]
    return {row["schoolClass"]["code"]: row["cells"][0]["notes"] for row in matrix["rows"]}


def outcomes() -> dict[str, float]:
    """Return the numbers of reads so far, by outcome."""
    (family,) = READS.collect()
    return {
        sample.labels["outcome"]: sample.value
        for sample in family.samples
        if sample.name.endswith("_total")
    }


@contextmanager
def counted(**expected: int) -> Iterator[None]:
    """Check that the reads of the block have these outcomes."""
    before = outcomes()
    yield
    after = outcomes()
    difference = {name: after[name] - before.get(name, 0) for name in after}
    assert {name: count for name, count in difference.items() if count} == expected


@contextmanager
def replicated_school(folder: Path, *, standbys: int = 1) -> Iterator[School]:
    """Run a primary with a school and its standbys, and use them as the database and its replicas."""
    with ExitStack() as stack:
        primary = PostgresServer.new(folder / "primary")
        stack.enter_context(primary.running())
        primary.query("CREATE DATABASE primepath")
        with _databases(primary, []):
            create_tables()
            head, teacher = as_viewer(make_teacher("head", head=True)), make_teacher("mina")
            assign(teacher, make_class("A"))
            make_class("B")
        copies = [primary.standby(folder / f"standby{number}") for number in range(standbys)]
        for copy in copies:
            stack.enter_context(copy.running())
        stack.enter_context(_databases(primary, copies))
        school = School(primary, copies, head, teacher)
        stack.callback(school.disconnect)
        school.wait_for_replay()
        school.check()
        yield school


@contextmanager
def _databases(primary: PostgresServer, standbys: list[PostgresServer]) -> Iterator[None]:
    """Use these servers instead of the test database."""
    settings: Any = connections.settings
    before = dict(settings)
    usual = {alias: connections[alias] for alias in before}
    env = Environment(
        {
            "DATABASE_URL": primary.url("primepath"),
            "DATABASE_REPLICA_URLS": ",".join(each.url("primepath") for each in standbys),
        }
    )
    configured = databases(env, Path("unused"), wait_seconds=5)
    assert env.problems == {}
    # Django keeps one pool for each alias.
    backend = import_string(f"{configured['default']['ENGINE']}.base.DatabaseWrapper")
    pools = backend._connection_pools
    usual_pools = dict(pools)
    pools.clear()
    settings.clear()
    settings.update(connections.configure_settings(configured))
    for alias in before:
        del connections[alias]
    configured_replicas.cache_clear()
    routers = ["primepath.db.reading.ReadingRouter"] if standbys else []
    try:
        with (
            override_settings(DATABASE_ROUTERS=routers),
            patch("schema.operation.replica_reads.start_probes"),
        ):
            yield
    finally:
        for alias in configured:
            wrapper: Any = connections[alias]
            wrapper.close()
            wrapper.close_pool()
            del connections[alias]
        pools.update(usual_pools)
        settings.clear()
        settings.update(before)
        for alias, wrapper in usual.items():
            connections[alias] = wrapper
        configured_replicas.cache_clear()
