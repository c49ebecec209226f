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
from tests.schema.mutations.documents import at, done, id_of, mutate, refused

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}


def test_an_exam_is_its_creators_with_all_that_was_said_of_it() -> None:
    teacher, level = make_teacher("mina"), make_level()
    assign(teacher, make_class("A"))
    values = {
        **NEW,
        "academicYear": 2026,
        "passingScore": 60,
        "instructions": "Read twice.",
    }
    exam = done("createExam", as_viewer(teacher), **values, curriculumLevelId=id_of(level))
    assert {field: exam[field] for field in values} == values
    assert exam["curriculumLevel"] == {"id": id_of(level)}
    assert exam["createdBy"] == {"name": "Mina"}
    assert (exam["version"], exam["isActive"]) == (1, True)


def test_what_is_left_out_or_null_is_not_set() -> None:
    viewer = head_teacher()
    nulls = dict.fromkeys(("academicYear", "passingScore", "curriculumLevelId", "instructions"))
    for values in ({}, nulls):
        exam = done("createExam", viewer, **NEW, **values)
        assert {field: exam[field] for field in ("academicYear", "passingScore")} == {
            "academicYear": None,
            "passingScore": None,
        }
        assert exam["instructions"] == ""
        assert exam["curriculumLevel"] is None


def test_the_same_creation_with_the_same_key_gives_the_same_exam() -> None:
    viewer = head_teacher()
    first = done("createExam", viewer, **NEW, idempotencyKey="abc")
    before = stored_rows()
    assert done("createExam", viewer, **NEW, idempotencyKey="abc") == first
    assert stored_rows() == before
    assert done("createExam", viewer, **NEW, idempotencyKey="abd")["id"] != first["id"]
    assert done("createExam", viewer, **NEW)["id"] != first["id"]


def test_a_key_is_ones_own() -> None:
    exams = {
        done("createExam", head_teacher(), **NEW, idempotencyKey="abc")["id"] for _ in range(2)
    }
    assert len(exams) == 2


@pytest.mark.parametrize(
    "other", [{"name": "Other"}, {"type": "QUARTERLY"}, {"passingScore": 1}], ids=str
)
def test_a_key_that_came_with_another_exam_is_refused(other: dict[str, Any]) -> None:
    viewer = head_teacher()
    done("createExam", viewer, **NEW, idempotencyKey="abc")
    payload = mutate("createExam", viewer, **{**NEW, **other}, idempotencyKey="abc")
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("DUPLICATE", ["input", "idempotencyKey"])
    assert payload["exam"] is None
    assert Exam.objects.count() == 1


def test_a_creation_sent_again_after_a_change_gives_the_exam_as_it_is() -> None:
    viewer = head_teacher()
    first = done("createExam", viewer, **NEW, idempotencyKey="abc")
    changed = done("updateExam", viewer, id=first["id"], name="Better")
    assert done("createExam", viewer, **NEW, idempotencyKey="abc") == changed


def test_an_exam_out_of_use_goes_into_no_further_cell_and_stays_in_those_it_is_in() -> None:
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
    assert done("updateExam", viewer, id=id_of(exam), isActive=False)["isActive"] is False
    assert (cell("JAN"), cell("FEB")) == ((shown, []), ([], []))
    values = {"cells": [at("A", "FEB")], "examIds": [id_of(exam)]}
    assert refused("assignExams", viewer, **values) == [("EXAM_INACTIVE", "input.examIds.0")]
    done("updateExam", viewer, id=id_of(exam), isActive=True)
    done("assignExams", viewer, **values)


def test_only_what_is_given_changes_and_null_clears() -> None:
    level, viewer = make_level(), head_teacher()
    optional = {"academicYear": 2026, "passingScore": 60, "instructions": "Read twice."}
    exam = done("createExam", viewer, **NEW, **optional, curriculumLevelId=id_of(level))
    renamed = done("updateExam", viewer, id=exam["id"], name="Renamed")
    assert renamed == {**exam, "name": "Renamed", "version": 2}
    nulls = dict.fromkeys((*optional, "curriculumLevelId"))
    cleared = done("updateExam", viewer, id=exam["id"], **nulls)
    assert {field: cleared[field] for field in optional} == {
        "academicYear": None,
        "passingScore": None,
        "instructions": "",
    }
    assert cleared["curriculumLevel"] is None


def test_what_is_so_already_changes_nothing() -> None:
    viewer = head_teacher()
    exam = done("createExam", viewer, **NEW)
    before = stored_rows()
    same = {field: value for field, value in NEW.items() if field != "type"}
    for values in ({}, same, {"passingScore": None, "instructions": None, "isActive": True}):
        assert done("updateExam", viewer, id=exam["id"], **values) == exam
    assert stored_rows() == before


def test_a_stale_version_is_answered_with_the_exam_as_it_is() -> None:
    viewer = head_teacher()
    exam = done("createExam", viewer, **NEW)
    changed = done("updateExam", viewer, id=exam["id"], expectedVersion=1, name="Theirs")
    before = stored_rows()
    payload = mutate("updateExam", viewer, id=exam["id"], expectedVersion=1, name="Mine")
    assert payload["exam"] == changed
    assert [each["code"] for each in payload["userErrors"]] == ["STALE_VERSION"]
    assert stored_rows() == before


def test_the_year_of_an_exam_is_that_of_all_cells_it_is_in() -> None:
    exam, school_class, viewer = make_exam(), make_class("A"), head_teacher()
    make_cell(school_class, year=2026, exams=[exam])
    assert done("updateExam", viewer, id=id_of(exam), academicYear=2026)["academicYear"] == 2026
    assert refused("updateExam", viewer, id=id_of(exam), academicYear=2027) == [
        ("EXAM_YEAR_MISMATCH", "input.academicYear")
    ]
    assert done("updateExam", viewer, id=id_of(exam), academicYear=None)["academicYear"] is None


def test_one_who_may_not_change_an_exam_does_not_learn_where_it_is() -> None:
    exam, other = make_exam(), make_exam()
    make_cell(make_class("A"), exams=[exam])
    viewer = as_viewer(make_teacher())
    answers = {
        tuple(refused("updateExam", viewer, id=id_of(each), academicYear=2027))
        for each in (exam, other)
    }
    assert answers == {(("FORBIDDEN", "input.id"),)}
    assert not HistoryEntry.objects.exists()
