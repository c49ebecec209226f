"""Migrations of a database with rows: forwards from the first to the last, and backwards as far as possible."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from primepath.db.fields import DerivedTextField
from primepath.models import Exam, IdempotencyKey, TeacherClassAssignment
from primepath.services.accounts.tokens import find_token
from primepath.services.address_secrets import digest_of
from tests.client import data
from tests.databases import DemoTemplate, connected_to, own_database
from tests.factories import as_viewer

pytestmark = pytest.mark.slow

FIRST = "0001_initial"
# It has no data of the school: triggers of PostgreSQL fill it.
MARKS = "primepath_commitmark"
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def filled(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[DemoTemplate]:
    """A database that `migrate_filled` has migrated, for copies."""
    with own_database(tmp_path_factory.mktemp("filled")) as url:
        with django_db_blocker.unblock(), connected_to(url):
            migrate_filled()
            name = str(connection.settings_dict["NAME"])
        yield DemoTemplate(name, {})


@pytest.fixture
def _own_database(
    filled: DemoTemplate, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[None]:
    """Use a copy of the filled database in the test."""
    with own_database(tmp_path, filled) as url, django_db_blocker.unblock(), connected_to(url):
        yield


def names() -> list[str]:
    """Return the migrations in order."""
    graph = MigrationExecutor(connection).loader.graph
    (last,) = graph.leaf_nodes("primepath")
    return [name for app, name in graph.forwards_plan(last) if app == "primepath"]


def migrate(name: str, after_each: Callable[[str], None] = lambda name: None) -> list[str]:
    """Migrate to this migration, forwards or backwards. Return the names of the migrations that were executed or reversed.

    ``after_each`` is called with each of them. In one go, Django computes the state of all models once for all of them.
    """
    done = []

    def progress(
        action: str, migration: Migration | None = None, fake: bool | None = False
    ) -> None:
        if migration and migration.app_label == "primepath" and action.endswith("apply_success"):
            done.append(migration.name)
            after_each(migration.name)

    MigrationExecutor(connection, progress).migrate([("primepath", name)])
    return done


def fill(name: str) -> None:
    """Store rows in the tables that the migration created, with the models of that time."""

    @cache
    def models() -> Any:
        return MigrationExecutor(connection).loader.project_state(("primepath", name)).apps

    def add(model: str, **values: Any) -> Any:
        return models().get_model(model).objects.create(**values)

    if name == FIRST:
        _fill_school(add)
    if name == "0010_attempt_counts":
        add("primepath.AttemptCount", name="sign-in", count=1, expires_at=timezone.now())
    if name == "0021_school_days":
        add("primepath.SchoolRules", minimum_days_between_exams=3)
        add("primepath.SchoolDay", date=datetime.date(2026, 3, 12), name="Sports", kind="SCHOOL")
        add("primepath.WarningAcceptance", facts="f", code="HOLIDAY", reason="x", at=timezone.now())
    if name == "0041_calendars_and_files":
        user = models().get_model("auth.User").objects.first()
        add("primepath.CalendarFeed", user=user, name="Phone", digest="f")
        now = timezone.now()
        file = {"name": "f.csv", "content_type": "text/csv", "content": b"a", "purpose": "UPLOAD"}
        add("primepath.StoredFile", user=user, digest="d", created_at=now, expires_at=now, **file)
    if name == "0042_action_of_imports":
        key = f"{models().get_model('auth.User').objects.get().pk}/abc"
        models().get_model("primepath.Exam").objects.update(idempotency_key=key)
    if name == "0100_account_preferences":
        user = models().get_model("auth.User").objects.first()
        add("primepath.AccountPreferences", user=user, language="ko")
    if name == "0040_imported_rows":
        row = {"table": "auth_user", "key": "1", "target": "1"}
        add("primepath.ImportedRow", source="original", digest="0", left_as="0", **row)
    if name == "0090_account_links":
        user, now = models().get_model("auth.User").objects.get(), timezone.now()
        link = {"purpose": "RESET", "digest": "d", "created_at": now, "expires_at": now}
        add("primepath.AccountLink", user=user, password_fingerprint="f", **link)
    if name == "0080_trusted_documents":
        add("primepath.TrustedDocument", document_id="a", sha256="0", text="{ __typename }")
    if name == "0002_history":
        add(
            "primepath.HistoryEntry",
            at=timezone.now(),
            action="ASSIGN_EXAMS",
            subject="CELL",
            subject_key="PRIMARY_1A/2026/JAN",
            actor_name="Mina",
            changes=[["exams", [], [1]]],
        )


def _fill_school(add: Any) -> None:
    user = add("auth.User", username="mina", is_staff=True)
    teacher = add("primepath.Teacher", user=user, name="Mina Ünal")
    program = add("primepath.Program", name="CORE", grade_from=1, grade_to=4)
    subprogram = add("primepath.SubProgram", program=program, name="PHONICS")
    level = add("primepath.CurriculumLevel", subprogram=subprogram, level_number=1)
    of_class = {
        "school_class": add(
            "primepath.SchoolClass",
            code="PRIMARY_1A",
            name="Primary 1A",
            division="PRIMARY",
            grade=1,
            section="A",
        )
    }
    exam = add(
        "primepath.Exam",
        name="Reading",
        type="REVIEW",
        total_questions=20,
        timer_minutes=30,
        curriculum_level=level,
        created_by=teacher,
    )
    cell = add(
        "primepath.ExamScheduleMatrix",
        id="PRIMARY_1A/2026/JAN",
        academic_year=2026,
        period="JAN",
        status="SCHEDULED",
        scheduled_date=datetime.date(2026, 1, 15),
        start_time=datetime.time(9),
        notes="Bring a pencil.",
        version=1,
        created_at=timezone.now(),
        updated_at=timezone.now(),
        created_by=teacher,
        **of_class,
    )
    add("primepath.MatrixCellExam", cell=cell, exam=exam)
    add("primepath.ExamSession", cell=cell, exam=exam, pupil="1")
    add(
        "primepath.ClassCurriculumMapping",
        academic_year=2026,
        priority=1,
        curriculum_level=level,
        **of_class,
    )
    add("primepath.TeacherClassAssignment", teacher=teacher, access_level="FULL", **of_class)
    add(
        "primepath.ClassAccessRequest",
        teacher=teacher,
        requested_access_level="FULL",
        reason="New",
        **of_class,
    )
    add(
        "primepath.ApiToken",
        user=user,
        name="Phone",
        digest=digest_of("a token from before the first migration"),
    )


def rows() -> Rows:
    """Return all rows of the product, by table."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("primepath_") and table != MARKS:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                columns = [each[0] for each in cursor.description]
                found[table] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return {table: each for table, each in found.items() if each}


def columns_of(all_rows: Rows, like: Rows) -> Rows:
    """Return the rows with only the tables and columns that the others have too."""
    return {
        table: [{name: row[name] for name in row if name in like[table][0]} for row in each]
        for table, each in all_rows.items()
        if table in like
    }


def migrate_filled() -> None:
    """Migrate from nothing to the last migration. Check that each one keeps all rows, and add rows after it."""
    before: Rows = {}

    def check_and_fill(name: str) -> None:
        nonlocal before
        assert columns_of(rows(), like=before) == before
        fill(name)
        before = rows()

    assert migrate(names()[-1], check_and_fill) == names()


@pytest.mark.usefixtures("_own_database")
def test_every_migration_keeps_existing_rows() -> None:
    models = list(apps.get_app_config("primepath").get_models())
    tables = {model._meta.db_table for model in models} - {MARKS}
    assert rows().keys() == tables, "Fill the new table too."
    for model in models:
        for field in model._meta.concrete_fields:
            if isinstance(field, DerivedTextField):
                (stored,) = model._default_manager.values_list(field.source, field.name)
                assert stored[1] == field.derive(stored[0])
    connection.check_constraints()
    document = '{ matrixCell(at: {classCode: "PRIMARY_1A", academicYear: 2026, period: JAN}) { notes exams { name } } }'
    key = IdempotencyKey.objects.get()
    assert (key.key, key.operation, key.input_digest) == ("abc", "createExam", "")
    assert key.result == f"Exam:{Exam.objects.get().pk}"
    assert find_token("a token from before the first migration"), "Tokens stay valid."
    assert data(document, as_viewer(User.objects.get())) == {
        "matrixCell": {"notes": "Bring a pencil.", "exams": [{"name": "Reading"}]}
    }


@pytest.mark.usefixtures("_own_database")
def test_reversed_migration_keeps_the_earlier_rows() -> None:
    before = rows()

    def check(name: str) -> None:
        nonlocal before
        after = rows()
        assert columns_of(before, like=after) == after
        before = after

    assert migrate(FIRST, check) == names()[:0:-1]
    first = rows()
    assert "primepath_examschedulematrix" in first
    assert migrate(names()[-1]) == names()[1:]
    assert columns_of(rows(), like=first) == first


@pytest.mark.usefixtures("_own_database")
@pytest.mark.parametrize("day", [30, 31])
def test_access_until_the_end_of_the_year_9999_does_not_expire(day: int) -> None:
    """Earlier versions stored it, but no page could show it in Seoul, where the year 10000 has begun."""
    end = datetime.datetime(9999, 12, day, 15, tzinfo=datetime.UTC)
    migrate("0103_remembered_state")
    TeacherClassAssignment.objects.update(expires_at=end)
    migrate(names()[-1])
    assert TeacherClassAssignment.objects.get().expires_at == (None if day == 31 else end)
