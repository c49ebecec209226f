"""More awkward rows: values of the wrong type, in another spelling, or out of range."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.primepath.exchange.original.schema import R

if TYPE_CHECKING:
    from tests.primepath.exchange.original.make_original import Maker

NOW = "2025-08-20T14:04:11Z"
_CELL = {
    "academic_year": "2025",
    "time_period_type": "MONTHLY",
    "status": "DRAFT",
    "shared_with_classes": "[]",
    "metadata": "{}",
    "updated_at": NOW,
}


def add_awkward_rows(maker: Maker) -> None:
    """Add the rows for which the step has tables, each with its expected outcome."""
    _people(maker)
    _curriculum(maker)
    if maker.step >= 3:
        _exams(maker)
    if maker.has(R + "examschedulematrix"):
        _cells(maker)
    if maker.step >= 12:
        _access(maker)


def _people(maker: Maker) -> None:
    user = {"email": "", "is_active": 1, "is_staff": 1, "password": "", "date_joined": NOW}
    no_password = ("USERNAME_SPELLING", "NO_PASSWORD")
    maker.odd("auth_user", {**user, "username": "  "}, "CHANGED", *no_password)
    maker.odd("auth_user", {**user, "username": "x" * 200}, "CHANGED", *no_password)
    maker.odd("auth_user", {**user, "username": "two words"}, "CHANGED", *no_password)
    maker.odd("auth_user", {**user, "username": "two\twords"}, "CHANGED", *no_password)
    teacher = {"name": "Teacher of Nobody", "is_active": "true", "global_access_level": "FULL"}
    emails = ("lost@example.invalid", "lost@example.org", "two words@example.invalid")
    for email in emails:
        values = {**teacher, "email": email, "user_id": None}
        maker.odd("core_teacher", values, "CHANGED", "ACCOUNT_MADE")


def _curriculum(maker: Maker) -> None:
    program = {"grade_range_start": 1, "grade_range_end": 3, "order": -1}
    maker.odd("core_program", {**program, "name": "P" * 50}, "IMPORTED")
    reversed_grades = {**program, "name": "REVERSED", "grade_range_start": 9}
    key = maker.odd("core_program", reversed_grades, "REJECTED", "GRADES")
    part = {"name": "PART", "program_id": key, "order": "first"}
    part_key = maker.odd("core_subprogram", part, "REJECTED", "PROGRAM_MISSING")
    level = {"level_number": 1, "subprogram_id": part_key}
    maker.odd("core_curriculumlevel", level, "REJECTED", "PROGRAM_MISSING")
    lost = {"level_number": 1, "subprogram_id": 4711}
    maker.odd("core_curriculumlevel", lost, "REJECTED", "SUBPROGRAM_MISSING")
    too_long = {"name": "S" * 60, "program_id": 1, "order": 1}
    maker.odd("core_subprogram", too_long, "REJECTED", "NAME_LENGTH")


def _exams(maker: Maker) -> None:
    exam = {
        "name": "Exam with odd values",
        "exam_type": "REVIEW",
        "timer_minutes": 60,
        "total_questions": 20,
        "class_codes": "[]",
        "is_active": 1,
        "created_at": NOW,
    }

    def add(values: dict[str, Any], outcome: str, *reasons: str) -> None:
        maker.odd(R + "exam", {**exam, **values}, outcome, *reasons)

    add({"name": " \u200b "}, "CHANGED", "NAME_BLANK")
    add({"name": b"\xff\xfe bytes"}, "CHANGED", "TEXT")
    add({"name": "n" * 201}, "CHANGED", "TEXT_CUT")
    add({"timer_minutes": "sixty"}, "CHANGED", "TIMER_MINUTES")
    add({"timer_minutes": "45", "total_questions": " 12 "}, "IMPORTED")
    add({"total_questions": 5_000}, "CHANGED", "TOTAL_QUESTIONS")
    add({"total_questions": "9" * 40}, "CHANGED", "TOTAL_QUESTIONS")
    add({"passing_score": "many"}, "CHANGED", "PASSING_SCORE")
    if maker.step >= 5:
        add({"academic_year": "20x5"}, "CHANGED", "YEAR_SPELLING")
        add({"academic_year": 2025}, "IMPORTED")
    if maker.step >= 6:
        add({"class_codes": "not JSON"}, "IMPORTED")
        add({"class_codes": json.dumps({"a": 1})}, "IMPORTED")


def _cells(maker: Maker) -> None:
    code = maker.codes[0]

    def add(values: dict[str, Any], outcome: str, *reasons: str) -> Any:
        row = {**_CELL, "class_code": code, **values}
        return maker.odd(R + "examschedulematrix", row, outcome, *reasons)

    add({"time_period_value": "MAR", "academic_year": 2026}, "IMPORTED")
    add({"time_period_value": " mar ", "academic_year": "2027"}, "CHANGED", "PERIOD_SPELLING")
    add({"time_period_value": "MAR", "academic_year": "2027"}, "MERGED", "SAME_CELL")
    add({"time_period_value": "Q3", "academic_year": "2027"}, "CHANGED", "PERIOD_TYPE")
    add({"time_period_value": "MAY", "class_code": " / "}, "REJECTED", "CLASS_CODE")
    add({"time_period_value": "13"}, "REJECTED", "PERIOD_UNKNOWN")
    add({"time_period_value": "MAY", "class_code": "A  B"}, "CHANGED", "CLASS_CODE")
    add({"time_period_value": "MAY", "class_code": "A B"}, "MERGED", "SAME_CELL")
    add({"time_period_value": "MAY", "class_code": "A/B"}, "CHANGED", "CLASS_CODE")
    times = {"scheduled_start_time": "9:05", "scheduled_end_time": "10:00:00.000001"}
    dated = {**times, "scheduled_date": "2027-06-30", "academic_year": "2027"}
    add({"time_period_value": "JUN", **dated}, "IMPORTED")
    add({"time_period_value": "JUL", **dated}, "CHANGED", "DATE_OUTSIDE_PERIOD")
    same = {"scheduled_start_time": "10:00", "scheduled_end_time": "10:00"}
    add({"time_period_value": "AUG", "academic_year": "2027", **same}, "CHANGED", "TIME_RANGE")
    late = {"scheduled_start_time": "25:00", "academic_year": "2027"}
    add({"time_period_value": "SEP", **late}, "CHANGED", "DATE_UNREADABLE")
    unknown = {"status": "", "academic_year": "2027", "notes": "blank status"}
    add({"time_period_value": "OCT", **unknown}, "CHANGED", "STATUS_UNKNOWN")
    column = "exam_id" if maker.step < 20 else "routineexam_id"
    lost = {"examschedulematrix_id": "e" * 32, column: "f" * 32}
    maker.odd(R + "examschedulematrix_exams", lost, "REJECTED", "CELL_MISSING")


def _access(maker: Maker) -> None:
    code = maker.codes[2]
    teacher = {"teacher_id": maker.teachers["gecko"], "class_code": code}
    given = {**teacher, "access_level": "FULL", "is_active": 1, "assigned_date": NOW}
    table = R + "teacherclassassignment"
    maker.odd(table, {**given, "expires_on": "soon"}, "REJECTED", "EXPIRY_UNREADABLE")
    no_page = {**given, "is_active": 0, "expires_on": "9999-12-31 23:59:59"}
    maker.odd(table, no_page, "REJECTED", "EXPIRY_UNREADABLE")
    maker.odd(table, {**given, "class_code": "??"}, "REJECTED", "CLASS_CODE")
    aware = {**given, "class_code": "A B", "expires_on": "2030-01-01T00:00:00+09:00"}
    maker.odd(table, aware, "CHANGED", "CLASS_CODE")

    asked: dict[str, Any] = {
        **teacher,
        "request_type": "PERMANENT",
        "requested_access_level": "FULL",
    }
    asked = {**asked, "reason_text": "Odd", "requested_at": NOW}
    table = R + "classaccessrequest"
    maker.odd(table, {**asked, "status": "LOST"}, "REJECTED", "REQUEST_STATUS")
    missing = {**asked, "status": "PENDING", "teacher_id": "nobody"}
    maker.odd(table, missing, "REJECTED", "TEACHER_MISSING")
    approved = {**asked, "status": "approved", "reviewed_at": "yesterday"}
    maker.odd(table, approved, "CHANGED", "REVIEW_TIME")

    mapping = {"class_code": code, "curriculum_level_id": 1, "priority": 1, "is_active": 1}
    table = R + "classcurriculummapping"
    maker.odd(table, {**mapping, "academic_year": "25"}, "REJECTED", "YEAR_UNREADABLE")
    maker.odd(table, {**mapping, "academic_year": "1999"}, "REJECTED", "YEAR_OUT_OF_RANGE")
    no_code = {**mapping, "academic_year": "2026", "class_code": "//"}
    maker.odd(table, no_code, "REJECTED", "CLASS_CODE")
    negative = {**mapping, "academic_year": "2026", "priority": -3}
    maker.odd(table, negative, "CHANGED", "PRIORITY")

    both = json.dumps(f"Access to {maker.codes[0]} and {maker.codes[1]}")
    entry: dict[str, Any] = {
        "timestamp": NOW,
        "action": "ACCESS_DENIED",
        "class_code": "",
        "details": both,
    }
    entry = {**entry, "teacher_id": maker.teachers["dugong"]}
    maker.odd(R + "accessauditlog", entry, "NOT_CARRIED", "SUBJECT_MISSING")
    if maker.has("routinetest_class"):
        listed = {"class_id": "0" * 32, "teacher_id": maker.teachers["capybara"]}
        reason = "TEACHER_OR_CLASS_MISSING"
        maker.odd("routinetest_class_assigned_teachers", listed, "REJECTED", reason)
