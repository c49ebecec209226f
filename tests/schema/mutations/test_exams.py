"""Creating and changing exams."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.models import Exam, HistoryEntry
from tests.client import data
from tests.factories import (
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, errors_of, id_of, mutate, result_of

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}


def test_created_exam_has_all_values_and_its_creator() -> None:
    teacher, level = make_teacher("mina"), make_level()
    assign(teacher, make_class("A"))
    values = {
        **NEW,
        "academicYear": 2026,
        "passingScore": 60,
        "instructions": "Read twice.",
    }
    exam = result_of("createExam", as_viewer(teacher), **values, curriculumLevelId=id_of(level))
    assert {field: exam[field] for field in values} == values
    assert exam["curriculumLevel"] == {"id": id_of(level)}
    assert exam["createdBy"] == {"name": "Mina"}
    assert (exam["version"], exam["isActive"]) == (1, True)


def test_omitted_and_null_values_are_not_set() -> None:
    viewer = head_teacher()
    nulls = dict.fromkeys(("academicYear", "passingScore", "curriculumLevelId", "instructions"))
    for values in ({}, nulls):
        exam = result_of("createExam", viewer, **NEW, **values)
        assert {field: exam[field] for field in ("academicYear", "passingScore")} == {
            "academicYear": None,
            "passingScore": None,
        }
        assert exam["instructions"] == ""
        assert exam["curriculumLevel"] is None


def test_same_idempotency_key_returns_the_same_exam() -> None:
    viewer = head_teacher()
    first = result_of("createExam", viewer, **NEW, idempotencyKey="abc")
    before = stored_rows()
    assert result_of("createExam", viewer, **NEW, idempotencyKey="abc") == first
    assert stored_rows() == before
    assert result_of("createExam", viewer, **NEW, idempotencyKey="abd")["id"] != first["id"]
    assert result_of("createExam", viewer, **NEW)["id"] != first["id"]


def test_idempotency_keys_are_separate_for_each_user() -> None:
    exams = {
        result_of("createExam", head_teacher(), **NEW, idempotencyKey="abc")["id"] for _ in range(2)
    }
    assert len(exams) == 2


@pytest.mark.parametrize(
    "other", [{"name": "Other"}, {"type": "QUARTERLY"}, {"passingScore": 1}], ids=str
)
def test_idempotency_key_of_another_exam_is_rejected(other: dict[str, Any]) -> None:
    viewer = head_teacher()
    result_of("createExam", viewer, **NEW, idempotencyKey="abc")
    payload = mutate("createExam", viewer, **{**NEW, **other}, idempotencyKey="abc")
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == (
        "IDEMPOTENCY_KEY_REUSED",
        ["input", "idempotencyKey"],
    )
    assert payload["exam"] is None
    assert Exam.objects.count() == 1


def test_repeated_creation_returns_the_current_exam() -> None:
    viewer = head_teacher()
    first = result_of("createExam", viewer, **NEW, idempotencyKey="abc")
    changed = result_of("updateExam", viewer, id=first["id"], name="Better")
    assert result_of("createExam", viewer, **NEW, idempotencyKey="abc") == changed


def test_inactive_exam_stays_in_its_cells_but_cannot_be_assigned() -> None:
    exam, school_class, viewer = make_exam(), make_class("A"), head_teacher()
    make_cell(school_class, exams=[exam])
    query = """
      query ($id: ID!) { node(id: $id) { ... on MatrixCell {
        exams { id } availableExams { edges { node { id } } }
      } } }
    """

    def cell(month: str) -> tuple[list[Any], list[Any]]:
        node = data(query, viewer, {"id": f"MatrixCell:A/2026/{month}"})["node"]
        available = [edge["node"] for edge in node["availableExams"]["edges"]]
        return node["exams"], available

    shown = [{"id": id_of(exam)}]
    assert (cell("JAN"), cell("FEB")) == ((shown, []), ([], shown))
    assert result_of("updateExam", viewer, id=id_of(exam), isActive=False)["isActive"] is False
    assert (cell("JAN"), cell("FEB")) == ((shown, []), ([], []))
    values = {"cells": [at("A", "FEB")], "examIds": [id_of(exam)]}
    assert errors_of("assignExams", viewer, **values) == [("EXAM_INACTIVE", "input.examIds.0")]
    result_of("updateExam", viewer, id=id_of(exam), isActive=True)
    result_of("assignExams", viewer, **values)


def test_only_given_values_change_and_null_clears() -> None:
    level, viewer = make_level(), head_teacher()
    optional = {"academicYear": 2026, "passingScore": 60, "instructions": "Read twice."}
    exam = result_of("createExam", viewer, **NEW, **optional, curriculumLevelId=id_of(level))
    renamed = result_of("updateExam", viewer, id=exam["id"], name="Renamed")
    assert renamed == {**exam, "name": "Renamed", "version": 2}
    nulls = dict.fromkeys((*optional, "curriculumLevelId"))
    cleared = result_of("updateExam", viewer, id=exam["id"], **nulls)
    assert {field: cleared[field] for field in optional} == {
        "academicYear": None,
        "passingScore": None,
        "instructions": "",
    }
    assert cleared["curriculumLevel"] is None


def test_equal_values_change_nothing() -> None:
    viewer = head_teacher()
    exam = result_of("createExam", viewer, **NEW)
    before = stored_rows()
    same = {field: value for field, value in NEW.items() if field != "type"}
    for values in ({}, same, {"passingScore": None, "instructions": None, "isActive": True}):
        assert result_of("updateExam", viewer, id=exam["id"], **values) == exam
    assert stored_rows() == before


def test_stale_version_returns_the_current_exam() -> None:
    viewer = head_teacher()
    exam = result_of("createExam", viewer, **NEW)
    changed = result_of("updateExam", viewer, id=exam["id"], expectedVersion=1, name="Theirs")
    before = stored_rows()
    payload = mutate("updateExam", viewer, id=exam["id"], expectedVersion=1, name="Mine")
    assert payload["exam"] == changed
    assert [each["code"] for each in payload["userErrors"]] == ["STALE_VERSION"]
    assert stored_rows() == before


def test_exam_year_must_match_all_its_cells() -> None:
    exam, school_class, viewer = make_exam(), make_class("A"), head_teacher()
    make_cell(school_class, year=2026, exams=[exam])
    assert (
        result_of("updateExam", viewer, id=id_of(exam), academicYear=2026)["academicYear"] == 2026
    )
    assert errors_of("updateExam", viewer, id=id_of(exam), academicYear=2027) == [
        ("EXAM_YEAR_MISMATCH", "input.academicYear")
    ]
    assert (
        result_of("updateExam", viewer, id=id_of(exam), academicYear=None)["academicYear"] is None
    )


def test_setting_a_year_reveals_no_hidden_cells_to_the_creator() -> None:
    teacher = make_teacher("mina")
    own, hidden = make_class("A"), make_class("HIDDEN")
    assign(teacher, own)
    exams = [make_exam(created_by=teacher, academic_year=2026) for _ in range(3)]
    make_cell(own, exams=exams[:1])
    make_cell(hidden, exams=exams[1:2])
    viewer = as_viewer(teacher)
    answers = [
        mutate("updateExam", viewer, id=id_of(exam), academicYear=2027)["userErrors"]
        for exam in exams
    ]
    assert answers[0] == answers[1] == answers[2]
    assert [(each["code"], each["field"]) for each in answers[0]] == [
        ("FORBIDDEN", ["input", "academicYear"])
    ]
    for exam in exams:
        for year in 2026, None:
            assert result_of("updateExam", viewer, id=id_of(exam), academicYear=year)


def test_viewer_who_cannot_edit_an_exam_does_not_see_its_cells() -> None:
    exam, other = make_exam(), make_exam()
    make_cell(make_class("A"), exams=[exam])
    viewer = as_viewer(make_teacher())
    answers = {
        tuple(errors_of("updateExam", viewer, id=id_of(each), academicYear=2027))
        for each in (exam, other)
    }
    assert answers == {(("FORBIDDEN", "input.id"),)}
    assert not HistoryEntry.objects.exists()
