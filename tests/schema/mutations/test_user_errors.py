"""Every invalid input returns an error with code, path and message, and writes nothing."""

from __future__ import annotations

from collections import defaultdict

import pytest

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import MUTATIONS, at, errors_of, key, mutate, result_of
from tests.schema.mutations.invalid_inputs import INVALID_INPUTS, JAN, NEW_EXAM, InvalidInput
from tests.schema.mutations.messages import MESSAGES
from tests.schema.mutations.placeholders import filled
from tests.schema.mutations.school import (
    HANA,
    INACTIVE,
    NEXT_YEAR,
    NO_EXAM,
    NO_LEVEL,
    OF_MINA,
    QUARTERLY,
    build_school,
)
from tests.stored_once import StoreOnce

pytestmark = pytest.mark.django_db

People = dict[str, Viewer]
SIGN_IN_ERRORS = {UserErrorCode.INVALID_CREDENTIALS, UserErrorCode.RATE_LIMITED}
SHOWN_WITH_THE_ERROR = {"cell", "exam", "request", "warning"}
SHOWN_WITH_REJECTED_ROWS = {"digest", "rejected", "rows"}
# See `test_undo_changes.py`.
OF_EARLIER_CHANGES = {UserErrorCode.CHANGED_SINCE, UserErrorCode.IDEMPOTENCY_KEY_REUSED}


@pytest.fixture(scope="module")
def people(store_once: StoreOnce) -> People:
    """The viewers of the school, by name."""
    return store_once(build_school)


def test_every_code_is_in_the_table() -> None:
    others = SIGN_IN_ERRORS | OF_EARLIER_CHANGES
    assert {case.code for case in INVALID_INPUTS} == set(UserErrorCode) - others


def test_every_mutation_is_in_the_table() -> None:
    assert {case.mutation for case in INVALID_INPUTS} == set(MUTATIONS)


def test_every_code_has_the_messages_of_the_list(people: People) -> None:
    found = defaultdict(set)
    for case in INVALID_INPUTS:
        payload = mutate(
            case.mutation, people[case.person], **filled(case.input, people[case.person])
        )
        for error in payload["userErrors"]:
            found[error["code"]].add(error["message"])
    assert found == MESSAGES


@pytest.mark.parametrize("case", INVALID_INPUTS, ids=str)
def test_invalid_input_returns_its_error_and_writes_nothing(
    case: InvalidInput, people: People
) -> None:
    viewer = people[case.person]
    input = filled(case.input, viewer)
    before = stored_rows()
    payload = mutate(case.mutation, viewer, **input)
    assert stored_rows() == before
    (error,) = payload.pop("userErrors")
    assert error["code"] == case.code
    assert error["field"] == ["input", *(case.path.split(".") if case.path else [])]
    assert error["message"].endswith(".")
    assert " " in error["message"]
    shown = SHOWN_WITH_THE_ERROR | (SHOWN_WITH_REJECTED_ROWS if payload.get("rejected") else set())
    assert all(payload[field] in (None, [], 0) for field in payload.keys() - shown)


def test_idempotency_key_of_another_exam_writes_nothing(people: People) -> None:
    viewer = people["mina"]
    result_of("createExam", viewer, **NEW_EXAM, idempotencyKey="1")
    before = stored_rows()
    other = {**NEW_EXAM, "name": "Other", "idempotencyKey": "1"}
    assert errors_of("createExam", viewer, **other) == [
        ("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey")
    ]
    assert stored_rows() == before


def test_all_errors_of_an_assignment_are_returned_together(people: People) -> None:
    viewer = people["mina"]
    before = stored_rows()
    cells = [
        at("A"),
        {"id": "nonsense"},
        at("NONE"),
        at("B"),
        at("A", year=2019),
        at("A", "FEB"),
        at("A", "Q2"),
        at("A", "MAY"),
        at("NONE", "DEC"),
    ]
    exams = [OF_MINA, "Exam:x", NO_EXAM, INACTIVE, NEXT_YEAR, QUARTERLY]
    found = errors_of("assignExams", viewer, cells=cells, examIds=exams)
    assert sorted(found) == sorted(
        [
            ("INVALID_ID", "input.cells.1"),
            ("INVALID_ID", "input.examIds.1"),
            ("NOT_FOUND", "input.cells.2"),
            ("FORBIDDEN", "input.cells.3"),
            ("YEAR_OUT_OF_RANGE", "input.cells.4"),
            ("NOT_FOUND", "input.cells.8"),
            ("NOT_FOUND", "input.examIds.2"),
            ("EXAM_INACTIVE", "input.examIds.3"),
            ("CELL_LOCKED", "input.cells.5"),
            *(("EXAM_TYPE_MISMATCH", f"input.cells.{position}") for position in (0, 5, 6, 7)),
            *(("EXAM_YEAR_MISMATCH", f"input.cells.{position}") for position in (0, 5, 6, 7)),
        ]
    )
    assert stored_rows() == before


def test_repeated_cell_returns_one_error_at_its_first_position(people: People) -> None:
    viewer = people["mina"]
    twice = [at("A", "FEB"), at("A"), {"id": "MatrixCell:A/2026/FEB"}]
    assert errors_of("assignExams", viewer, cells=twice, examIds=[OF_MINA]) == [
        ("CELL_LOCKED", "input.cells.0")
    ]


def test_all_errors_of_an_update_are_returned_together(people: People) -> None:
    viewer = people["mina"]
    before = stored_rows()
    values = {
        "status": "COMPLETED",
        "scheduledDate": "2026-01-01",
        "startTime": "10:00",
        "endTime": "10:00",
        "notes": "\0",
    }
    assert sorted(errors_of("updateCell", viewer, cell=at("A", "MAY"), **values)) == [
        ("DATE_OUTSIDE_PERIOD", "input.scheduledDate"),
        ("INVALID_CHARACTERS", "input.notes"),
        ("INVALID_STATUS", "input.status"),
        ("INVALID_TIME_RANGE", "input.endTime"),
    ]
    assert stored_rows() == before


def test_all_errors_of_a_clone_are_returned_together(people: People) -> None:
    viewer = people["mina"]
    targets = [key("A", "Q1"), key("B"), key("NONE"), key("A", "FEB"), key("A", "MAY")]
    found = errors_of(
        "cloneCell", viewer, source=at("A", "APR"), targets=targets, onExisting="REJECT"
    )
    assert sorted(found) == sorted(
        [
            ("NOT_EMPTY", "input.targets.0"),
            ("EXAM_TYPE_MISMATCH", "input.targets.0"),
            ("FORBIDDEN", "input.targets.1"),
            ("NOT_FOUND", "input.targets.2"),
            ("NOT_EMPTY", "input.targets.3"),
            ("CELL_LOCKED", "input.targets.3"),
            ("EXAM_INACTIVE", "input.source"),
        ]
    )


def test_all_errors_of_an_exam_are_returned_together(people: People) -> None:
    viewer = people["juno"]
    values = {
        "name": "",
        "type": "REVIEW",
        "academicYear": 1999,
        "totalQuestions": 0,
        "timerMinutes": 0,
        "passingScore": 101,
        "instructions": "\0",
        "idempotencyKey": " ",
        "curriculumLevelId": NO_LEVEL,
    }
    assert {path for _, path in errors_of("createExam", viewer, **values)} == {
        "input",
        *(f"input.{field}" for field in values if field != "type"),
    }


def test_all_errors_of_a_decision_are_returned_together(people: People) -> None:
    viewer = people["mina"]
    errors = errors_of(
        "assignTeacher",
        viewer,
        teacherId="Teacher:9999999",
        classCode="NONE",
        accessLevel="FULL",
        expiresAt="2020-01-01T00:00:00+09:00",
    )
    assert sorted(code for code, _ in errors) == [
        *("FORBIDDEN", "NOT_FOUND", "NOT_FOUND", "OUT_OF_RANGE")
    ]
    values = {"classCode": "NONE", "academicYear": 1, "levelIds": ["x", NO_LEVEL, HANA]}
    assert sorted(errors_of("setClassCurriculum", viewer, **values)) == [
        ("FORBIDDEN", "input.classCode"),
        ("INVALID_ID", "input.levelIds.0"),
        ("INVALID_ID", "input.levelIds.2"),
        ("NOT_FOUND", "input.classCode"),
        ("NOT_FOUND", "input.levelIds.1"),
        ("YEAR_OUT_OF_RANGE", "input.academicYear"),
    ]


def test_payload_with_errors_has_the_current_object(people: People) -> None:
    viewer = people["mina"]
    cell = mutate("updateCell", viewer, cell=at("A"), status="EMPTY")["cell"]
    assert (cell["id"], cell["status"], cell["version"]) == (
        "MatrixCell:A/2026/JAN",
        "SCHEDULED",
        1,
    )
    exam = mutate("updateExam", viewer, id=OF_MINA, expectedVersion=7, name="x")["exam"]
    assert (exam["id"], exam["name"], exam["version"]) == (OF_MINA, "Mina's own", 1)
    assert mutate("updateCell", viewer, cell=at("OTHER"), status="DRAFT")["cell"] is None
    assert mutate("assignExams", viewer, **{**JAN, "examIds": [NO_EXAM]})["cells"] == []
