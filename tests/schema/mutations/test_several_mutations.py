"""Several mutations in one request: each one sees the earlier changes, and every payload is read again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import answer, data, error_codes
from tests.factories import (
    as_viewer,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_teacher,
)
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, document, id_of, key, result_of

pytestmark = pytest.mark.django_db

SEVERAL = """
mutation ($cell: CellRef!, $first: [ID!]!, $second: [ID!]!, $target: CellKey!) {
  one: assignExams(input: {cells: [$cell], examIds: $first}) { ...Cells }
  two: assignExams(input: {cells: [$cell], examIds: $second}) { ...Cells }
  bad: assignExams(input: {cells: [$cell], examIds: ["Exam:999"]}) { ...Cells }
  three: updateCell(input: {cell: $cell, expectedVersion: 2, notes: "Third"}) {
    cell { ...Cell } userErrors { code }
  }
  stale: updateCell(input: {cell: $cell, expectedVersion: 2, notes: "Stale"}) {
    cell { ...Cell } userErrors { code }
  }
  four: cloneCell(input: {source: $cell, targets: [$target]}) { ...Cells }
  five: unassignExams(input: {cells: [$cell], examIds: $first}) { ...Cells }
}
fragment Cells on MatrixCellsPayload { cells { ...Cell } userErrors { code } }
fragment Cell on MatrixCell { id version status notes examCount exams { name } modifiedBy { name } }
"""


def test_mutation_sees_the_changes_of_earlier_ones() -> None:
    make_class("A")
    first, second = make_exam("First"), make_exam("Second")
    found = data(
        SEVERAL,
        as_viewer(make_teacher("mina", head=True)),
        {
            "cell": at("A"),
            "first": [id_of(first)],
            "second": [id_of(second)],
            "target": key("A", "DEC"),
        },
    )

    def cell(version: int, notes: str, *exams: str, month: str = "JAN") -> dict[str, Any]:
        return {
            "id": f"MatrixCell:A/2026/{month}",
            "version": version,
            "status": "SCHEDULED",
            "notes": notes,
            "examCount": len(exams),
            "exams": [{"name": name} for name in exams],
            "modifiedBy": {"name": "Mina"},
        }

    both = ("First", "Second")
    assert found == {
        "one": {"cells": [cell(1, "", "First")], "userErrors": []},
        "two": {"cells": [cell(2, "", *both)], "userErrors": []},
        "bad": {"cells": [], "userErrors": [{"code": "NOT_FOUND"}]},
        "three": {"cell": cell(3, "Third", *both), "userErrors": []},
        "stale": {"cell": cell(3, "Third", *both), "userErrors": [{"code": "STALE_VERSION"}]},
        "four": {"cells": [cell(1, "", *both, month="DEC")], "userErrors": []},
        "five": {"cells": [cell(4, "Third", "Second")], "userErrors": []},
    }


def test_payload_has_the_current_values_of_related_objects() -> None:
    exam, viewer = make_exam("Old name"), head_teacher()
    make_cell(make_class("A"), exams=[exam])
    found = data(
        """
        mutation ($id: ID!) {
          one: updateExam(input: {id: $id, name: "Other"}) { exam { cells { exams { name } } } }
          two: updateExam(input: {id: $id, name: "New name"}) {
            exam { cells { exams { name } history { totalCount } } history { totalCount } }
          }
          three: unassignExams(input: {
            cells: [{id: "MatrixCell:A/2026/JAN"}], examIds: [$id]
          }) { cells { schoolClass { cells(periods: [JAN]) { status version exams { name } } }
               history { totalCount edges { node { action } } } } }
        }
        """,
        viewer,
        {"id": id_of(exam)},
    )
    assert found["one"]["exam"] == {"cells": [{"exams": [{"name": "Other"}]}]}
    assert found["two"]["exam"] == {
        "cells": [{"exams": [{"name": "New name"}], "history": {"totalCount": 0}}],
        "history": {"totalCount": 2},
    }
    (cell,) = found["three"]["cells"]
    assert cell["schoolClass"]["cells"] == [{"status": "EMPTY", "version": 2, "exams": []}]
    assert cell["history"]["edges"] == [{"node": {"action": "UNASSIGN_EXAMS"}}]


def test_changed_access_applies_to_the_rest_of_the_request() -> None:
    teacher, viewer = make_teacher(), head_teacher()
    make_class("A")
    found = data(
        """
        mutation ($teacher: ID!) {
          one: assignTeacher(input: {teacherId: $teacher, classCode: "A", accessLevel: VIEW}) {
            assignment { schoolClass { teachers { accessLevel } } }
          }
          two: assignTeacher(input: {teacherId: $teacher, classCode: "A", accessLevel: FULL}) {
            assignment { schoolClass { teachers { accessLevel } } }
          }
        }
        """,
        viewer,
        {"teacher": id_of(teacher)},
    )
    assert [
        each["assignment"]["schoolClass"]["teachers"][0]["accessLevel"] for each in found.values()
    ] == ["VIEW", "FULL"]


def test_error_does_not_stop_later_mutations() -> None:
    make_class("A")
    exam, viewer = make_exam(), head_teacher()
    cell = '{at: {classCode: "A", academicYear: 2026, period: JAN}}'
    many = ", ".join(['"Exam:1"'] * 1_001)
    response = answer(
        f"""
        mutation ($id: ID!) {{
          one: assignExams(input: {{cells: [{cell}], examIds: [$id]}}) {{ cells {{ version }} }}
          two: assignExams(input: {{cells: [{cell}], examIds: [{many}]}}) {{ cells {{ version }} }}
          three: updateCell(input: {{cell: {cell}, notes: "x"}}) {{ cell {{ version }} }}
        }}
        """,
        viewer,
        {"id": id_of(exam)},
    )
    assert error_codes(response) == {"two": "LIMIT_EXCEEDED"}
    assert response["data"] == {
        "one": {"cells": [{"version": 1}]},
        "two": None,
        "three": {"cell": {"version": 2}},
    }


@pytest.mark.parametrize("mutation", ["assignExams", "unassignExams"])
@pytest.mark.parametrize(("cells", "exams"), [(1_001, 1), (1, 1_001), (101, 100), (100, 101)])
def test_too_long_lists_are_rejected_unread(mutation: str, cells: int, exams: int) -> None:
    make_class("A")
    viewer = head_teacher()
    before = stored_rows()
    input = {"cells": [at("A")] * cells, "examIds": ["Exam:1"] * exams}
    response = answer(document(mutation), viewer, {"input": input})
    assert error_codes(response) == {mutation: "LIMIT_EXCEEDED"}
    assert stored_rows() == before


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        ("cloneCell", {"source": at("A"), "targets": [key("A", "FEB")] * 1_001}),
        ("shareCell", {"source": at("A"), "classCodes": ["A"] * 1_001}),
        (
            "setClassCurriculum",
            {"classCode": "A", "academicYear": 2026, "levelIds": ["CurriculumLevel:1"] * 1_001},
        ),
    ],
)
def test_other_too_long_lists_are_rejected_unread(mutation: str, input: dict[str, Any]) -> None:
    make_class("A")
    viewer = head_teacher()
    before = stored_rows()
    response = answer(document(mutation), viewer, {"input": input})
    assert error_codes(response) == {mutation: "LIMIT_EXCEEDED"}
    assert stored_rows() == before


def test_copy_is_limited_to_10_000_exams_times_cells() -> None:
    codes = [make_class(f"C{number:03}").code for number in range(64)]
    source = make_class("SOURCE")
    make_cell(source, exams=[make_exam() for _ in range(14)])
    viewer = head_teacher()
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    targets = [key(code, month) for code in codes for month in months]
    before = stored_rows()
    response = answer(
        document("cloneCell"), viewer, {"input": {"source": at(source), "targets": targets}}
    )
    assert error_codes(response) == {"cloneCell": "LIMIT_EXCEEDED"}
    assert stored_rows() == before
    assert len(result_of("cloneCell", viewer, source=at(source), targets=targets[:714])) == 714
