"""Kept answers and repeated queries through PgBouncer: processes share sessions of PostgreSQL, each with its remembered state."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests.answer_cache.servers import Servers, running_servers
from tests.answer_cache.test_hits import fresh
from tests.answer_cache.test_machine import SETTINGS, machine_of
from tests.answer_cache.test_repeats import CELLS, School
from tests.pgbouncer import pooled_demo
from tests.profiles import examples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="PostgreSQL only."
    ),
]
SESSIONS = 2
READERS = 8


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URLs of a database with the demo school: directly, and through PgBouncer."""
    with pooled_demo(tmp_path_factory.mktemp("pgbouncer"), servers=SESSIONS) as urls:
        yield urls


@pytest.fixture(scope="module")
def pooled_servers(
    pooled: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    with django_db_blocker.unblock(), running_servers(folder, *pooled, **SETTINGS) as running:
        yield running


def test_all_processes_see_each_change(pooled_servers: Servers, pooled: tuple[str, str]) -> None:
    """Many readers of both processes use each session, so each remembers states for both."""
    school = School(pooled_servers)
    query, options = fresh(CELLS), school.options()
    servers = [pooled_servers.cached, pooled_servers.other] * READERS
    school.make_known(query, **options)
    before = pooled_servers.cached.answers(), school.numbers()["done"]
    with ThreadPoolExecutor(READERS) as readers:
        for _ in range(10):
            note = school.change_note().encode()
            for _ in range(2):
                answers = readers.map(lambda server: server.ask(query, **options), servers)
                assert {note in each.content for each in answers} == {True}
    assert pooled_servers.cached.answers()["hit"] > before[0]["hit"]
    assert school.numbers()["done"] > before[1]
    with ExitStack() as stack:
        for _ in range(SESSIONS):
            session = stack.enter_context(psycopg.connect(pooled[1], prepare_threshold=None))
            ((state,),) = session.execute("SELECT current_setting('primepath.state')").fetchall()
            assert state


def test_answers_are_those_of_a_server_without_a_cache(pooled_servers: Servers) -> None:
    with machine_of(pooled_servers) as machine:
        # It ends the sessions of PgBouncer, which notices that only with the next statement.
        machine.moves.remove(machine.save_copy)
        machine.run(examples(80))
