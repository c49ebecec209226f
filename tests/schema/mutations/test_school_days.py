"""Mutations that close and open the school, and that accept warnings."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.models import HistoryEntry, SchoolClass, SchoolDay, WarningAcceptance
from primepath.services.cells.cell_changes import CellChanges
from primepath.services.cells.update_cell import update_cell
from tests.client import answer, data, error_codes
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

THURSDAY = datetime.date(YEAR, 3, 12)
PAYLOAD = """{
  holidays { date name kind isOpen } warnings { id code cells { id } } userErrors { code field message }
}"""
CLOSE = f"mutation($input: CloseSchoolInput!) {{ closeSchool(input: $input) {PAYLOAD} }}"
REOPEN = f"mutation($input: ReopenSchoolInput!) {{ reopenSchool(input: $input) {PAYLOAD} }}"
ACCEPT = """
mutation($input: AcceptWarningInput!) {
  acceptWarning(input: $input) {
    warning { id code accepted { by { name } reason } } userErrors { code field message }
  }
}
"""
WARNINGS = "{ scheduleWarnings(academicYear: 2026) { id code accepted { reason by { name } } } }"


def _days(first: object, last: object, **more: object) -> dict[str, Any]:
    return {"input": {"from": str(first), "to": str(last), **more}}


def close(first: object, last: object, name: str = "Foundation day", **more: Any) -> Any:
    viewer = more.pop("viewer", None) or head_teacher()
    return data(CLOSE, viewer, _days(first, last, name=name, **more))["closeSchool"]


def reopen(first: object, last: object, viewer: Any = None) -> Any:
    return data(REOPEN, viewer or head_teacher(), _days(first, last))["reopenSchool"]


def make_planned(code: str, period: Period = Period.MAR, **values: Any) -> SchoolClass:
    school_class = make_class(code)
    make_cell(school_class, period, exams=[make_exam()], **{"scheduled_date": THURSDAY, **values})
    return school_class


def test_school_is_closed_renamed_and_opened() -> None:
    make_planned("A")
    payload = close(THURSDAY, THURSDAY + datetime.timedelta(1))
    assert [each["date"] for each in payload["holidays"]] == ["2026-03-12", "2026-03-13"]
    assert payload["holidays"][0]["kind"] == "SCHOOL"
    assert [each["code"] for each in payload["warnings"]] == ["SCHOOL_CLOSED"]
    close(THURSDAY, THURSDAY, name="Sports day")
    assert list(SchoolDay.objects.values_list("name", flat=True)) == [
        "Sports day",
        "Foundation day",
    ]
    payload = reopen(THURSDAY, THURSDAY)
    assert payload == {"holidays": [], "warnings": [], "userErrors": []}
    entries = HistoryEntry.objects.filter(subject="SCHOOL_DAY", subject_key="2026-03-12")
    assert [each.action for each in entries.order_by("pk")] == [
        *("CLOSE_SCHOOL", "CLOSE_SCHOOL", "REOPEN_SCHOOL")
    ]
    assert ["name", "Foundation day", "Sports day"] in entries.order_by("pk")[1].changes


def test_nothing_changes_when_it_is_repeated() -> None:
    close(THURSDAY, THURSDAY)
    close(THURSDAY, THURSDAY)
    reopen("2026-03-16", "2026-03-17")
    assert HistoryEntry.objects.count() == 1


def test_public_holiday_becomes_a_lesson_day_and_a_holiday_again() -> None:
    make_planned("A", scheduled_date=datetime.date(YEAR, 3, 2))
    payload = reopen("2026-03-02", "2026-03-02")
    assert payload["holidays"][0]["isOpen"] is True
    assert payload["holidays"][0]["name"].startswith("Alternative holiday")
    assert payload["warnings"] == []
    payload = close("2026-03-02", "2026-03-02", name="Long weekend", kind="PUBLIC")
    assert payload["holidays"][0] == {
        "date": "2026-03-02",
        "name": "Long weekend",
        "kind": "PUBLIC",
        "isOpen": False,
    }
    assert [each["code"] for each in payload["warnings"]] == ["HOLIDAY"]


def test_recorded_public_holiday_can_be_opened() -> None:
    close(THURSDAY, THURSDAY, name="Election", kind="PUBLIC")
    (holiday,) = reopen(THURSDAY, THURSDAY)["holidays"]
    assert (holiday["name"], holiday["isOpen"]) == ("Election", True)


@pytest.mark.parametrize(
    ("first", "last", "name", "expected"),
    [
        ("2026-03-12", "2026-03-11", "Day", ("OUT_OF_RANGE", "to")),
        ("2026-01-01", "2027-01-02", "Day", ("OUT_OF_RANGE", "to")),
        ("2019-12-31", "2020-01-01", "Day", ("YEAR_OUT_OF_RANGE", "from")),
        ("2026-03-12", "2026-03-12", " ", ("BLANK", "name")),
        ("2026-03-12", "2026-03-12", "x" * 101, ("TOO_LONG", "name")),
        ("2026-03-12", "2026-03-12", "\0", ("INVALID_CHARACTERS", "name")),
    ],
)
def test_invalid_days(first: str, last: str, name: str, expected: tuple[str, str]) -> None:
    payload = close(first, last, name=name)
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == (expected[0], ["input", expected[1]])
    assert (payload["holidays"], payload["warnings"]) == ([], [])
    assert not SchoolDay.objects.exists()


def test_only_administrators_close_and_open() -> None:
    viewer = as_viewer(make_teacher())
    for payload in (
        close(THURSDAY, THURSDAY, viewer=viewer),
        reopen(THURSDAY, THURSDAY, viewer),
    ):
        assert [each["code"] for each in payload["userErrors"]] == ["FORBIDDEN"]
    assert error_codes(answer(CLOSE, None, _days(THURSDAY, THURSDAY, name="Day"))) == {
        "closeSchool": "UNAUTHENTICATED"
    }
    assert not HistoryEntry.objects.exists()


def accept(id: str, viewer: Any, reason: str = "Two rooms.") -> Any:
    return data(ACCEPT, viewer, {"input": {"warningId": id, "reason": reason}})["acceptWarning"]


def _clash() -> list[SchoolClass]:
    times: Any = {"start_time": datetime.time(9), "end_time": datetime.time(10), "room": "R"}
    return [make_planned(code, **times) for code in "AB"]


def _warning(viewer: Any) -> Any:
    (warning,) = data(WARNINGS, viewer)["scheduleWarnings"]
    return warning


def test_accepted_warning_until_a_cell_moves() -> None:
    teacher = make_teacher("mina")
    viewer, head = as_viewer(teacher), head_teacher()
    classes = _clash()
    assign(teacher, classes[0])
    id = _warning(viewer)["id"]
    payload = accept(id, viewer)
    assert payload["userErrors"] == []
    assert payload["warning"]["accepted"] == {"by": {"name": "Mina"}, "reason": "Two rooms."}
    assert _warning(head) == {
        "id": id,
        "code": "ROOM_CLASH",
        "accepted": {"by": {"name": "Mina"}, "reason": "Two rooms."},
    }
    key = CellKey("B", YEAR, Period.MAR)
    update_cell(viewer=head, cell=key, changes=CellChanges(notes="Bring a pencil."))
    assert _warning(head)["accepted"] is not None
    update_cell(viewer=head, cell=key, changes=CellChanges(end_time=datetime.time(11)))
    assert _warning(head)["accepted"] is None
    (entry,) = HistoryEntry.objects.filter(action="ACCEPT_WARNING")
    assert ["reason", None, "Two rooms."] in entry.changes


def test_new_reason_replaces_the_old_one() -> None:
    head = head_teacher()
    _clash()
    id = _warning(head)["id"]
    accept(id, head), accept(id, head), accept(id, head, "Big room.")
    assert _warning(head)["accepted"]["reason"] == "Big room."
    assert HistoryEntry.objects.filter(action="ACCEPT_WARNING").count() == 2
    assert WarningAcceptance.objects.count() == 1


def test_warning_without_a_date_is_accepted() -> None:
    head = head_teacher()
    make_planned("A", Period.JAN, scheduled_date=None)
    warning = _warning(head)
    assert warning["code"] == "NO_DATE"
    assert accept(warning["id"], head)["warning"]["accepted"]["reason"] == "Two rooms."


def test_who_cannot_change_a_cell_cannot_accept() -> None:
    teacher = make_teacher()
    classes = _clash()
    assign(teacher, classes[0], AccessLevel.VIEW)
    viewer = as_viewer(teacher)
    (error,) = accept(_warning(viewer)["id"], viewer)["userErrors"]
    assert (error["code"], error["field"]) == ("FORBIDDEN", ["input", "warningId"])


def test_warning_that_is_gone_or_hidden_is_not_found() -> None:
    _clash()
    head, stranger = head_teacher(), as_viewer(make_teacher())
    id = _warning(head)["id"]
    for payload in (accept(id, stranger), accept(id[:-1] + ("A" if id[-1] != "A" else "B"), head)):
        assert [each["code"] for each in payload["userErrors"]] == ["NOT_FOUND"]
        assert payload["warning"] is None


@pytest.mark.parametrize(
    ("id", "reason", "codes"),
    [
        ("Exam:1", "Why not.", ["INVALID_ID"]),
        ("ScheduleWarning:ROOM_CLASH/2026-02-30/abcdefghijkl", "Why not.", ["INVALID_ID"]),
        ("ScheduleWarning:ROOM_CLASH/2026-02-28/abcdefghijkl", " ", ["BLANK", "NOT_FOUND"]),
        ("ScheduleWarning:NO_DATE/9999/abcdefghijkl", "x" * 1001, ["TOO_LONG", "NOT_FOUND"]),
    ],
)
def test_invalid_acceptance(id: str, reason: str, codes: list[str]) -> None:
    payload = accept(id, head_teacher(), reason)
    assert [each["code"] for each in payload["userErrors"]] == codes
