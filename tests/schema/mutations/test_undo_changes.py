"""`undoChanges` and `changeSets`: undo, redo, refusals, and who sees what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone, translation

from primepath.domain.history import HistorySubject
from primepath.domain.period import MONTHS
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import Exam, HistoryEntry, MatrixCellExam, TeacherClassAssignment
from primepath.services.exams.update_exam import update_exam
from primepath.services.school.update_class import update_class
from tests.client import answer, data, error_codes
from tests.factories import YEAR, head_teacher, make_classes, make_exam
from tests.query_counts import recorded_statements
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import CELL, at, document, key
from tests.schema.mutations.placeholders import LEVEL, filled, level_id
from tests.schema.mutations.school import (
    HANA,
    HANA_IN_A,
    MINA_IN_A,
    OF_MINA,
    REVIEW,
    build_school,
)

pytestmark = pytest.mark.django_db

UNDO = f"""
  mutation ($id: ID!) {{ undoChanges(input: {{ changeSetId: $id }}) {{
    cells {{ {CELL} }} changeSetId userErrors {{ code message field }}
  }} }}
"""
SETS = """
  query ($mine: Boolean, $first: Int, $after: String) {
    changeSets(mine: $mine, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      edges { node { id at byName by { name } action summary cellCount undoable undoneBy } }
    }
  }
"""
People = dict[str, Viewer]
TRIP: dict[str, Any] = {"from": f"{YEAR}-05-04", "to": f"{YEAR}-05-04", "name": "Trip"}


@pytest.fixture
def people() -> People:
    return build_school()


def change(mutation: str, viewer: Viewer, **input: Any) -> str:
    """Run a mutation and return the id of its change set."""
    text = document(mutation).replace("userErrors", "changeSetId userErrors", 1)
    payload = data(text, viewer, {"input": input})[mutation]
    assert payload["userErrors"] == []
    id: str = payload["changeSetId"]
    assert id
    return id


def undo(viewer: Viewer, id: str) -> dict[str, Any]:
    payload: dict[str, Any] = data(UNDO, viewer, {"id": id})["undoChanges"]
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


def sets(viewer: Viewer, **variables: Any) -> list[dict[str, Any]]:
    page = data(SETS, viewer, variables)["changeSets"]
    return [edge["node"] for edge in page["edges"]]


def shown(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the cells of the viewer, without versions."""
    text = f"{{ scheduleMatrix(academicYear: {YEAR}) {{ rows {{ cells {{ {CELL} }} }} }} }}"
    rows = data(text, viewer)["scheduleMatrix"]["rows"]
    return [
        {name: value for name, value in cell.items() if name != "version"}
        for row in rows
        for cell in row["cells"]
    ]


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "assignExams": ("mina", {"cells": [at("A"), at("C", "MAY")], "examIds": [REVIEW, OF_MINA]}),
    "unassignExams": ("mina", {"cells": [at("A"), at("C")], "examIds": [REVIEW]}),
    "updateCell": ("mina", {"cell": at("A"), "notes": "Pens", "startTime": None, "endTime": None}),
    "updateCells": (
        "mina",
        {
            "changes": [
                {"cell": at("A"), "scheduledDate": "2026-01-12", "room": "3", "startTime": "09:30"},
                {"cell": at("A", "FEB"), "status": "COMPLETED", "invigilatorId": HANA},
                {"cell": at("C", "JUN"), "status": "DRAFT"},
            ]
        },
    ),
    "cloneCell": (
        "mina",
        {"source": at("A"), "targets": [key("A", "MAR"), key("C")], "onExisting": "REPLACE"},
    ),
    "shareCell": ("mina", {"source": at("A"), "classCodes": ["C"]}),
    "updateExam": ("mina", {"id": OF_MINA, "name": "Ümlaut 10", "passingScore": 50}),
    "setClassCurriculum": ("hana", {"classCode": "A", "academicYear": YEAR, "levelIds": [LEVEL]}),
}


@pytest.mark.parametrize("mutation", CHANGES)
def test_undo_restores_and_undoing_the_undo_repeats(mutation: str, people: People) -> None:
    who, input = CHANGES[mutation]
    viewer, head = people[who], people["haru"]
    input = filled(input, viewer)

    def state() -> Any:
        rows: Any = Exam.objects.order_by("pk").values()
        exams = [
            {name: each[name] for name in each if name not in {"version", "updated_at"}}
            for each in rows
        ]
        document = f'{{ schoolClass(code: "A") {{ curriculum(academicYear: {YEAR}) {{ levels {{ id }} }} }} }}'
        return shown(head), exams, data(document, head)

    before = state()
    first = change(mutation, viewer, **input)
    after = state()
    assert before != after
    undone = undo(viewer, first)
    assert undone["userErrors"] == []
    assert state() == before
    redone = undo(viewer, undone["changeSetId"])
    assert redone["userErrors"] == []
    assert state() == after
    assert undo(viewer, redone["changeSetId"])["userErrors"] == []
    assert state() == before


def test_undo_is_recorded_with_both_ids(people: People) -> None:
    mina = people["mina"]
    first = change("updateCell", mina, cell=at("A"), notes="Pens")
    second = undo(mina, first)["changeSetId"]
    text = """{ matrixCell(at: { classCode: "A", academicYear: 2026, period: JAN }) {
      history { edges { node { action byName changeSetId undoes undoneBy } } } } }"""
    edges = data(text, mina)["matrixCell"]["history"]["edges"]
    newest, oldest = (edge["node"] for edge in edges)
    assert newest == {
        "action": "UNDO_CHANGES",
        "byName": "Mina",
        "changeSetId": second,
        "undoes": first,
        "undoneBy": None,
    }
    assert (oldest["changeSetId"], oldest["undoes"], oldest["undoneBy"]) == (first, None, second)
    assert [each["undoneBy"] for each in sets(mina)] == [None, second]
    assert [each["undoable"] for each in sets(mina)] == [True, False]


def test_same_field_changed_since_is_refused_and_shown(people: People) -> None:
    mina, hana = people["mina"], people["hana"]
    cells = [{"cell": at(code), "notes": "Pens", "room": "3"} for code in ("A", "C")]
    first = change("updateCells", mina, changes=cells)
    change("updateCell", hana, cell=at("C"), notes="No pens")
    change("updateCell", hana, cell=at("C"), notes="No pens at all")
    before = stored_rows()
    payload = undo(mina, first)
    (error,) = payload["userErrors"]
    assert error["code"] == "CHANGED_SINCE"
    assert error["field"] == ["input", "changeSetId"]
    assert error["message"].startswith(f"C/{YEAR}/JAN: notes was changed again by Hana at {YEAR}-")
    assert payload["changeSetId"] is None
    assert [cell["notes"] for cell in payload["cells"]] == ["Pens", "No pens at all"]
    assert stored_rows() == before


def test_changed_fields_have_names_for_people_in_korean(people: People) -> None:
    mina = people["mina"]
    first = change("updateCell", mina, cell=at("A"), scheduledDate="2026-01-08")
    change("updateCell", people["hana"], cell=at("A"), scheduledDate="2026-01-09")
    with translation.override("ko"):
        (error,) = undo(mina, first)["userErrors"]
    assert error["message"].startswith(f"A {YEAR}년 1월: Hana 님이 ")
    assert "시험 날짜" in error["message"]


def test_value_that_was_changed_and_set_back_counts_as_changed(people: People) -> None:
    mina = people["mina"]
    first = change("updateCell", mina, cell=at("A"), notes="Pens")
    change("updateCell", people["hana"], cell=at("A"), notes="No pens")
    change("updateCell", people["hana"], cell=at("A"), notes="Pens")
    assert codes(undo(mina, first)) == ["CHANGED_SINCE"]


def test_other_fields_stay_as_somebody_else_set_them(people: People) -> None:
    mina = people["mina"]
    first = change("updateCell", mina, cell=at("A"), notes="Pens")
    change("updateCell", people["hana"], cell=at("A"), room="7", scheduledDate="2026-01-09")
    (cell,) = undo(mina, first)["cells"]
    assert (cell["notes"], cell["scheduledDate"]) == ("", "2026-01-09")


def test_change_set_is_undone_once(people: People) -> None:
    mina = people["mina"]
    first = change("updateCell", mina, cell=at("A"), notes="Pens")
    assert undo(mina, first)["userErrors"] == []
    assert codes(undo(mina, first)) == ["CHANGED_SINCE"]


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ({"status": "IN_PROGRESS"}, "CELL_LOCKED"),
        ({"status": "SCHEDULED"}, "INVALID_STATUS"),
    ],
)
def test_state_that_is_no_longer_allowed_is_refused(
    then: dict[str, Any], code: str, people: People
) -> None:
    """The exams of a draft are assigned, and its status changes afterwards."""
    mina = people["mina"]
    first = change("assignExams", mina, cells=[at("A", "MAR")], examIds=[OF_MINA])
    change("updateCell", mina, cell=at("A", "MAR"), **then)
    before = stored_rows()
    payload = undo(mina, first)
    assert code in codes(payload)
    assert payload["userErrors"][0]["field"] == ["input", "changeSetId"]
    assert payload["userErrors"][0]["message"].startswith(f"A/{YEAR}/MAR: ")
    assert stored_rows() == before


def test_exam_that_became_inactive_does_not_return(people: People) -> None:
    mina = people["mina"]
    first = change("unassignExams", mina, cells=[at("A")], examIds=[REVIEW])
    update_exam(viewer=COMMAND_LINE, exam_id=1_000_001, values={"is_active": False})
    assert codes(undo(mina, first)) == ["EXAM_INACTIVE"]


def test_created_exam_becomes_inactive(people: People) -> None:
    mina = people["mina"]
    values = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}
    first = change("createExam", mina, **values)
    second = undo(mina, first)["changeSetId"]
    assert not Exam.objects.get(name="New").is_active
    assert undo(mina, second)["userErrors"] == []
    assert Exam.objects.get(name="New").is_active


def test_only_who_can_make_each_change_can_undo(people: People) -> None:
    mina, juno, hana = people["mina"], people["juno"], people["hana"]
    both = change(
        "updateCells", hana, changes=[{"cell": at(c), "notes": "x"} for c in ("A", "OTHER")]
    )
    only_read = change("updateCell", hana, cell=at("B"), notes="x")
    access = change(
        "assignTeacher", hana, teacherId="Teacher:1000002", classCode="B", accessLevel="VIEW"
    )
    unknown = f"ChangeSet:{'0' * 32}"
    before = stored_rows()
    assert codes(undo(mina, both)) == ["FORBIDDEN"]
    assert codes(undo(mina, only_read)) == ["FORBIDDEN"]
    assert codes(undo(juno, both)) == ["NOT_FOUND"]
    assert codes(undo(mina, access)) == ["NOT_FOUND"]
    assert codes(undo(hana, access)) == ["FORBIDDEN"]
    assert codes(undo(hana, unknown)) == ["NOT_FOUND"]
    for wrong in ("Exam:1", "x", "ChangeSet:x", f"ChangeSet:{'0' * 31}G"):
        assert codes(undo(hana, wrong)) == ["INVALID_ID"]
    assert stored_rows() == before
    assert undo(hana, both)["userErrors"] == []


def test_change_set_that_cannot_be_seen_does_not_exist(people: People) -> None:
    """`undoChanges` and `node` agree, whatever kind of object the change set is about."""
    hana = people["hana"]
    found = {
        "cell": change("updateCell", hana, cell=at("OTHER"), notes="x"),
        "cell of a class that is closed later": change("updateCell", hana, cell=at("B"), notes="x"),
        "exam of somebody else": change("updateExam", hana, id=REVIEW, name="Renamed"),
        "own exam": change("updateExam", hana, id=OF_MINA, name="Renamed"),
        "curriculum": change(
            "setClassCurriculum", hana, classCode="A", academicYear=YEAR, levelIds=[level_id()]
        ),
        "access": change("revokeTeacher", hana, assignmentId=MINA_IN_A),
        "day": change("closeSchool", hana, **TRIP),
    }
    update_class(viewer=COMMAND_LINE, code="B", values={"is_active": False})
    renamed = HistoryEntry.objects.filter(subject=HistorySubject.CLASS).latest("pk").change_set
    assert renamed is not None
    found["class"] = f"ChangeSet:{renamed.hex}"
    hidden = {
        (name, what)
        for name, viewer in people.items()
        for what, id in found.items()
        if data("query ($id: ID!) { node(id: $id) { id } }", viewer, {"id": id})["node"] is None
    }
    refused: dict[tuple[str, str], list[str]] = {}
    for name, viewer in people.items():
        for what, id in found.items():
            with transaction.atomic():
                refused[name, what] = codes(undo(viewer, id))
                transaction.set_rollback(True)
    not_found = {key for key, errors in refused.items() if errors == ["NOT_FOUND"]}
    assert not_found == hidden
    of_teacher = {what for name, what in hidden if name == "mina"}
    assert of_teacher == found.keys() - {"own exam"}
    of_head = {what for name, what in hidden if name == "hana"}
    assert of_head == {"cell of a class that is closed later", "day", "class"}


def test_only_administrators_bring_the_year_of_an_exam_back(people: People) -> None:
    mina, hana = people["mina"], people["hana"]
    exam = make_exam("Of a year", academic_year=YEAR, created_by_id=mina.teacher_id)
    cleared = change("updateExam", mina, id=f"Exam:{exam.pk}", academicYear=None)
    assert codes(undo(mina, cleared)) == ["FORBIDDEN"]
    assert undo(hana, cleared)["userErrors"] == []
    exam.refresh_from_db()
    assert exam.academic_year == YEAR


def test_only_change_sets_that_can_be_undone_are_undoable(people: People) -> None:
    """`undoable` and `undoChanges` agree, also if the access or the class has changed since."""
    mina, hana = people["mina"], people["hana"]
    of_year = make_exam("Of a year", academic_year=YEAR, created_by_id=mina.teacher_id)
    soon = timezone.now() + timedelta(days=1)
    TeacherClassAssignment.objects.filter(pk=HANA_IN_A.partition(":")[2]).update(expires_at=soon)
    levels = {"academicYear": YEAR, "levelIds": [level_id()]}
    own = {"id": f"Exam:{of_year.pk}"}
    found = {
        "year cleared": change("updateExam", mina, **own, academicYear=None),
        "year set": change("updateExam", hana, id=OF_MINA, academicYear=YEAR),
        "name like a year": change("updateExam", mina, **own, name='["academicYear",2'),
        "curriculum": change("setClassCurriculum", hana, classCode="A", **levels),
        "of a closed class": change("setClassCurriculum", hana, classCode="B", **levels),
        "access of hana": change(
            "rollOverYear",
            people["haru"],
            fromYear=YEAR,
            toYear=YEAR + 1,
            parts=["ASSIGNMENTS"],
        ),
    }
    update_class(viewer=COMMAND_LINE, code="B", values={"is_active": False})
    for name, viewer in people.items():
        undoable = {each["id"]: each["undoable"] for each in sets(viewer)}
        allowed = {}
        for what, id in found.items():
            with transaction.atomic():
                refused = {"FORBIDDEN", "NOT_FOUND"} & set(codes(undo(viewer, id)))
                transaction.set_rollback(True)
            allowed[what] = not refused
        assert {what: undoable.get(id, False) for what, id in found.items()} == allowed, name
        assert [what for what, is_allowed in allowed.items() if not is_allowed] == {
            "mina": ["year cleared", "curriculum", "of a closed class", "access of hana"],
            "juno": list(found),
            "hana": ["of a closed class", "access of hana"],
            "haru": ["of a closed class"],
            "office": ["of a closed class"],
        }[name]


def test_change_sets_show_only_visible_objects(people: People) -> None:
    mina, juno, hana = people["mina"], people["juno"], people["hana"]
    change(
        "updateCells", hana, changes=[{"cell": at(c), "notes": "x"} for c in ("A", "B", "OTHER")]
    )
    change("updateCell", hana, cell=at("OTHER"), notes="y")
    own = change("updateExam", mina, id=OF_MINA, name="Mine")
    change("setClassCurriculum", hana, classCode="A", academicYear=YEAR, levelIds=[level_id()])
    change("updateCell", mina, cell=at("A"), room="3")
    assert [(each["action"], each["cellCount"], each["undoable"]) for each in sets(mina)] == [
        ("UPDATE_CELL", 1, True),
        ("UPDATE_EXAM", 0, True),
        ("UPDATE_CELLS", 2, False),
    ]
    assert sets(mina)[1] == {
        "id": own,
        "at": sets(mina)[1]["at"],
        "byName": "Mina",
        "by": {"name": "Mina"},
        "action": "UPDATE_EXAM",
        "summary": "1 exam",
        "cellCount": 0,
        "undoable": True,
        "undoneBy": None,
    }
    assert [each["summary"] for each in sets(hana)] == [
        *("1 cell", "1 curriculum", "1 exam", "1 cell", "3 cells")
    ]
    assert all(each["undoable"] for each in sets(hana))
    assert [each["action"] for each in sets(mina, mine=True)] == ["UPDATE_CELL", "UPDATE_EXAM"]
    assert sets(juno) == []
    node = "query ($id: ID!) { node(id: $id) { id ... on ChangeSet { cellCount } } }"
    shared = sets(mina)[-1]["id"]
    assert data(node, mina, {"id": shared})["node"] == {"id": shared, "cellCount": 2}
    assert data(node, juno, {"id": shared})["node"] is None


def test_pages_of_change_sets(people: People) -> None:
    mina = people["mina"]
    made = [change("updateCell", mina, cell=at("A"), notes=str(number)) for number in range(5)]
    found: list[str] = []
    cursor = None
    while True:
        page = data(SETS, mina, {"first": 2, "after": cursor})["changeSets"]
        assert page["totalCount"] == 5
        found += [edge["node"]["id"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == made[::-1]
    assert error_codes(answer(SETS, mina, {"after": "x"})) == {"changeSets": "BAD_USER_INPUT"}
    assert error_codes(answer(SETS, mina, {"first": 101})) == {"changeSets": "LIMIT_EXCEEDED"}
    assert error_codes(answer(SETS, None)) == {"changeSets": "UNAUTHENTICATED"}


@pytest.mark.parametrize("cells", [1, 96])
def test_statements_do_not_depend_on_the_number_of_cells(cells: int) -> None:
    viewer, exam = head_teacher(), make_exam()
    where = [at(each.code, month) for each in make_classes(8) for month in MONTHS][:cells]
    first = change("assignExams", viewer, cells=where, examIds=[f"Exam:{exam.pk}"])
    with recorded_statements("undoChanges of assignExams, payload with exams"):
        assert len(undo(viewer, first)["cells"]) == cells
    assert not MatrixCellExam.objects.exists()
    with recorded_statements("changeSets"):
        assert [each["cellCount"] for each in sets(viewer)] == [cells, cells]
    assert HistoryEntry.objects.count() == 2 * cells
