"""Reading objects by id: `node` and `nodes`."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest, ExamScheduleMatrix
from primepath.services.accounts.tokens import create_token
from primepath.services.calendars.create_calendar_feed import create_calendar_feed
from primepath.services.cells.update_cell import update_cell
from primepath.services.change_sets import change_set
from tests.client import answer, data, error_codes
from tests.factories import (
    YEAR,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)

pytestmark = pytest.mark.django_db

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
# Another field that returns each type, with its id.
OTHER_FIELDS = """
{
  matrixCell(at: {classCode: "A", academicYear: 2026, period: Q3}) { ...Id }
  schoolClass(code: "A") { ...Id teachers { ...Id } }
  exams { edges { node { ...Id curriculumLevel { ...Id subprogram { ...Id program { ...Id } } } } } }
  teachers { edges { node { ...Id } } }
  classAccessRequests { edges { node { ...Id } } }
  changeSets { edges { node { ...Id } } }
  viewer { calendarFeeds { ...Id } apiTokens { ...Id } }
}
fragment Id on Node { __typename id }
"""
# Malformed ids. X is replaced by the key of an existing exam.
MALFORMED = [
    "",
    " ",
    ":",
    "Exam",
    "Exam:",
    ":X",
    "X",
    "Exam:0",
    "Exam:-X",
    "Exam:+X",
    "Exam:0X",
    "Exam: X",
    "Exam:X ",
    "Exam:X\n",
    "Exam:X\0",
    "Exam:X.0",
    "Exam:Xe0",
    "Exam:1_000",
    "Exam:１",
    "Exam:١",
    "Exam:" + "9" * 19,
    "Exam:" + "9" * 5_000,
    "Exam:X:X",
    "Exam::X",
    "exam:X",
    "EXAM:X",
    " Exam:X",
    "Exám:X",
    "ExamSession:X",
    "ChangeSet:X",
    "ChangeSet:" + "0" * 31,
    "ChangeSet:" + "A" * 32,
    "Query:X",
    "RXhhbTox",
    "Viewer:",
    "Viewer:X\n",
    "School:X",
    "ClassListing:a.",
    f"CompletionStats:A/{YEAR}",
    "ScheduleMatrix:A",
    f"ScheduleMatrix:{YEAR}/",
    f"ScheduleMatrix:{YEAR}/A",
    f"MatrixRow:{YEAR}",
    f"MatrixRow:A/{YEAR}/JAN",
    f"ClassCurriculum:A/{YEAR}/X",
    "SchoolClass:",
    "SchoolClass:a.",
    "SchoolClass:A ",
    "SchoolClass:A\0",
    "SchoolClass:*",
    "SchoolClass:반",
    "SchoolClass:" + "A" * 33,
    "MatrixCell:",
    "MatrixCell:A",
    f"MatrixCell:A/{YEAR}",
    f"MatrixCell:A/{YEAR}/",
    f"MatrixCell:A/{YEAR}/jan",
    f"MatrixCell:A/{YEAR}/Q5",
    f"MatrixCell:A/{YEAR}/JANUARY",
    f"MatrixCell:A/{YEAR}/JAN/",
    f"MatrixCell:A/{YEAR}/JAN\n",
    f"MatrixCell:/{YEAR}/JAN",
    f"MatrixCell:A//{YEAR}/JAN",
    "MatrixCell:A/026/JAN",
    "MatrixCell:A/02026/JAN",
    "MatrixCell:A/-2026/JAN",
    "MatrixCell:A/２０２６/JAN",
    f"MatrixCell:%/{YEAR}/JAN",
    f"A/{YEAR}/JAN",
    "<script>alert(1)</script>",
    "'; DROP TABLE primepath_exam; --",
]
# Well-formed ids of objects that do not exist.
MISSING = [
    f"ChangeSet:{'0' * 32}",
    *(
        f"{name}:999999999999999999"
        for name in (
            "CalendarFeed",
            "ClassAccessRequest",
            "CurriculumLevel",
            "Exam",
            "Program",
            "SubProgram",
            "Teacher",
            "TeacherClassAssignment",
        )
    ),
    "SchoolClass:MISSING",
    "SchoolClass:" + "A" * 32,
    f"MatrixCell:MISSING/{YEAR}/JAN",
    "MatrixCell:A/1999/JAN",
    "MatrixCell:A/9999/Q4",
]


def make_one_of_each() -> Viewer:
    school_class, teacher = make_class("A"), make_teacher()
    assign(teacher, school_class)
    make_exam(curriculum_level=make_level())
    ClassAccessRequest.objects.create(
        teacher=teacher, school_class=school_class, requested_access_level="FULL"
    )
    viewer = head_teacher()
    cell = CellKey("A", YEAR, Period.Q3)
    with change_set():
        update_cell(viewer=viewer, cell=cell, changes={"notes": "A pen"})
    create_calendar_feed(viewer=viewer, name="Exams")
    create_token(user=User.objects.get(pk=viewer.account_id), name="Phone")
    return viewer


def nodes_in(value: Any) -> list[dict[str, str]]:
    """Return all objects in the response that have an id."""
    if isinstance(value, list):
        return [node for each in value for node in nodes_in(each)]
    if not isinstance(value, dict):
        return []
    own = [{"__typename": value["__typename"], "id": value["id"]}] if "id" in value else []
    return own + nodes_in(list(value.values()))


def test_every_object_with_an_id_is_found_by_it() -> None:
    viewer = make_one_of_each()
    found = nodes_in(data(OTHER_FIELDS, viewer))
    implementations = data('{ __type(name: "Node") { possibleTypes { name } } }', viewer)["__type"][
        "possibleTypes"
    ]
    assert {each["__typename"] for each in found} == {each["name"] for each in implementations}
    assert len({each["id"] for each in found}) == len(found)
    for each in found:
        assert data(NODE, viewer, {"id": each["id"]}) == {"node": each}
    backwards = found[::-1]
    ids = [each["id"] for each in backwards]
    assert data(NODES, viewer, {"ids": ids}) == {"nodes": backwards}


def test_nodes_keep_the_requested_order_with_null_for_missing_objects() -> None:
    viewer = make_one_of_each()
    ids = [
        f"MatrixCell:A/{YEAR}/Q1",
        "SchoolClass:MISSING",
        "SchoolClass:A",
        f"MatrixCell:A/{YEAR}/JAN",
        "nonsense",
        f"MatrixCell:A/{YEAR}/Q1",
        "Exam:999999999999999999",
        "SchoolClass:A",
    ]
    response = answer(NODES, viewer, {"ids": ids})
    assert [node and node["id"] for node in response["data"]["nodes"]] == [
        None if id in {"SchoolClass:MISSING", "nonsense", "Exam:999999999999999999"} else id
        for id in ids
    ]
    assert error_codes(response) == {"nodes.4": "BAD_USER_INPUT"}


def test_empty_list_of_ids_returns_no_nodes() -> None:
    assert data(NODES, head_teacher(), {"ids": []}) == {"nodes": []}


def test_1000_ids_are_the_maximum() -> None:
    make_class("A")
    viewer = head_teacher()
    ids = ["SchoolClass:A"] * 1_000
    assert len(data(NODES, viewer, {"ids": ids})["nodes"]) == 1_000
    response = answer(NODES, viewer, {"ids": [*ids, "SchoolClass:A"]})
    assert response["data"] == {"nodes": None}
    assert error_codes(response) == {"nodes": "LIMIT_EXCEEDED"}


@pytest.mark.parametrize("id", MISSING)
def test_missing_object_is_null_without_error(id: str) -> None:
    make_class("A")
    viewer = head_teacher()
    assert data(NODE, viewer, {"id": id}) == {"node": None}
    assert data(NODES, viewer, {"ids": [id]}) == {"nodes": [None]}
    assert not ExamScheduleMatrix.objects.exists()


def test_malformed_id_is_null_with_an_error_at_its_position() -> None:
    make_class("A")
    exam = make_exam()
    viewer = head_teacher()
    malformed = [each.replace("X", str(exam.pk)) for each in MALFORMED]
    good = f"Exam:{exam.pk}"
    # Valid ids between malformed ones still have objects.
    response = answer(NODES, viewer, {"ids": [id for bad in malformed for id in (bad, good)]})
    assert response["data"]["nodes"] == [None, {"__typename": "Exam", "id": good}] * len(malformed)
    assert [error["path"] for error in response["errors"]] == [
        ["nodes", 2 * index] for index in range(len(malformed))
    ]
    for bad, error in zip(malformed, response["errors"], strict=True):
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert "is not a valid ID" in error["message"]
        assert len(error["message"]) < 200, bad[:20]


@pytest.mark.parametrize("id", ["", "Exam:0", "nonsense", 5])
def test_node_with_a_malformed_id_is_null_with_an_error(id: str | int) -> None:
    response = answer(NODE, head_teacher(), {"id": id})
    assert response["data"] == {"node": None}
    assert error_codes(response) == {"node": "BAD_USER_INPUT"}


_KEYS = st.one_of(
    st.text(), st.integers().map(str), st.from_regex(r"[A-Z]{1,4}/[0-9]{1,5}/[A-Z0-9]{1,4}")
)
_TYPES = st.sampled_from(["Exam", "Teacher", "MatrixCell", "SchoolClass", "Program", "Query", ""])
_ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.lists(_ANY_TEXT | st.builds("{}:{}".format, _TYPES, _KEYS), max_size=20))
def test_random_text_is_an_id_or_bad_input(ids: list[str]) -> None:
    response = answer(NODES, head_teacher(), {"ids": ids})
    nodes = response["data"]["nodes"]
    assert [node["id"] if node else id for node, id in zip(nodes, ids, strict=True)] == ids
    for error in response.get("errors", []):
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        field, index = error["path"]
        assert field == "nodes"
        assert nodes[index] is None


def test_id_of_a_cell_is_the_same_before_and_after_it_is_stored() -> None:
    school_class = make_class("A")
    viewer = head_teacher()
    id = f"MatrixCell:A/{YEAR}/MAY"
    document = "query ($id: ID!) { node(id: $id) { id ... on MatrixCell { version status } } }"
    not_stored = data(document, viewer, {"id": id}, may_store=False)
    assert not ExamScheduleMatrix.objects.exists()
    assert not_stored == {"node": {"id": id, "version": 0, "status": "EMPTY"}}
    assert data(document, viewer, {"id": id}) == not_stored
    ExamScheduleMatrix.objects.all().delete()
    make_cell(school_class, Period.MAY, status="DRAFT", version=7)
    assert data(document, viewer, {"id": id}) == {
        "node": {"id": id, "version": 7, "status": "DRAFT"}
    }
