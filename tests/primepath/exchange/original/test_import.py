"""Importing an original database: what is stored, and what a later import does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from primepath.domain.viewer import COMMAND_LINE
from primepath.exchange.upstream.import_database import ImportOptions, import_database
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.source import SourceError
from primepath.models import (
    Exam,
    ExamScheduleMatrix,
    HistoryEntry,
    ImportedRow,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.exams.update_exam import update_exam
from primepath.services.school.seed_school import seed_school
from tests.factories import make_teacher
from tests.primepath.exchange.original.importing import change, run
from tests.primepath.exchange.original.make_original import PASSWORD, make
from tests.primepath.exchange.original.schema import STEPS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CELLS = "primepath_routinetest_examschedulematrix"
EXAMS = "routinetest_exam"


def test_the_schedule_and_its_people_are_stored(path: Path) -> None:
    run(path)
    cell = ExamScheduleMatrix.objects.get(pk="PS1/2025/JAN")
    assert (cell.status, str(cell.scheduled_date), str(cell.start_time)) == (
        *("SCHEDULED", "2025-01-15"),
        "16:00:00",
    )
    assert (cell.version, cell.notes) == (1, "Bring a pencil")
    assert [exam.name for exam in cell.exams.all()] == ["Managed review"]
    assert SchoolClass.objects.get(pk="PS1").grade == 0
    user = authenticate(username="capybara", password=PASSWORD)
    assert user is not None
    levels = TeacherClassAssignment.objects.filter(teacher__user=user).order_by("school_class")
    assert dict(levels.values_list("school_class", "access_level")) == {
        "PS1": "FULL",
        "Young-cho2": "VIEW",
    }
    entries = HistoryEntry.objects.filter(subject="CELL", subject_key="PS1/2025/JAN")
    (entry,) = entries
    assert ["scheduledDate", None, "2025-01-15"] in entry.changes


def test_all_entries_belong_to_one_change_set(path: Path) -> None:
    run(path)
    assert HistoryEntry.objects.values("change_set").distinct().count() == 1


def test_dry_run_reports_the_same_and_stores_nothing(path: Path) -> None:
    planned = run(path, is_dry_run=True)
    assert not ImportedRow.objects.exists()
    assert not User.objects.exists()
    assert planned.counts == run(path).counts


def test_strict_import_stores_nothing_if_a_row_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "awkward.sqlite3"
    make(STEPS["managed-late"], path)
    assert run(path, is_strict=True).total(Outcome.REJECTED)
    assert not Exam.objects.exists()


def test_command_exits_with_3_if_a_row_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "awkward.sqlite3"
    make(STEPS["matrix"], path)
    with pytest.raises(SystemExit) as exit_:
        call_command("import_primepath", path, verbosity=0, stdout=StringIO())
    assert exit_.value.code == 3


def test_row_that_changed_there_is_updated(path: Path) -> None:
    run(path)
    change(path, f"UPDATE {EXAMS} SET name = 'New name' WHERE name = 'Managed review'")
    change(
        path, f"UPDATE {CELLS} SET notes = 'Bring a pen' WHERE notes <> '' AND status <> 'DRAFT'"
    )
    report = run(path)
    assert report.counts[EXAMS][Outcome.CHANGED] == 1
    assert report.counts[CELLS][Outcome.CHANGED] == 1
    assert Exam.objects.get(name="New name").version == 1
    cell = ExamScheduleMatrix.objects.get(pk="PS1/2025/JAN")
    assert (cell.notes, cell.version, cell.exams.count()) == ("Bring a pen", 2, 1)
    assert run(path).total(Outcome.CHANGED) == 0


def test_object_that_changed_here_stays(path: Path) -> None:
    run(path)
    exam = Exam.objects.get(name="Managed review")
    update_exam(viewer=COMMAND_LINE, exam_id=exam.pk, values={"name": "Our name"})
    assert run(path).total(Outcome.REJECTED) == 0
    change(path, f"UPDATE {EXAMS} SET name = 'Their name' WHERE name = 'Managed review'")
    assert run(path).counts[EXAMS][Outcome.REJECTED] == 1
    assert Exam.objects.filter(name="Our name").exists()
    assert run(path, prefer_source=True).counts[EXAMS][Outcome.CHANGED] == 1
    assert Exam.objects.filter(name="Their name").exists()


def test_object_that_was_deleted_here_is_not_created_again(path: Path) -> None:
    run(path)
    ExamScheduleMatrix.objects.get(pk="Young-cho2/2025/DEC").delete()
    assert run(path).counts[CELLS][Outcome.NOT_CARRIED] == 2
    assert not ExamScheduleMatrix.objects.filter(pk="Young-cho2/2025/DEC").exists()


def test_password_that_was_changed_here_survives(path: Path) -> None:
    run(path)
    user = User.objects.get(username="capybara")
    user.set_password("another one")
    user.save()
    change(path, "UPDATE auth_user SET first_name = 'Cara' WHERE username = 'capybara'")
    run(path)
    user.refresh_from_db()
    assert user.first_name == "Cara"
    assert user.check_password("another one")


def test_existing_account_is_linked_and_gains_nothing(path: Path) -> None:
    teacher = make_teacher("aardvark")
    admin = User.objects.create_user("made-up-admin", password="ours")
    report = run(path)
    assert report.counts["auth_user"][Outcome.MERGED] == 2
    teacher.refresh_from_db()
    admin.refresh_from_db()
    assert not teacher.is_head_teacher
    assert not admin.is_superuser
    assert admin.check_password("ours")
    assert Teacher.objects.filter(user__username="aardvark").count() == 1
    assert run(path).total(Outcome.CHANGED) == run(path).total(Outcome.MERGED) == 0


def test_existing_curriculum_is_unchanged(path: Path) -> None:
    seed_school()
    report = run(path)
    assert set(report.counts["core_program"]) == {Outcome.UNCHANGED}


def test_cell_that_was_planned_here_stays(path: Path) -> None:
    run(path, source_name="one")
    report = run(path, source_name="two")
    assert report.counts[CELLS][Outcome.REJECTED] == 3


def test_given_class_code_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "awkward.sqlite3"
    make(STEPS["managed-late"], path)
    run(path, class_codes={"High1/2.SatSun.11-1": "WEEKEND_1"})
    assert ExamScheduleMatrix.objects.filter(pk="WEEKEND_1/2025/JAN").exists()
    run(path)
    assert not SchoolClass.objects.filter(pk="High1_2_SatSun_11-1").exists()


def test_change_during_the_import_makes_a_new_plan(path: Path) -> None:
    run(path, source_name="first")
    exam, lines = Exam.objects.earliest("pk"), list[str]()

    def rename_once(line: str) -> None:
        if line == "Reading access." and exam.version == 0:
            values: Any = {"name": "Renamed meanwhile"}
            exam.version = update_exam(viewer=COMMAND_LINE, exam_id=exam.pk, values=values).version
        lines.append(line)

    import_database(path, ImportOptions(source_name="second"), rename_once)
    assert any("Planning again" in line for line in lines)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a SQLite database"),
        (b"id,name\r\n1,x\r\n", "not a SQLite database"),
        (b"SQLite format 3\0" + b"\xff" * 5_000, "cannot be read"),
    ],
)
def test_other_file_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        run(path)


def test_truncated_file_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError):
        run(path)


def test_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    change(path, "CREATE TABLE academies (id integer)")
    with pytest.raises(CommandError, match="no table core_program"):
        call_command("import_primepath", path)


def test_view_in_place_of_a_table_is_refused(path: Path) -> None:
    change(path, "ALTER TABLE core_teacher RENAME TO hidden")
    change(path, "CREATE VIEW core_teacher AS SELECT * FROM hidden")
    with pytest.raises(SourceError, match="core_teacher"):
        run(path)


def test_rows_in_the_write_ahead_log_are_read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE core_teacher SET name = 'In the log' WHERE id = 1")
        writer.commit()
        run(path)
    assert Teacher.objects.filter(name="In the log").exists()


def test_report_contains_no_password_and_no_pupil(path: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    run(path, report_path=report)
    text = report.read_text(encoding="utf-8")
    assert "pbkdf2" not in text
    assert "000-1" not in text


def test_account_that_is_missing_there_is_named_for_an_invitation(path: Path) -> None:
    change(path, "UPDATE core_teacher SET user_id = 999 WHERE id = 1")
    assert any("invite this person" in line for line in run(path).shown if "core_teacher" in line)
