"""Exams: filters, order and cells."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from tests.client import answer, data, error_codes
from tests.factories import (
    YEAR,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)

pytestmark = pytest.mark.django_db

DAY = datetime.datetime(2026, 3, 14, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))


def names_of(connection: Any) -> list[str]:
    return [edge["node"]["name"] for edge in connection["edges"]]


def found(filter: str, viewer: Viewer) -> list[str]:
    document = f"{{ exams(filter: {filter}) {{ edges {{ node {{ name }} }} }} }}"
    return names_of(data(document, viewer)["exams"])


def test_exam_has_all_fields() -> None:
    author, level = make_teacher("mina"), make_level()
    exam = make_exam(
        "Phonics",
        type="QUARTERLY",
        academic_year=YEAR,
        curriculum_level=level,
        total_questions=40,
        timer_minutes=60,
        passing_score=70,
        instructions="Read\nall.",
        is_active=False,
        version=3,
        created_by=author,
        created_at=DAY,
        updated_at=DAY + datetime.timedelta(days=1),
    )
    plain = make_exam("Simple")
    fields = """
    id name type academicYear totalQuestions timerMinutes passingScore instructions isActive version
    curriculumLevel { name } createdBy { name } cells { id }
    """
    first, second = (
        edge["node"]
        for edge in data(f"{{ exams {{ edges {{ node {{ {fields} }} }} }} }}", head_teacher())[
            "exams"
        ]["edges"]
    )
    assert first == {
        "id": f"Exam:{exam.pk}",
        "name": "Phonics",
        "type": "QUARTERLY",
        "academicYear": YEAR,
        "totalQuestions": 40,
        "timerMinutes": 60,
        "passingScore": 70,
        "instructions": "Read\nall.",
        "isActive": False,
        "version": 3,
        "curriculumLevel": {"name": "CORE PHONICS L1"},
        "createdBy": {"name": "Mina"},
        "cells": [],
    }
    assert second == {
        "id": f"Exam:{plain.pk}",
        "name": "Simple",
        "type": "REVIEW",
        "academicYear": None,
        "totalQuestions": 20,
        "timerMinutes": 30,
        "passingScore": None,
        "instructions": "",
        "isActive": True,
        "version": 0,
        "curriculumLevel": None,
        "createdBy": None,
        "cells": [],
    }
    times = "query ($id: ID!) { node(id: $id) { ... on Exam { createdAt updatedAt } } }"
    assert data(times, head_teacher(), {"id": first["id"]})["node"] == {
        "createdAt": "2026-03-14T00:30:00+00:00",
        "updatedAt": "2026-03-15T00:30:00+00:00",
    }


def test_exams_are_ordered_by_name_or_newest_first() -> None:
    for days, name in enumerate(["beta", "Alpha", "gamma", "ALPHA"]):
        make_exam(name, created_at=DAY + datetime.timedelta(days=days))
    make_exam("delta", created_at=DAY)
    document = """
    {
      unless: exams { ...Names } null: exams(orderBy: null) { ...Names }
      name: exams(orderBy: NAME) { ...Names } newest: exams(orderBy: CREATED_AT_DESC) { ...Names }
    }
    fragment Names on ExamConnection { edges { node { name } } }
    """
    listed = {key: names_of(value) for key, value in data(document, head_teacher()).items()}
    by_name = ["Alpha", "ALPHA", "beta", "delta", "gamma"]
    assert listed.pop("newest") == ["ALPHA", "gamma", "Alpha", "delta", "beta"]
    assert listed == {"unless": by_name, "null": by_name, "name": by_name}


def test_filters_are_combined() -> None:
    level, other = make_level("PHONICS"), make_level("WRITING")
    make_exam("review", academic_year=YEAR, curriculum_level=level)
    make_exam("quarterly", type="QUARTERLY", academic_year=YEAR, curriculum_level=other)
    make_exam("undated")
    make_exam("past", academic_year=YEAR - 1, is_active=False, curriculum_level=level)
    viewer = head_teacher()
    every = ["past", "quarterly", "review", "undated"]
    for filter in (
        "null",
        "{}",
        "{type: null, academicYear: null, nameContains: null}",
        '{nameContains: ""}',
    ):
        assert found(filter, viewer) == every
    assert found("{curriculumLevelId: null, isActive: null}", viewer) == every
    assert found("{type: REVIEW}", viewer) == ["past", "review", "undated"]
    assert found("{type: QUARTERLY}", viewer) == ["quarterly"]
    assert found(f"{{academicYear: {YEAR}}}", viewer) == ["quarterly", "review"]
    assert found("{isActive: false}", viewer) == ["past"]
    assert found("{isActive: true}", viewer) == ["quarterly", "review", "undated"]
    assert found(f'{{curriculumLevelId: "CurriculumLevel:{level.pk}"}}', viewer) == [
        "past",
        "review",
    ]
    assert found('{curriculumLevelId: "CurriculumLevel:999999999999999999"}', viewer) == []
    assert found(
        f'{{curriculumLevelId: "CurriculumLevel:{level.pk}", isActive: true}}', viewer
    ) == ["review"]
    assert found(f'{{type: REVIEW, academicYear: {YEAR}, nameContains: "RE"}}', viewer) == [
        "review"
    ]


@pytest.mark.parametrize("year", [-1, 0, 1, 32_767, 32_768, 65_536, 2**31 - 1, -(2**31)])
def test_year_filter_accepts_any_year(year: int) -> None:
    make_exam(academic_year=YEAR)
    make_exam()
    assert found(f"{{academicYear: {year}}}", head_teacher()) == []


@pytest.mark.parametrize("id", ["", "nonsense", "Exam:1", "CurriculumLevel:0", "CurriculumLevel:"])
def test_filter_with_an_invalid_level_is_bad_input(id: str) -> None:
    response = answer(
        "query ($id: ID) { exams(filter: {curriculumLevelId: $id}) { totalCount } }",
        head_teacher(),
        {"id": id},
    )
    assert response["data"] == {"exams": None}
    assert error_codes(response) == {"exams": "BAD_USER_INPUT"}


def test_cells_of_an_exam_are_ordered_by_year_class_and_period() -> None:
    high = make_class("A", division="HIGH")
    second, first = make_class("B", section="B"), make_class("C", section="A")
    exam = make_exam("Everywhere", type="QUARTERLY")
    for school_class in high, first, second:
        for period in Period.Q3, Period.Q1:
            for year in YEAR, YEAR - 1:
                make_cell(school_class, period, year, exams=[exam])
    viewer = head_teacher()
    document = (
        "query ($year: Int) { exams { edges { node { cells(academicYear: $year) { id } } } } }"
    )

    def ids(year: int | None) -> list[str]:
        (edge,) = data(document, viewer, {"year": year})["exams"]["edges"]
        return [cell["id"] for cell in edge["node"]["cells"]]

    this_year = [f"MatrixCell:{code}/{YEAR}/{period}" for code in "CBA" for period in ("Q1", "Q3")]
    assert ids(YEAR) == this_year
    assert ids(None) == [id.replace(str(YEAR), str(YEAR - 1)) for id in this_year] + this_year
    assert ids(1900) == ids(-5) == []


def test_exams_of_a_cell_are_ordered_by_name() -> None:
    names = ["écrit", "b", "A", "a", "Éclair", "1", "가", "E", "Z"]
    make_cell(make_class("A"), exams=[make_exam(name) for name in names])
    cell = data(
        '{ matrixCell(at: {classCode: "A", academicYear: 2026, period: JAN})'
        " { examCount status exams { name } } }",
        head_teacher(),
    )["matrixCell"]
    assert [exam["name"] for exam in cell["exams"]] == [
        *("1", "A", "a", "b", "E", "Z", "Éclair", "écrit", "가")
    ]
    assert (cell["examCount"], cell["status"]) == (9, "SCHEDULED")
