"""The pages of exams."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from primepath.models import Exam, Teacher
from primepath.school import current_academic_year
from tests.factories import make_exam
from tests.primepath.admin.pages import add_url, change_url, errors_of, filled, list_url
from tests.primepath.admin.school import Row, written_since

NEW = {
    "name": "Midterm",
    "type": "QUARTERLY",
    "academic_year": str(current_academic_year()),
    "curriculum_level": "",
    "is_active": "on",
    "total_questions": "20",
    "timer_minutes": "40",
    "passing_score": "",
    "instructions": "",
}


def test_head_teacher_adds_an_exam(head: Client, head_teacher: Teacher) -> None:
    assert head.post(add_url(Exam), NEW).status_code == 302
    exam = Exam.objects.get()
    assert (exam.name_key, exam.created_by, exam.version) == ("midterm", head_teacher, 1)


def test_staff_without_a_profile_add_an_exam(staff: Client) -> None:
    assert staff.post(add_url(Exam), NEW).status_code == 302
    assert Exam.objects.get().created_by is None


def test_change_creates_a_version(head: Client, row: Row) -> None:
    data = filled(head, change_url(row.exam)) | {"name": "Örtliche Prüfung", "type": "QUARTERLY"}
    assert head.post(change_url(row.exam), data).status_code == 302
    exam = Exam.objects.get()
    assert (exam.name, exam.name_key) == ("Örtliche Prüfung", "örtliche prüfung")
    assert (exam.version, exam.type) == (1, "REVIEW")
    assert exam.updated_at > row.exam.updated_at


def test_each_write_creates_one_history_entry(
    head: Client, head_teacher: Teacher, row: Row
) -> None:
    assert head.post(add_url(Exam), NEW).status_code == 302
    exam = Exam.objects.latest("pk")
    data = filled(head, change_url(exam)) | {"name": "Finals"}
    assert head.post(change_url(exam), data).status_code == 302
    assert [(entry.action, entry.subject_key, entry.teacher) for entry in written_since(row)] == [
        ("CREATE_EXAM", str(exam.pk), head_teacher),
        ("UPDATE_EXAM", str(exam.pk), head_teacher),
    ]
    assert written_since(row)[1].changes == [["name", "Midterm", "Finals"]]
    assert {log.object_repr for log in LogEntry.objects.all()} == {"Midterm", "Finals"}


def test_saving_without_a_change_creates_no_version(head: Client, row: Row) -> None:
    data = filled(head, change_url(row.exam))
    assert head.post(change_url(row.exam), data).status_code == 302
    assert Exam.objects.get().version == 0
    assert not written_since(row)


def test_stale_form_saves_nothing(head: Client, row: Row) -> None:
    data = filled(head, change_url(row.exam)) | {"name": "Late"}
    Exam.objects.update(version=1, timer_minutes=99)
    response = head.post(change_url(row.exam), data)
    assert "Another user has changed" in errors_of(response)["__all__"][0]
    assert "Open it again" in response.content.decode()
    assert Exam.objects.values_list("name", "timer_minutes").get() == ("Exam 1", 99)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("academic_year", settings.ACADEMIC_YEARS.first - 1),
        ("academic_year", settings.ACADEMIC_YEARS.last + 1),
        ("academic_year", 10**30),
        ("total_questions", 0),
        ("total_questions", 1_001),
        ("total_questions", 32_768),
        ("timer_minutes", 1_441),
        ("timer_minutes", -1),
        ("passing_score", 101),
        ("name", "NUL \0"),
        ("name", "x" * 201),
        ("type", "OTHER"),
        ("curriculum_level", "10000000000000000000000"),
        ("instructions", "x" * 10_001),
    ],
)
def test_invalid_value_is_an_error_of_the_form(head: Client, field: str, value: object) -> None:
    response = head.post(add_url(Exam), NEW | {field: value})
    assert list(errors_of(response)) == [field]
    assert not Exam.objects.exists()


def test_exam_year_must_match_its_cells(head: Client, row: Row) -> None:
    url = change_url(row.exam)
    response = head.post(url, filled(head, url) | {"academic_year": current_academic_year() - 1})
    assert errors_of(response) == {
        "academic_year": [
            f"The exam is assigned to cells of other academic years than {current_academic_year() - 1}. "
            "Remove it from those cells first."
        ]
    }
    assert (
        head.post(url, filled(head, url) | {"academic_year": current_academic_year()}).status_code
        == 302
    )


@pytest.mark.parametrize("term", ["élan", "ÉLAN", "E\u0301lan"])
def test_search_for_exams_ignores_case_and_accents(head: Client, term: str) -> None:
    make_exam("Élan vital")
    make_exam("Something else")
    found = head.get(list_url(Exam), {"q": term}).context["cl"].result_list
    assert [exam.name for exam in found] == ["Élan vital"]


@pytest.mark.parametrize("term", ["\0", '"', "'", "%"])
def test_any_search_term_is_accepted(head: Client, term: str) -> None:
    response = head.get(
        "/admin/autocomplete/",
        {
            "app_label": "primepath",
            "model_name": "exam",
            "field_name": "curriculum_level",
            "term": term,
        },
    )
    assert (response.status_code, response.json()["results"]) == (200, [])
