"""The state of PostgreSQL: it changes with every commit that answers can show."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from primepath.db.commit_marks import STATE_SQL, create_marks, fold
from primepath.models import CommitMark, Exam, Program
from primepath.models.commit_mark import MARKED_TABLES, UNMARKED_COLUMNS
from primepath.models.database_state import DatabaseState
from primepath.services.accounts.tokens import create_token, find_token
from primepath.services.fold_marks import fold_marks
from tests.databases import postgresql_url
from tests.factories import make_class, make_exam, make_teacher

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="Only PostgreSQL has commit marks."
    ),
]


class School:
    """A program, an exam, and a teacher with a token."""

    def __init__(self) -> None:
        self.teacher = make_teacher()
        self.program = Program.objects.create(name="CORE", grade_from=1, grade_to=4)
        self.exam = make_exam()
        self.token, _ = create_token(user=self.teacher.user, name="Test")

    def state(self) -> DatabaseState | None:
        found = find_token(self.token)
        assert found is not None
        return found.observation and found.observation.database._replace(marks=0)

    def known_state(self) -> DatabaseState:
        state = self.state()
        assert state is not None
        return state


@pytest.fixture
def school() -> School:
    return School()


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _copy(school: School) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY primepath_program (name, grade_from, grade_to, position) FROM STDIN"
        ) as copy,
    ):
        copy.write_row(("COPIED", 1, 2, 3))


@pytest.mark.parametrize(
    "change",
    [
        lambda school: sql("UPDATE primepath_exam SET name = 'x'"),
        lambda school: sql(
            "INSERT INTO primepath_program (name, grade_from, grade_to, position) VALUES ('x', 1, 2, 3)"
        ),
        lambda school: sql("DELETE FROM primepath_exam"),
        lambda school: sql("TRUNCATE primepath_examsession"),
        lambda school: sql("TRUNCATE primepath_commitmark"),
        lambda school: sql("UPDATE auth_user SET first_name = 'x'"),
        lambda school: sql("UPDATE auth_user SET username = 'x', last_login = now()"),
        _copy,
        lambda school: school.exam.delete(),
        lambda school: make_class(),
    ],
)
def test_change_changes_the_state(school: School, change: Callable[[School], None]) -> None:
    before = school.known_state()
    assert school.state() == before
    change(school)
    assert school.known_state() != before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE auth_user SET last_login = now()",
        "UPDATE primepath_apitoken SET name = 'x'",
        "DELETE FROM django_session",
        "INSERT INTO primepath_attemptcount (name, count, expires_at) VALUES ('x', 1, now())",
        "SELECT pg_current_xact_id()",
        "ANALYZE",
    ],
)
def test_what_no_answer_shows_leaves_the_state(school: School, change: str) -> None:
    before = school.known_state()
    sql(change)
    assert school.known_state() == before


def test_change_in_a_savepoint_that_is_undone_does_not_hide_the_next(school: School) -> None:
    before = school.known_state()
    with transaction.atomic():
        savepoint = transaction.savepoint()
        Exam.objects.update(name="x")
        transaction.savepoint_rollback(savepoint)
        Exam.objects.update(name="y")
    assert school.known_state() != before


def test_open_transaction_is_seen_when_it_commits(school: School) -> None:
    before = school.known_state()
    with psycopg.connect(postgresql_url(str(connection.settings_dict["NAME"]))) as other:
        other.execute("UPDATE primepath_exam SET name = 'x'")
        assert school.known_state() == before
        other.commit()
    assert school.known_state() != before


def test_only_changes_of_the_curriculum_change_its_state(school: School) -> None:
    before = school.known_state()
    Exam.objects.update(name="x")
    after_exam = school.known_state()
    assert after_exam.curriculum == before.curriculum
    Program.objects.update(name="x")
    assert school.known_state().curriculum != before.curriculum


def test_transaction_leaves_one_mark_for_each_topic(school: School) -> None:
    number = CommitMark.objects.count()
    with transaction.atomic():
        for name in "abc":
            Exam.objects.update(name=name)
            Program.objects.update(name=name)
    assert CommitMark.objects.count() == number + 2


def test_role_without_rights_on_marks_can_change_a_table(school: School) -> None:
    before = school.known_state()
    sql("CREATE ROLE importer")
    try:
        sql("GRANT SELECT, UPDATE ON primepath_exam TO importer")
        with transaction.atomic():
            sql("SET LOCAL ROLE importer")
            sql("UPDATE primepath_exam SET name = 'x'")
        assert school.known_state() != before
    finally:
        sql("DROP OWNED BY importer; DROP ROLE importer")


def test_replicated_rows_change_the_state(school: School) -> None:
    before = school.known_state()
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica")
        sql("UPDATE primepath_exam SET name = 'x'")
    assert school.known_state() != before


def test_folded_marks_are_the_same_state(school: School) -> None:
    for number in range(20):
        Exam.objects.update(name=number)
        Program.objects.update(name=number)
    before = school.known_state()
    fold()
    assert CommitMark.objects.count() == 2
    assert school.known_state() == before
    fold()
    assert school.known_state() == before
    Exam.objects.update(name="x")
    assert school.known_state() != before


def test_marks_are_folded_when_there_are_many(school: School) -> None:
    CommitMark.objects.bulk_create(CommitMark(topic="school", value=n) for n in range(600))
    before = school.known_state()
    found = find_token(school.token)
    assert found is not None
    assert found.observation is not None
    fold_marks(found.observation.database)
    assert CommitMark.objects.count() == 2
    assert school.known_state() == before


def test_state_is_unknown_while_a_trigger_is_missing(school: School) -> None:
    before = school.known_state()
    try:
        sql("ALTER TABLE primepath_exam DISABLE TRIGGER ALL")
        assert school.state() is None
        sql("UPDATE primepath_exam SET name = 'x'")
        # Not for replicated rows.
        sql("ALTER TABLE primepath_exam ENABLE TRIGGER ALL")
        assert school.state() is None
    finally:
        sql("ALTER TABLE primepath_exam ENABLE ALWAYS TRIGGER primepath_mark_commit")
    # The change was made without a mark.
    assert school.known_state() != before


def of_another_session() -> str:
    """Return the state as a session reads it that remembers nothing."""
    with psycopg.connect(postgresql_url(str(connection.settings_dict["NAME"]))) as other:
        ((state,),) = other.execute(f"SELECT {STATE_SQL}")
    return str(state)


def of_this_session() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STATE_SQL}")
        ((state,),) = cursor.fetchall()
    return str(state)


def change_and_undo() -> None:
    with suppress(InterruptedError), transaction.atomic():
        Exam.objects.update(name="undone")
        of_this_session()
        raise InterruptedError


def change_in_a_savepoint() -> None:
    with transaction.atomic(), transaction.atomic():
        Exam.objects.update(name="in a savepoint")
        of_this_session()


def change_elsewhere() -> None:
    with psycopg.connect(postgresql_url(str(connection.settings_dict["NAME"]))) as other:
        other.execute("UPDATE primepath_exam SET name = 'elsewhere'")
        of_this_session()


def disable_and_enable() -> None:
    sql("ALTER TABLE primepath_exam DISABLE TRIGGER primepath_mark_commit")
    sql("UPDATE primepath_exam SET name = 'without a mark'")
    sql("ALTER TABLE primepath_exam ENABLE ALWAYS TRIGGER primepath_mark_commit")


EVENTS: list[Callable[[], object]] = [
    lambda: sql("UPDATE primepath_exam SET name = 'x'"),
    lambda: sql("TRUNCATE primepath_examsession"),
    lambda: sql("SELECT pg_current_xact_id()"),
    lambda: sql("RESET primepath.state"),
    lambda: sql("VACUUM primepath_commitmark"),
    *(change_and_undo, change_in_a_savepoint, change_elsewhere, disable_and_enable, fold),
]


def test_remembered_state_is_that_of_another_session(school: School) -> None:
    chance = random.Random(1)
    for _ in range(100):
        chance.choice(EVENTS)()
        for _ in range(chance.randrange(3)):
            assert of_this_session() == of_another_session()


def test_state_in_a_transaction_contains_its_own_changes(school: School) -> None:
    with transaction.atomic():
        before = of_this_session()
        assert of_this_session() == before
        Exam.objects.update(name="x")
        changed = of_this_session()
        assert changed != before
        Program.objects.update(name="x")
        assert of_this_session() not in {before, changed}


@pytest.mark.serial
def test_state_is_read_once_while_nothing_happens(school: School) -> None:
    of_this_session()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('primepath.state', "
            "split_part(current_setting('primepath.state'), ' ', 1) || ' remembered', false)"
        )
    assert of_this_session() == "remembered"
    sql("SELECT pg_current_xact_id()")
    assert of_this_session() == of_another_session()


def test_installation_in_another_schema_has_a_state_of_its_own(school: School) -> None:
    """A pooler can let both use one session."""
    states = f"SELECT {STATE_SQL}, another.{STATE_SQL}"
    try:
        with connection.schema_editor() as editor:
            sql("CREATE SCHEMA another")
            sql("SET LOCAL search_path = another")
            sql(
                "CREATE TABLE primepath_commitmark (LIKE public.primepath_commitmark INCLUDING ALL)"
            )
            create_marks(editor, {}, {})
        with connection.cursor() as cursor:
            cursor.execute(states)
            ((own, other),) = cursor.fetchall()
            assert own == of_another_session() != other
            # Nothing has happened since.
            cursor.execute(states)
            assert cursor.fetchall() == [(own, other)]
    finally:
        sql("DROP SCHEMA IF EXISTS another CASCADE")


def test_state_is_unknown_in_a_transaction(school: School) -> None:
    """It contains the transaction's own changes, which leave one mark together."""
    with transaction.atomic():
        assert school.state() is None


def test_triggers_are_those_of_the_tables_that_answers_read(school: School) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape'), tgattr::text FROM pg_trigger "
            "WHERE tgname = 'primepath_mark_commit' AND tgenabled = 'A'"
        )
        found = {table: (topic.removesuffix("\\000"), columns) for table, topic, columns in cursor}
    assert found.pop("primepath_commitmark")
    assert {table: topic for table, (topic, _) in found.items()} == MARKED_TABLES
    limited = {table for table, (_, columns) in found.items() if columns}
    assert limited == set(UNMARKED_COLUMNS)


@pytest.mark.parametrize("table", UNMARKED_COLUMNS)
def test_all_other_columns_of_a_table_are_marked(school: School, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "AND attnum <> ALL ((SELECT tgattr FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'primepath_mark_commit')::int2[])",
            [table, table],
        )
        assert {name for (name,) in cursor} == set(UNMARKED_COLUMNS[table])
