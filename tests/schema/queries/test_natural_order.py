"""Numbers in sections, codes and names are compared by their value, in every list and on both databases."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.services.exams.update_exam import update_exam
from primepath.services.school.update_class import update_class
from tests.client import answer, data
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_teacher,
)

pytestmark = pytest.mark.django_db

SECTIONS = ["1", "2", "9", "10", "11"]
CODES = [f"HIGH_9_{section}" for section in SECTIONS]
SHUFFLED = ["10", "2", "1", "11", "9"]


@pytest.fixture
def viewer() -> Viewer:
    """A teacher of all classes of grade 9, stored in another order than theirs."""
    teacher = make_teacher("mina")
    for section in SHUFFLED:
        values = {"division": "HIGH", "grade": 9, "section": section}
        assign(teacher, make_class(f"HIGH_9_{section}", **values))
    return as_viewer(teacher)


def nodes(viewer: Viewer, field: str, node: str, arguments: str = "") -> list[Any]:
    """Return the value of a field of all nodes of a list, read in pages of two."""
    found, after = [], None
    while True:
        page = data(
            f"query ($after: String) {{ page: {field}({arguments} first: 2, after: $after) {{"
            f" edges {{ node {{ value: {node} }} }} pageInfo {{ hasNextPage endCursor }} }} }}",
            viewer,
            {"after": after},
        )["page"]
        found += [edge["node"]["value"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


def test_classes_are_in_the_order_of_their_sections(viewer: Viewer) -> None:
    assert nodes(viewer, "schoolClasses", "section", "grade: 9,") == SECTIONS
    assert nodes(viewer, "classDirectory", "section") == SECTIONS
    found = data(
        """{
          scheduleMatrix { rows { schoolClass { section } } }
          viewer { teacher { classCodes } assignments { schoolClass { code } } }
        }""",
        viewer,
    )
    assert [row["schoolClass"]["section"] for row in found["scheduleMatrix"]["rows"]] == SECTIONS
    assert found["viewer"]["teacher"]["classCodes"] == CODES
    assert [each["schoolClass"]["code"] for each in found["viewer"]["assignments"]] == CODES


def test_classes_of_one_section_are_in_the_order_of_their_codes() -> None:
    codes = ["C1", "C01", "C2", "C10"]
    for code in sorted(codes):
        make_class(code, section="A")
    assert nodes(head_teacher(), "schoolClasses", "code") == ["C01", "C1", "C2", "C10"]


def test_cells_of_an_exam_are_in_the_order_of_their_classes(viewer: Viewer) -> None:
    exam = make_exam()
    for school_class in SchoolClass.objects.all():
        make_cell(school_class, year=YEAR, exams=[exam])
    cells = data(f'{{ node(id: "Exam:{exam.pk}") {{ ... on Exam {{ cells {{ id }} }} }} }}', viewer)
    assert [each["id"] for each in cells["node"]["cells"]] == [
        f"MatrixCell:{code}/{YEAR}/JAN" for code in CODES
    ]


def test_exams_and_teachers_are_in_the_order_of_their_names() -> None:
    viewer, school_class = as_viewer(make_teacher("head", head=True)), make_class("A")
    exams = [make_exam(f"unit {section} EXAM") for section in SHUFFLED]
    make_cell(school_class, exams=exams)
    for section in SHUFFLED:
        assign(make_teacher(f"teacher {section}"), school_class)
    expected = [f"unit {section} EXAM" for section in SECTIONS]
    assert nodes(viewer, "exams", "name") == expected
    assert nodes(viewer, "exams", "name", "orderBy: NAME,") == expected
    names = [f"Teacher {section}" for section in SECTIONS]
    assert nodes(viewer, "teachers", "name", 'nameContains: "teacher",') == names
    found = data(
        f"""{{
          schoolClass(code: "A") {{
            cells(academicYear: {YEAR}, periods: [JAN, FEB]) {{
              exams {{ name }}
              availableExams {{ edges {{ node {{ name }} }} }}
            }}
            teachers {{ teacher {{ name }} }}
          }}
        }}""",
        viewer,
    )["schoolClass"]
    january, february = found["cells"]
    assert [each["name"] for each in january["exams"]] == expected
    available = [edge["node"]["name"] for edge in february["availableExams"]["edges"]]
    assert available == expected
    assert [each["teacher"]["name"] for each in found["teachers"]] == names


def test_sort_keys_follow_changes() -> None:
    viewer = head_teacher()
    first, _ = make_exam("Unit 9"), make_exam("Unit 10")
    update_exam(viewer=viewer, exam_id=first.pk, values={"name": "Unit 11"})
    assert nodes(viewer, "exams", "name") == ["Unit 10", "Unit 11"]
    for code, section in ("A", "9"), ("B", "10"):
        make_class(code, section=section)
    update_class(viewer=viewer, code="A", values={"section": "11"})
    assert nodes(viewer, "schoolClasses", "code") == ["B", "A"]
    stored = SchoolClass.objects.order_by("section_order").values_list("section", flat=True)
    assert list(stored) == ["10", "11"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("exams", ["exams by name", "unit 9", 1]),
        ("teachers", ["teachers by name", "mina", 1]),
        ("schoolClasses", ["classes", 0, 1, "A", "A"]),
        ("classDirectory", ["classes", 0, 1, "A", "A"]),
    ],
)
def test_cursor_of_the_former_order_is_explained(field: str, values: list[Any]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    response = answer(f'{{ {field}(after: "{cursor}") {{ totalCount }} }}', head_teacher())
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == (
        "`after` is a cursor from before an update that changed the order of this list. "
        "Load the first page again."
    )


def test_the_admin_lists_in_the_same_order(viewer: Viewer) -> None:
    browser = Client()
    browser.force_login(make_teacher("head", head=True).user)

    def listed(model: str, column: str, **query: str) -> list[str]:
        page = browser.get(reverse(f"admin:primepath_{model}_changelist"), query)
        return [str(getattr(row, column)) for row in page.context["cl"].result_list]

    assert listed("schoolclass", "section") == SECTIONS
    # Sorted by a click on the title of a column. Column 0 has the boxes that select rows.
    assert listed("schoolclass", "code", o="1") == CODES
    assert listed("schoolclass", "code", o="-1") == CODES[::-1]
    assert listed("teacherclassassignment", "school_class_id") == CODES
    assert listed("teacherclassassignment", "school_class_id", o="-2") == CODES[::-1]
    for section in SHUFFLED:
        make_exam(f"Unit {section}")
        make_teacher(f"teacher {section}")
    assert listed("exam", "name") == [f"Unit {section}" for section in SECTIONS]
    assert listed("exam", "name", o="-1") == [f"Unit {section}" for section in SECTIONS[::-1]]
    assert listed("teacher", "name", q="teacher") == [f"Teacher {section}" for section in SECTIONS]
