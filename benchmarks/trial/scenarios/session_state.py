"""Clients of PgBouncer share sessions, so none can leave a setting in one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import psycopg

from benchmarks.progress import say
from benchmarks.trial.load.mixes import mixed
from benchmarks.trial.registry import POSTGRESQL, scenario
from benchmarks.trial.trial import BEST_CLIENTS, Trial
from benchmarks.trial.verdicts import NONE, Figure, Unit

# PgBouncer itself sets these for each client.
_OF_PGBOUNCER = (
    "application_name",
    "client_encoding",
    "DateStyle",
    "TimeZone",
    "standard_conforming_strings",
    # The command that PgBouncer's own start of a session brings along.
    "extra_float_digits",
)
_SETTINGS = """
SELECT pg_backend_pid(), array_agg(name || ' = ' || setting) FILTER (
    WHERE source = 'session' AND name <> ALL (%s)
) FROM pg_settings
"""


@scenario("State that the server leaves in PgBouncer's sessions", on=POSTGRESQL)
def session_state(trial: Trial) -> Sequence[Figure]:
    load = trial.under_load(mixed, BEST_CLIENTS, 3)
    url = trial.postgresql.pgbouncer.url
    servers = len(trial.postgresql.pgbouncer.show("SHOW SERVERS"))
    changed: dict[int, list[str]] = {}
    with ExitStack() as closing:
        # An open transaction keeps its session, so all of them are seen.
        for _ in range(max(servers, 1)):
            client = closing.enter_context(psycopg.connect(url))
            row = client.execute(_SETTINGS, [list(_OF_PGBOUNCER)]).fetchone()
            assert row is not None
            if row[1]:
                changed[row[0]] = row[1]
    say(f"    {servers} sessions: {sorted({text for texts in changed.values() for text in texts})}")
    return [
        Figure("sessions with settings of another client", len(changed), Unit.COUNT, NONE),
        Figure("not served", load.not_served.count, Unit.COUNT, NONE),
    ]
