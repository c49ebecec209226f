"""Changing what a cell says: what is left out stays, null clears, and an old version changes nothing."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from tests.client import answer, error_codes
from tests.factories import head_teacher, make_cell, make_class, make_exam
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, document, done, mutate, refused

pytestmark = pytest.mark.django_db

FILLED: dict[str, Any] = {
    "scheduled_date": date(2026, 1, 15),
    "start_time": time(9),
    "end_time": time(10, 30),
    "notes": "Bring a pen.",
}
SHOWN = {
    "scheduledDate": "2026-01-15",
    "startTime": "09:00:00",
    "endTime": "10:30:00",
    "notes": "Bring a pen.",
}


def told(cell: dict[str, Any]) -> dict[str, Any]:
    return {field: cell[field] for field in SHOWN}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"notes": "New"}, {"notes": "New"}),
        ({"notes": None}, {"notes": ""}),
        ({"scheduledDate": None}, {"scheduledDate": None}),
        ({"scheduledDate": "2026-01-31"}, {"scheduledDate": "2026-01-31"}),
        ({"endTime": None}, {"endTime": None}),
        ({"startTime": None, "endTime": None}, {"startTime": None, "endTime": None}),
        ({"startTime": "10:29:59"}, {"startTime": "10:29:59"}),
    ],
    ids=str,
)
def test_only_what_is_given_changes_and_null_clears(
    values: dict[str, Any], expected: dict[str, Any]
) -> None:
    make_cell(make_class("A"), **FILLED)
    cell = done("updateCell", head_teacher(), cell=at("A"), **values)
    assert told(cell) == {**SHOWN, **expected}
    assert cell["version"] == 2


@pytest.mark.parametrize(
    "values",
    [{}, {"notes": "Bring a pen."}, {"status": "DRAFT"}, SHOWN, {"startTime": "09:00"}],
    ids=str,
)
def test_what_is_so_already_changes_nothing(values: dict[str, Any]) -> None:
    make_cell(make_class("A"), **FILLED)
    viewer = head_teacher()
    before = stored_rows()
    assert done("updateCell", viewer, cell=at("A"), **values)["version"] == 1
    assert stored_rows() == before


@pytest.mark.parametrize("stored", [False, True])
def test_version_0_is_that_of_a_cell_nobody_has_changed(stored: bool) -> None:
    school_class, viewer = make_class("A"), head_teacher()
    if stored:
        make_cell(school_class)
    values = {"cell": at("A"), "expectedVersion": 0}
    assert done("updateCell", viewer, **values, status="DRAFT")["version"] == 1
    assert refused("updateCell", viewer, **values, notes="x") == [
        ("STALE_VERSION", "input.expectedVersion")
    ]


def test_a_stale_version_is_answered_with_the_cell_as_it_is() -> None:
    make_cell(make_class("A"), exams=[make_exam()], version=7, notes="Theirs")
    viewer = head_teacher()
    before = stored_rows()
    payload = mutate("updateCell", viewer, cell=at("A"), expectedVersion=6, notes="Mine")
    assert [each["code"] for each in payload["userErrors"]] == ["STALE_VERSION"]
    assert "7" in payload["userErrors"][0]["message"]
    assert (payload["cell"]["version"], payload["cell"]["notes"]) == (7, "Theirs")
    assert len(payload["cell"]["exams"]) == 1
    assert stored_rows() == before
    assert done("updateCell", viewer, cell=at("A"), expectedVersion=7, notes="Mine")["version"] == 8


def test_a_fraction_of_a_second_is_kept() -> None:
    make_class("A")
    viewer = head_teacher()
    values = {"startTime": "09:00:00", "endTime": "09:00:00.25"}
    first = done("updateCell", viewer, cell=at("A"), **values)
    assert (first["startTime"], first["endTime"]) == ("09:00:00", "09:00:00.250000")
    assert done("updateCell", viewer, cell=at("A"), **values) == first


def test_a_stale_version_of_a_cell_that_is_not_stored_stores_nothing() -> None:
    make_class("A")
    viewer = head_teacher()
    payload = mutate("updateCell", viewer, cell=at("A"), expectedVersion=1, notes="x")
    assert payload["cell"]["version"] == 0
    assert stored_rows()["ExamScheduleMatrix"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("startTime", "09:00+09:00"),
        ("startTime", "09:00Z"),
        ("endTime", "24:00"),
        ("endTime", "9:00"),
        ("scheduledDate", "2026-02-30"),
        ("scheduledDate", "2026-01-15T00:00:00Z"),
        ("status", "OVER"),
        ("notes", 3),
        ("expectedVersion", 2**31),
        ("expectedVersion", "1"),
        ("cell", {}),
        ("cell", {"at": None}),
        ("cell", {"id": None}),
        ("cell", {"id": "MatrixCell:A/2026/JAN", **at("A")}),
    ],
)
def test_what_is_no_value_of_its_type_is_bad_input(field: str, value: object) -> None:
    make_class("A")
    viewer = head_teacher()
    before = stored_rows()
    response = answer(document("updateCell"), viewer, {"input": {"cell": at("A"), field: value}})
    assert set(error_codes(response).values()) == {"BAD_USER_INPUT"}
    assert response["data"] is None
    assert stored_rows() == before


@pytest.mark.parametrize(
    "value", ['startTime: "09:00+09:00"', 'endTime: "24:00"', 'scheduledDate: "2026-02-30"']
)
def test_what_is_no_value_of_its_type_is_bad_input_in_the_document_too(value: str) -> None:
    make_class("A")
    cell = '{at: {classCode: "A", academicYear: 2026, period: JAN}}'
    response = answer(
        f"mutation {{ updateCell(input: {{cell: {cell}, {value}}}) {{ cell {{ id }} }} }}",
        head_teacher(),
    )
    assert set(error_codes(response).values()) == {"BAD_USER_INPUT"}
    assert stored_rows()["ExamScheduleMatrix"] == []


@pytest.mark.parametrize(
    ("mutation", "values"),
    [
        ("assignTeacher", {"teacherId": "Teacher:1", "classCode": "A", "accessLevel": "FULL"}),
        ("approveClassAccessRequest", {"id": "ClassAccessRequest:1"}),
    ],
)
@pytest.mark.parametrize("moment", ["2999-01-01T00:00:00", "2999-01-01", "2999-13-01T00:00:00Z"])
def test_a_date_time_without_an_offset_is_bad_input(
    mutation: str, values: dict[str, Any], moment: str
) -> None:
    response = answer(
        document(mutation), head_teacher(), {"input": {**values, "expiresAt": moment}}
    )
    assert set(error_codes(response).values()) == {"BAD_USER_INPUT"}
    assert response["data"] is None
