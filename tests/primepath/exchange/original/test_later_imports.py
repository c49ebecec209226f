"""Importing a database again that has changed: rows that were cleared, deleted, renamed or added."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from primepath.exchange.upstream.outcomes import Outcome, Report
from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    ExamScheduleMatrix,
    SchoolClass,
    TeacherClassAssignment,
)
from tests.factories import make_teacher
from tests.primepath.exchange.original import importing
from tests.primepath.exchange.original.importing import change

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CELLS = "primepath_routinetest_examschedulematrix"
REQUESTS = "primepath_routinetest_classaccessrequest"
MAPPINGS = "primepath_routinetest_classcurriculummapping"
CLEARED = "status = 'EMPTY', notes = '', scheduled_date = NULL, scheduled_start_time = NULL, scheduled_end_time = NULL"
OF_JAN = f"(SELECT id FROM {CELLS} WHERE class_code = 'PS1' AND time_period_value = 'JAN')"


def run(path: Path, **options: Any) -> Report:
    # By default, the name of the source follows from the first account, and these tests change it.
    return importing.run(path, source_name="school", **options)


def copy_row(path: Path, table: str, where: str, **values: str) -> None:
    """Add a row like another one, with these SQL expressions instead of its values."""
    with closing(sqlite3.connect(path)) as database, database:
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        columns = ", ".join(f'"{name}"' for name in names)
        given = ", ".join(values.get(name, f'"{name}"') for name in names)
        database.execute(f"INSERT INTO {table} ({columns}) SELECT {given} FROM {table} {where}")


def changes(report: Report) -> int:
    return sum(report.total(each) for each in (Outcome.IMPORTED, Outcome.CHANGED, Outcome.MERGED))


def test_cell_that_was_cleared_there_is_cleared(path: Path) -> None:
    run(path)
    change(
        path,
        f"DELETE FROM {CELLS}_exams WHERE examschedulematrix_id = {OF_JAN}",
        f"UPDATE {CELLS} SET {CLEARED} WHERE id = {OF_JAN}",
    )
    assert run(path).counts[CELLS][Outcome.CHANGED] == 1
    cell = ExamScheduleMatrix.objects.get(pk="PS1/2025/JAN")
    assert (cell.status, cell.scheduled_date, cell.notes, cell.version) == ("EMPTY", None, "", 2)
    assert not cell.exams.exists()
    assert changes(run(path)) == 0


@pytest.mark.parametrize(
    ("table", "key", "others"),
    [
        (CELLS, "upper(id)", {"academic_year": "'2024'"}),
        (CELLS, "substr(id, 1, 8) || '-' || substr(id, 9)", {"academic_year": "'2024'"}),
        (REQUESTS, "upper(id)", {}),
        ("routinetest_exam", "upper(id)", {}),
    ],
)
def test_row_with_the_key_of_an_earlier_row_is_rejected(
    path: Path, table: str, key: str, others: dict[str, str]
) -> None:
    first = f"WHERE rowid = (SELECT min(rowid) FROM {table})"
    copy_row(path, table, first, id=key, **others)
    found = run(path)
    assert found.counts[table][Outcome.REJECTED] == 1
    assert sum("REPEATED_KEY" in line for line in found.shown) == 1
    assert changes(run(path)) == 0


def test_cell_that_is_gone_there_stays_and_is_named(path: Path) -> None:
    run(path)
    change(
        path,
        f"DELETE FROM {CELLS}_exams WHERE examschedulematrix_id = {OF_JAN}",
        f"DELETE FROM {CELLS} WHERE id = {OF_JAN}",
    )
    assert [note for note in run(path).notes if note.startswith(f"{CELLS} ")]
    assert ExamScheduleMatrix.objects.get(pk="PS1/2025/JAN").status == "SCHEDULED"


def test_rows_of_a_table_that_is_empty_now_are_named(path: Path) -> None:
    run(path)
    change(path, f"DELETE FROM {REQUESTS}")
    notes = [note for note in run(path).notes if note.startswith(f"{REQUESTS} ")]
    assert len(notes) == ClassAccessRequest.objects.count()


def test_newer_pending_request_replaces_the_older(path: Path) -> None:
    run(path)
    pending = ClassAccessRequest.objects.get(status="PENDING")
    later = {"id": "'ffff' || substr(id, 5)", "requested_at": "'2025-09-30 00:00:00'"}
    copy_row(path, REQUESTS, "WHERE status = 'PENDING'", **later)
    assert run(path).counts[REQUESTS][Outcome.CHANGED] == 1
    pending.refresh_from_db()
    assert pending.status == "WITHDRAWN"
    assert ClassAccessRequest.objects.get(status="PENDING").teacher_id == pending.teacher_id
    assert changes(run(path)) == 0


def test_pending_request_that_is_gone_there_stays_pending(path: Path) -> None:
    run(path)
    pending = ClassAccessRequest.objects.get(status="PENDING")
    change(path, f"UPDATE {REQUESTS} SET id = 'ffff' || substr(id, 5) WHERE status = 'PENDING'")
    run(path)
    assert ClassAccessRequest.objects.get(status="PENDING") == pending
    assert changes(run(path)) == 0


def test_username_that_is_taken_here_is_rejected(path: Path) -> None:
    run(path)
    make_teacher("office")
    change(path, "UPDATE auth_user SET username = 'office' WHERE username = 'capybara'")
    change(path, "UPDATE auth_user SET first_name = 'Ann' WHERE username = 'aardvark'")
    report = run(path)
    assert report.counts["auth_user"][Outcome.REJECTED] == 1
    assert any("NAME_TAKEN" in line for line in report.shown)
    assert User.objects.filter(username="capybara").exists()
    assert User.objects.get(username="aardvark").first_name == "Ann"


def test_usernames_that_moved_on_are_all_stored(path: Path) -> None:
    run(path)
    capybara = User.objects.get(username="capybara")
    aardvark = User.objects.get(username="aardvark")
    change(
        path,
        "UPDATE auth_user SET username = 'capybara2' WHERE username = 'capybara'",
        "UPDATE auth_user SET username = 'capybara' WHERE username = 'aardvark'",
    )
    assert run(path).counts["auth_user"][Outcome.CHANGED] == 2
    capybara.refresh_from_db()
    aardvark.refresh_from_db()
    assert (capybara.username, aardvark.username) == ("capybara2", "capybara")
    assert changes(run(path)) == 0


def test_new_account_is_not_the_one_that_had_its_name(path: Path) -> None:
    run(path)
    capybara = User.objects.get(username="capybara")
    change(path, "UPDATE auth_user SET username = 'capybara2' WHERE username = 'capybara'")
    new = {"id": "(SELECT max(id) + 1 FROM auth_user)", "username": "'capybara'", "is_staff": "1"}
    copy_row(path, "auth_user", "WHERE username = 'capybara2'", **new)
    run(path)
    assert User.objects.get(username="capybara2") == capybara
    assert User.objects.get(username="capybara").is_staff
    assert changes(run(path)) == 0


def test_level_numbers_that_were_exchanged_are_rejected(path: Path) -> None:
    run(path)
    before = list(CurriculumLevel.objects.order_by("pk").values_list("level_number", flat=True))
    change(
        path,
        "UPDATE core_curriculumlevel SET level_number = 99 WHERE id = 1",
        "UPDATE core_curriculumlevel SET level_number = 1 WHERE id = 2",
        "UPDATE core_curriculumlevel SET level_number = 2 WHERE id = 1",
    )
    assert run(path).counts["core_curriculumlevel"][Outcome.REJECTED] == 2
    after = CurriculumLevel.objects.order_by("pk").values_list("level_number", flat=True)
    assert list(after) == before


def test_new_row_of_the_same_teacher_is_the_same_teacher(path: Path) -> None:
    run(path)
    assignments = TeacherClassAssignment.objects.count()
    rows = "teacher_id = 99 WHERE teacher_id = 1"
    change(
        path,
        "UPDATE core_teacher SET id = 99 WHERE id = 1",
        f"UPDATE primepath_routinetest_teacherclassassignment SET {rows}",
    )
    report = run(path)
    assert report.counts["core_teacher"][Outcome.MERGED] == 1
    assert TeacherClassAssignment.objects.count() == assignments
    assert changes(run(path)) == 0


def test_other_code_for_an_imported_class_imports_its_cells(path: Path) -> None:
    run(path)
    report = run(path, class_codes={"PS1": "PREP"})
    stored = ExamScheduleMatrix.objects.filter(school_class="PREP", version=1)
    assert {cell.period for cell in stored} == {"JAN", "Q1"}
    assert any("PREP/2025/JAN now. PS1/2025/JAN stays here" in note for note in report.notes)
    assert changes(run(path)) == 0


def test_untouched_cell_of_a_class_with_another_code_is_not_stored(path: Path) -> None:
    report = run(path, class_codes={"PS1": "PREP"})
    assert report.counts[CELLS][Outcome.NOT_CARRIED] == 1
    assert not ExamScheduleMatrix.objects.filter(pk="PREP/2025/FEB").exists()


def test_code_of_no_class_makes_none(path: Path) -> None:
    report = run(path, class_codes={"PS11": "PREP"})
    assert "--class-code: no class in the file has the code PS11." in report.notes
    assert not SchoolClass.objects.filter(pk="PREP").exists()


def test_curriculum_follows_a_class_with_another_code(path: Path) -> None:
    change(path, f"UPDATE {MAPPINGS} SET class_code = 'YOUNG-CHO2'")
    run(path, class_codes={"Young-cho2": "YC_2"})
    classes = ClassCurriculumMapping.objects.values_list("school_class", flat=True)
    assert set(classes) == {"YC_2"}
    assert not SchoolClass.objects.filter(pk="YOUNG-CHO2").exists()
