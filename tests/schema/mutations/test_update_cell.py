"""Updating a cell: omitted values stay, null clears, and a stale version changes nothing."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from tests.client import answer, data, error_codes
from tests.factories import head_teacher, make_cell, make_class, make_exam, make_teacher
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import (
    ENTRY,
    at,
    document,
    errors_of,
    mutate,
    result_of,
)

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


def shown_values(cell: dict[str, Any]) -> dict[str, Any]:
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
def test_only_given_values_change_and_null_clears(
    values: dict[str, Any], expected: dict[str, Any]
) -> None:
    make_cell(make_class("A"), **FILLED)
    cell = result_of("updateCell", head_teacher(), cell=at("A"), **values)
    assert shown_values(cell) == {**SHOWN, **expected}
    assert cell["version"] == 2


@pytest.mark.parametrize(
    "values",
    [{}, {"notes": "Bring a pen."}, {"status": "DRAFT"}, SHOWN, {"startTime": "09:00"}],
    ids=str,
)
def test_equal_values_change_nothing(values: dict[str, Any]) -> None:
    make_cell(make_class("A"), **FILLED)
    viewer = head_teacher()
    before = stored_rows()
    assert result_of("updateCell", viewer, cell=at("A"), **values)["version"] == 1
    assert stored_rows() == before


@pytest.mark.parametrize("stored", [False, True])
def test_unchanged_cell_has_version_0(stored: bool) -> None:
    school_class, viewer = make_class("A"), head_teacher()
    if stored:
        make_cell(school_class)
    values = {"cell": at("A"), "expectedVersion": 0}
    assert result_of("updateCell", viewer, **values, status="DRAFT")["version"] == 1
    assert errors_of("updateCell", viewer, **values, notes="x") == [
        ("STALE_VERSION", "input.expectedVersion")
    ]


def test_stale_version_returns_the_current_cell() -> None:
    make_cell(make_class("A"), exams=[make_exam()], version=7, notes="Theirs")
    viewer = head_teacher()
    before = stored_rows()
    payload = mutate("updateCell", viewer, cell=at("A"), expectedVersion=6, notes="Mine")
    assert [each["code"] for each in payload["userErrors"]] == ["STALE_VERSION"]
    assert "7" in payload["userErrors"][0]["message"]
    assert (payload["cell"]["version"], payload["cell"]["notes"]) == (7, "Theirs")
    assert len(payload["cell"]["exams"]) == 1
    assert stored_rows() == before
    assert (
        result_of("updateCell", viewer, cell=at("A"), expectedVersion=7, notes="Mine")["version"]
        == 8
    )


def test_fractions_of_a_second_are_stored() -> None:
    make_class("A")
    viewer = head_teacher()
    values = {"startTime": "09:00:00", "endTime": "09:00:00.25"}
    first = result_of("updateCell", viewer, cell=at("A"), **values)
    assert (first["startTime"], first["endTime"]) == ("09:00:00", "09:00:00.250000")
    assert result_of("updateCell", viewer, cell=at("A"), **values) == first


def test_stale_version_of_a_missing_cell_stores_nothing() -> None:
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
def test_variable_of_the_wrong_type_is_bad_input(field: str, value: object) -> None:
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
def test_literal_of_the_wrong_type_is_bad_input(value: str) -> None:
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
def test_date_time_without_offset_is_bad_input(
    mutation: str, values: dict[str, Any], moment: str
) -> None:
    response = answer(
        document(mutation), head_teacher(), {"input": {**values, "expiresAt": moment}}
    )
    assert set(error_codes(response).values()) == {"BAD_USER_INPUT"}
    assert response["data"] is None


PLACE = "{ cell { version room invigilator { name } } userErrors { code } }"
PLACES = f"mutation ($input: UpdateCellInput!) {{ updateCell(input: $input) {PLACE} }}"


@pytest.mark.parametrize(
    ("values", "room", "has_invigilator"),
    [
        ({"room": " Room \t 3 "}, "Room 3", True),
        ({"room": "체육관"}, "체육관", True),
        ({"room": None}, "", True),
        ({"room": "\u3164"}, "", True),
        ({"invigilatorId": None}, "Hall", False),
        ({"notes": "x"}, "Hall", True),
    ],
    ids=str,
)
def test_room_and_invigilator(values: dict[str, Any], room: str, has_invigilator: bool) -> None:
    mina = make_teacher("mina")
    make_cell(make_class("A"), room="Hall", invigilator=mina)
    viewer = head_teacher()
    payload = data(PLACES, viewer, {"input": {"cell": at("A"), **values}})["updateCell"]
    assert payload["cell"] == {
        "version": 2,
        "room": room,
        "invigilator": {"name": "Mina"} if has_invigilator else None,
    }


def test_history_of_room_and_invigilator() -> None:
    mina = make_teacher("mina")
    make_cell(make_class("A"), room="Hall")
    viewer = head_teacher()
    result_of("updateCell", viewer, cell=at("A"), room="Room 3", invigilatorId=f"Teacher:{mina.pk}")
    (edge,) = data(
        f"query ($at: CellKey!) {{ matrixCell(at: $at) {{ history {{ edges {{ node {{ {ENTRY} }} }} }} }} }}",
        viewer,
        {"at": at("A")["at"]},
    )["matrixCell"]["history"]["edges"]
    changes = sorted(edge["node"]["changes"], key=lambda each: str(each["field"]))
    assert changes == [
        {
            "field": "invigilator",
            "teacherBefore": None,
            "teacherAfter": {"name": "Mina"},
        },
        {"field": "room", "textBefore": "Hall", "textAfter": "Room 3"},
    ]
