"""Warnings on cells and in `scheduleWarnings`."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

import loaders.warnings
from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.models import Exam, ExamScheduleMatrix, SchoolClass, SchoolDay, SchoolRules
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
NINE, TEN, ELEVEN = (datetime.time(hour) for hour in (9, 10, 11))
WARNINGS = """
query($codes: [String!], $from: Date, $to: Date) {
  scheduleWarnings(academicYear: 2026, classCodes: $codes, from: $from, to: $to) {
    id code message date cells { id } cellCount hiddenCells holiday { date name kind isOpen }
    accepted { reason }
  }
}
"""
CELL = """
query($at: CellKey!, $exams: Boolean!) { matrixCell(at: $at) {
  exams @include(if: $exams) { id }
  warnings { id code message cells { id } cellCount hiddenCells }
} }
"""


def plan(code: str, period: Period = Period.MAR, **values: Any) -> SchoolClass:
    school_class = SchoolClass.objects.filter(pk=code).first() or make_class(code)
    exam_type = "QUARTERLY" if period.startswith("Q") else "REVIEW"
    exams = [make_exam(type=exam_type, timer_minutes=values.pop("minutes", 60))]
    make_cell(school_class, period, exams=exams, **{"scheduled_date": THURSDAY, **values})
    return school_class


def warnings(viewer: Any = None, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data(WARNINGS, viewer or head_teacher(), variables)[
        "scheduleWarnings"
    ]
    return found


def codes(viewer: Any = None, **variables: Any) -> list[tuple[str, list[str]]]:
    return [
        (each["code"], [cell["id"].removeprefix("MatrixCell:") for cell in each["cells"]])
        for each in warnings(viewer, **variables)
    ]


def of_cell(code: str, viewer: Any = None, period: str = "MAR") -> list[dict[str, Any]]:
    """Return the warnings of a cell. They are the same if the operation reads its exams too."""
    at = {"classCode": code, "academicYear": YEAR, "period": period}
    found, same = [
        data(CELL, viewer or head_teacher(), {"at": at, "exams": exams})["matrixCell"]["warnings"]
        for exams in (True, False)
    ]
    assert found == same
    return found  # type: ignore[no-any-return]


def test_two_classes_in_one_room() -> None:
    plan("A", room="Room 3", start_time=NINE, end_time=TEN)
    plan("B", room="room  3", start_time=datetime.time(9, 30), end_time=ELEVEN)
    plan("C", room="Room 3", start_time=ELEVEN, end_time=datetime.time(12))
    (warning,) = warnings()
    assert warning["code"] == "ROOM_CLASH"
    assert warning["message"] == "2 exams overlap in Room 3 on 2026-03-12, 09:30–10:00: A, B."
    assert [each["id"] for each in warning["cells"]] == [
        "MatrixCell:A/2026/MAR",
        "MatrixCell:B/2026/MAR",
    ]
    assert warning["cellCount"] == 2
    assert of_cell("A")[0]["id"] == warning["id"]
    assert of_cell("C") == []


def test_a_chain_is_two_warnings_and_three_together_are_one() -> None:
    plan("A", room="R", start_time=NINE, end_time=TEN)
    plan("B", room="R", start_time=datetime.time(9, 30), end_time=ELEVEN)
    plan("C", room="R", start_time=TEN, end_time=ELEVEN)
    assert codes() == [
        ("ROOM_CLASH", ["A/2026/MAR", "B/2026/MAR"]),
        ("ROOM_CLASH", ["B/2026/MAR", "C/2026/MAR"]),
    ]
    plan("D", room="S", start_time=NINE, end_time=TEN)
    plan("E", room="S", start_time=NINE, end_time=TEN)
    plan("F", room="S", start_time=NINE, end_time=TEN)
    assert codes()[-1] == ("ROOM_CLASH", ["D/2026/MAR", "E/2026/MAR", "F/2026/MAR"])
    assert [each["cellCount"] for each in of_cell("B")] == [2, 2]


def test_month_and_quarter_of_a_class_on_one_day() -> None:
    plan("A", start_time=NINE, end_time=TEN)
    plan("A", Period.Q1, start_time=TEN, end_time=ELEVEN)
    assert codes() == [("CLASS_SAME_DAY", ["A/2026/MAR", "A/2026/Q1"])]
    plan("B")
    plan("B", Period.Q1, start_time=NINE)
    plan("C", start_time=NINE, minutes=61)
    plan("C", Period.Q1, start_time=TEN, end_time=ELEVEN)
    found = warnings(codes=["C", "B"])
    assert [(each["code"], each["cellCount"]) for each in found] == [
        ("CLASS_CLASH", 2),
        ("CLASS_SAME_DAY", 2),
    ]
    assert found[0]["message"] == "2 cells overlap on 2026-03-12, about 10:00–10:01: C."
    assert [each["message"] for each in of_cell("C")] == [found[0]["message"]]


def test_one_teacher_supervises_two_classes() -> None:
    mina = make_teacher("mina")
    plan("A", invigilator=mina, room="R", start_time=NINE, end_time=TEN)
    plan("B", invigilator=mina, room="R", start_time=NINE, end_time=TEN)
    assert [code for code, _cells in codes()] == ["ROOM_CLASH", "INVIGILATOR_CLASH"]


def test_hidden_classes_are_counted_and_never_named() -> None:
    mina = make_teacher("mina")
    viewer = as_viewer(mina)
    assign(mina, plan("MINE", room="R", start_time=NINE, end_time=TEN), AccessLevel.VIEW)
    plan("SECRET", room="R", start_time=NINE, end_time=TEN)
    plan("HIDDEN", room="S", start_time=NINE, end_time=TEN)
    plan("HIDDEN2", room="S", start_time=NINE, end_time=TEN)
    response = answer(WARNINGS, viewer, {})
    (warning,) = response["data"]["scheduleWarnings"]
    assert (warning["cellCount"], warning["hiddenCells"]) == (2, 1)
    assert [each["id"] for each in warning["cells"]] == ["MatrixCell:MINE/2026/MAR"]
    assert warning["message"].endswith(": MINE and 1 more.")
    assert "SECRET" not in str(response)
    assert "HIDDEN" not in str(response)
    assert of_cell("MINE", viewer)[0]["hiddenCells"] == 1
    assert warnings(viewer, codes=["SECRET"]) == []


def test_a_cell_lists_its_warnings_whether_or_not_they_have_hidden_cells() -> None:
    mina = make_teacher("mina")
    viewer = as_viewer(mina)
    for code in ("MINE", "MINE2", "SECRET"):
        planned = plan(code, room="R", start_time=NINE, end_time=TEN)
        if code != "SECRET":
            assign(mina, planned, AccessLevel.VIEW)
    plan("MINE", Period.Q1, room="S")
    seen = [
        (
            warning["code"],
            [each["id"].removeprefix("MatrixCell:") for each in warning["cells"]],
            (warning["cellCount"], warning["hiddenCells"]),
        )
        for warning in of_cell("MINE", viewer)
    ]
    assert seen == [
        ("CLASS_SAME_DAY", ["MINE/2026/MAR", "MINE/2026/Q1"], (2, 0)),
        ("ROOM_CLASH", ["MINE/2026/MAR", "MINE2/2026/MAR"], (3, 1)),
    ]
    assert [each["code"] for each in of_cell("MINE", viewer, "Q1")] == ["CLASS_SAME_DAY"]
    assert [each["hiddenCells"] for each in of_cell("MINE2", viewer)] == [1]


def test_cells_of_inactive_classes_take_no_part() -> None:
    plan("A", room="R", start_time=NINE, end_time=TEN)
    plan("B", room="R", start_time=NINE, end_time=TEN)
    SchoolClass.objects.filter(pk="B").update(is_active=False)
    assert warnings() == []


def test_public_holidays_and_substitutes() -> None:
    plan("A", scheduled_date=datetime.date(YEAR, 3, 2))
    plan("B", scheduled_date=datetime.date(YEAR, 3, 2), status="COMPLETED")
    (warning,) = warnings()
    assert (warning["code"], warning["cellCount"]) == ("HOLIDAY", 1)
    assert warning["holiday"] == {
        "date": "2026-03-02",
        "name": "Alternative holiday for Independence Movement Day",
        "kind": "PUBLIC",
        "isOpen": False,
    }


def test_closed_and_opened_days() -> None:
    plan("A")
    SchoolDay.objects.create(date=THURSDAY, name="Foundation day", kind="SCHOOL")
    plan("A", Period.FEB, scheduled_date=datetime.date(YEAR, 2, 17))
    SchoolDay.objects.create(date=datetime.date(YEAR, 2, 17), kind="PUBLIC", is_open=True)
    (warning,) = warnings()
    assert warning["code"] == "SCHOOL_CLOSED"
    assert warning["message"] == "The school is closed on 2026-03-12 (Foundation day): A."


def test_lesson_days_of_the_school_and_of_a_class() -> None:
    saturday = datetime.date(YEAR, 3, 14)
    plan("WEEKDAYS", scheduled_date=saturday)
    plan("WEEKENDS", scheduled_date=saturday)
    SchoolClass.objects.filter(pk="WEEKENDS").update(lesson_days="SAT SUN")
    plan("WEEKENDS", Period.APR, scheduled_date=datetime.date(YEAR, 4, 6))
    assert codes() == [
        ("NO_LESSONS", ["WEEKDAYS/2026/MAR"]),
        ("NO_LESSONS", ["WEEKENDS/2026/APR"]),
    ]
    SchoolRules.objects.create(lesson_days="FRI SAT")
    assert codes() == [("NO_LESSONS", ["WEEKENDS/2026/APR"])]


def test_a_change_of_one_fact_changes_the_warnings() -> None:
    """Nothing of an earlier request is left: neither of the cells, the days, the school, nor of another viewer or language."""
    for code in "AB":
        plan(code, room="3", start_time=NINE)
    mina, everyone = make_teacher("mina"), head_teacher()
    assign(mina, SchoolClass.objects.get(pk="A"), AccessLevel.FULL)
    viewer = as_viewer(mina)

    def found(who: Any = everyone) -> list[tuple[str, str]]:
        return [(each["code"], each["message"]) for each in warnings(who)]

    seen = [found(), found(viewer)]
    assert seen[0] != seen[1]
    assert [found(), found(viewer)] == seen
    with override("ko"):
        assert [message for _, message in found()] != [message for _, message in seen[0]]
    assert found() == seen[0]
    Exam.objects.update(timer_minutes=30)
    assert "09:30" in found()[0][1]
    SchoolRules.objects.create(lesson_days="MON")
    assert "NO_LESSONS" in dict(found())
    SchoolClass.objects.update(lesson_days="THU")
    assert "NO_LESSONS" not in dict(found())
    SchoolDay.objects.create(date=THURSDAY, name="Trip", kind="SCHOOL")
    assert "(Trip)" in dict(found())["SCHOOL_CLOSED"]
    SchoolDay.objects.update(name="Fair")
    assert "(Fair)" in dict(found())["SCHOOL_CLOSED"]
    ExamScheduleMatrix.objects.filter(school_class="A").update(room="4")
    assert "ROOM_CLASH" not in dict(found())


def test_warnings_of_many_cells_are_found_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in "AB":
        plan(code, room="R", start_time=NINE)
    found = warnings()
    monkeypatch.setattr(loaders.warnings, "_MOST_KEPT_ROWS", 1)
    kept = loaders.warnings._find_in.cache_info()
    assert warnings() == found
    assert loaders.warnings._find_in.cache_info() == kept


def test_short_gap_over_the_end_of_a_month() -> None:
    plan("A", scheduled_date=datetime.date(YEAR, 3, 31))
    plan("A", Period.APR, scheduled_date=datetime.date(YEAR, 4, 2))
    plan("B", scheduled_date=datetime.date(YEAR, 3, 31))
    assert warnings() == []
    SchoolRules.objects.create(minimum_days_between_exams=3)
    assert codes() == [("SHORT_GAP", ["A/2026/APR", "A/2026/MAR"])]
    assert [each["code"] for each in of_cell("A", period="APR")] == ["SHORT_GAP"]
    april = {"from": f"{YEAR}-04-01", "to": f"{YEAR}-04-30"}
    assert codes(**april) == [("SHORT_GAP", ["A/2026/APR", "A/2026/MAR"])]
    SchoolRules.objects.update(minimum_days_between_exams=2)
    assert warnings() == []


def test_time_too_short() -> None:
    plan("A", minutes=61, start_time=NINE, end_time=TEN)
    plan("B", minutes=60, start_time=NINE, end_time=TEN)
    plan("C", minutes=999, start_time=NINE)
    (warning,) = warnings()
    assert warning["message"] == (
        "A: the longest exam on 2026-03-12 takes 61 minutes, but 09:00–10:00 is planned."
    )
    assert of_cell("A")[0]["message"] == warning["message"]


def test_no_date_when_the_period_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: THURSDAY)
    plan("A", scheduled_date=None)
    plan("A", Period.Q1, scheduled_date=None)
    plan("A", Period.APR, scheduled_date=None)
    plan("B", scheduled_date=None, status="DRAFT")
    assert codes() == [("NO_DATE", ["A/2026/MAR"]), ("NO_DATE", ["A/2026/Q1"])]
    assert of_cell("A", period="APR") == []
    assert [each["code"] for each in of_cell("A")] == ["NO_DATE"]
    assert codes(**{"from": "2026-01-01"}) == []


def test_filters() -> None:
    plan("A", scheduled_date=datetime.date(YEAR, 3, 1))
    plan("A", Period.FEB, scheduled_date=datetime.date(YEAR, 2, 17))
    assert [code for code, _cells in codes(**{"from": "2026-02-18"})] == ["HOLIDAY", "NO_LESSONS"]
    assert [code for code, _cells in codes(to="2026-02-17")] == ["HOLIDAY"]
    assert codes(**{"from": "2027-01-01", "to": "2027-02-01"}) == []
    assert codes(codes=["NONE"]) == []


def test_at_most_50_cells_are_listed() -> None:
    for number in range(51):
        plan(f"C{number:02}", scheduled_date=datetime.date(YEAR, 3, 2))
    (warning,) = warnings()
    assert (len(warning["cells"]), warning["cellCount"]) == (50, 51)
    assert of_cell("C50")[0]["id"] == warning["id"]


HOLIDAYS = (
    "query($from: Date!, $to: Date!) { holidays(from: $from, to: $to) { date name kind isOpen } }"
)


def test_holidays_with_the_days_of_the_school() -> None:
    SchoolDay.objects.create(date=THURSDAY, name="Foundation day", kind="SCHOOL")
    SchoolDay.objects.create(date=datetime.date(YEAR, 3, 2), kind="PUBLIC", is_open=True)
    found = data(HOLIDAYS, head_teacher(), {"from": "2026-03-01", "to": "2026-03-31"})["holidays"]
    assert [(each["date"], each["kind"], each["isOpen"]) for each in found] == [
        ("2026-03-01", "PUBLIC", False),
        ("2026-03-02", "PUBLIC", True),
        ("2026-03-12", "SCHOOL", False),
    ]
    assert found[1]["name"] == "Alternative holiday for Independence Movement Day"


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-01-01", "2028-03-10", None),
        ("2026-01-01", "2028-03-11", "LIMIT_EXCEEDED"),
        ("2026-01-02", "2026-01-01", "BAD_USER_INPUT"),
        ("0001-01-01", "0001-12-31", None),
        ("9999-01-01", "9999-12-31", None),
    ],
)
def test_range_of_holidays(first: str, last: str, code: str | None) -> None:
    response = answer(HOLIDAYS, head_teacher(), {"from": first, "to": last})
    assert error_codes(response).get("holidays") == code


def test_anonymous_sees_no_warnings_and_holidays() -> None:
    assert error_codes(answer(WARNINGS, None, {})) == {"scheduleWarnings": "UNAUTHENTICATED"}
    variables = {"from": "2026-01-01", "to": "2026-01-02"}
    assert error_codes(answer(HOLIDAYS, None, variables)) == {"holidays": "UNAUTHENTICATED"}


def test_times_within_a_second_overlap() -> None:
    moment = datetime.time(9, 0, 0, 100_000)
    plan("A", room="R", start_time=moment, end_time=datetime.time(9, 0, 0, 900_000))
    plan("B", room="R", start_time=NINE, end_time=TEN)
    plan("C", room="R", start_time=NINE, end_time=moment)
    assert [each for each in codes() if each[0] == "ROOM_CLASH"] == [
        ("ROOM_CLASH", ["A/2026/MAR", "B/2026/MAR"]),
        ("ROOM_CLASH", ["B/2026/MAR", "C/2026/MAR"]),
    ]
