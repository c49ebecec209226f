"""Commit marks: rows by which PostgreSQL shows whether anything that answers read has been committed since.

A trigger on each of these tables inserts a mark with a random number, once in each transaction. A mark becomes visible together
with the change. So two reads that see the same marks see the same rows. Equal sums of the numbers mean equal marks.

`pg_current_snapshot()` would do without triggers, but it changes with every transaction of the server: failed sign-ins, sessions
and other databases would empty the cache. On a standby it omits transactions in progress. Marks are the same there. One counter
row would make all writers wait for each other. While the snapshot is the same, a session of a primary remembers the state.

`fold` replaces old marks by one with their sum. The sum of all stays the same, so nothing is invalidated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

_TABLE = "primepath_commitmark"
_FUNCTION = "primepath_mark_commit"
_TRIGGER = "primepath_mark_commit"
_STATE = "primepath_database_state"
CURRICULUM = "curriculum"
"""The topic of tables that change rarely and that processes cache: the curricula of classes, and trusted documents."""
SCHOOL = "school"
"""The topic of all other tables."""
# Sums are taken modulo this number, and so are the marks.
_MODULUS = 2**62
# Writers wait behind a trigger that is created or dropped while it waits for its table.
_LIMIT_WAIT = "SET LOCAL lock_timeout = '3s'"

# SECURITY DEFINER: a role that can change a table, such as an import's, needs no rights on the marks. Its search path cannot
# redirect the function. The setting lasts until the transaction, or its savepoint, ends. Its value is of use to no other one.
_CREATE_FUNCTION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := 'primepath.marked_' || TG_ARGV[0];
    transaction text := pg_current_xact_id()::text;
BEGIN
    IF current_setting(name, true) IS DISTINCT FROM transaction THEN
        INSERT INTO {schema}.{table} (topic, value)
        VALUES (TG_ARGV[0], hashtextextended(gen_random_uuid()::text, 0) & {largest});
        PERFORM set_config(name, transaction, true);
    END IF;
    RETURN NULL;
END
$$
"""

_CREATE_TRIGGER = """
CREATE TRIGGER {trigger} AFTER {events} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}('{topic}')
"""
# Also for rows that logical replication or a restore brings.
_ENABLE_TRIGGER = "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"
_FIRST_MARK = """
INSERT INTO {table} (topic, value) VALUES ('{topic}', hashtextextended(gen_random_uuid()::text, 0) & {largest})
"""

# A function, because its plans are made once in a session. As part of a statement, this took four times as long.
# STABLE: it sees what the statement sees that calls it.
# The rows of the triggers get another `xmin` when a statement disables and enables them. A restore creates them last.
# Servers differ in their starting time, and marks are random. So a copy of a server that has gone on alone differs too.
# Equal snapshots see the same rows, except on a standby, and except the transaction's own changes. A setting lasts as long as its
# session, or until its transaction is rolled back. Without the remembered state, a kept answer takes 4% longer.
# Installations in two schemas can share a session behind a pooler. So the table belongs to what is remembered.
_CREATE_STATE = """
CREATE OR REPLACE FUNCTION {state}() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    snapshot text;
    remembered text;
    state text;
BEGIN
    IF NOT pg_is_in_recovery() AND pg_current_xact_id_if_assigned() IS NULL THEN
        snapshot := concat('{schema}.{table}'::regclass::oid, '/', pg_current_snapshot());
        remembered := current_setting('primepath.state', true);
        IF split_part(remembered, ' ', 1) = snapshot THEN
            RETURN split_part(remembered, ' ', 2);
        END IF;
    END IF;
    state := (
        SELECT concat_ws('/',
            extract(epoch FROM pg_postmaster_start_time()),
            (SELECT oid FROM pg_database WHERE datname = current_database()),
            (SELECT concat_ws('/', count(*), coalesce(sum(xmin::text::bigint), 0)) FROM pg_trigger
             WHERE tgfoid = '{schema}.{function}()'::regprocedure AND tgenabled = 'A'),
            count(*),
            mod(coalesce(sum(value), 0), {modulus}),
            mod(coalesce(sum(value) FILTER (WHERE topic = '{curriculum}'), 0), {modulus})
        ) FROM {schema}.{table}
    );
    IF snapshot IS NOT NULL THEN
        PERFORM set_config('primepath.state', snapshot || ' ' || state, false);
    END IF;
    RETURN state;
END
$$
"""
STATE_SQL = f"{_STATE}()"
"""Start of the server, database, number and fingerprint of active triggers, number of marks, sum of all marks, and sum of the marks of curricula."""

# Rows that another fold has locked are skipped, so it waits for nothing.
_FOLD = f"""
WITH old AS (
    DELETE FROM {_TABLE} WHERE id IN (SELECT id FROM {_TABLE} FOR UPDATE SKIP LOCKED) RETURNING topic, value
)
INSERT INTO {_TABLE} (topic, value) SELECT topic, mod(sum(value), {_MODULUS}) FROM old GROUP BY topic
"""  # noqa: S608 - of constants


def fold() -> None:
    """Replace the marks by one for each topic. Nothing else changes. Only on PostgreSQL, and outside of transactions."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)


def create_marks(
    schema_editor: Any, topics: Mapping[str, str], columns: Mapping[str, Sequence[str]]
) -> None:
    """Create the triggers of tables, each with its topic, and the first mark. For migrations, in a transaction.

    ``columns``: for some tables, the columns that answers read. Updates of others make no mark.
    """
    if schema_editor.connection.vendor != "postgresql":
        return

    def execute(template: str, **names: object) -> None:
        _execute(schema_editor, template, **names)

    execute(_LIMIT_WAIT)
    execute(_CREATE_FUNCTION, schema=_schema(schema_editor), largest=_MODULUS - 1)
    create_state(schema_editor)
    for table, topic in topics.items():
        mark_commits(schema_editor, table, topic, columns.get(table, ()))
    execute(_CREATE_TRIGGER, topic=SCHOOL, events="TRUNCATE")
    execute(_ENABLE_TRIGGER)
    execute(_FIRST_MARK, topic=SCHOOL, largest=_MODULUS - 1)


def create_state(schema_editor: Any) -> None:
    """Create the function that returns the state, or replace that of an earlier version. For migrations."""
    if schema_editor.connection.vendor == "postgresql":
        names = {"state": _STATE, "modulus": _MODULUS, "curriculum": CURRICULUM}
        _execute(schema_editor, _CREATE_STATE, schema=_schema(schema_editor), **names)


def mark_commits(schema_editor: Any, table: str, topic: str, columns: Sequence[str] = ()) -> None:
    """Create the trigger of one table, with its columns that answers read, or with all of them. For migrations, in a transaction."""
    if schema_editor.connection.vendor != "postgresql":
        return
    quote = schema_editor.quote_name
    of = f" OF {', '.join(map(quote, columns))}" if columns else ""
    events = f"INSERT OR UPDATE{of} OR DELETE OR TRUNCATE"
    _execute(schema_editor, _CREATE_TRIGGER, table=quote(table), topic=topic, events=events)
    _execute(schema_editor, _ENABLE_TRIGGER, table=quote(table))


def _schema(schema_editor: Any) -> str:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        ((schema,),) = cursor.fetchall()
    quoted: str = schema_editor.quote_name(schema)
    return quoted


def _execute(schema_editor: Any, template: str, **names: object) -> None:
    names = {"table": _TABLE, "function": _FUNCTION, "trigger": _TRIGGER, **names}
    schema_editor.execute(template.format(**names), params=None)


def drop_marks(schema_editor: Any) -> None:
    """Remove all triggers and functions."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_LIMIT_WAIT)
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {_STATE}()")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {_FUNCTION}() CASCADE")
