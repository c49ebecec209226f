"""Dry runs: the payload shows the cells as the mutation would leave them, and nothing is saved."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from primepath.domain.calendar_days import HolidayKind
from primepath.domain.period import MONTHS, Period
from primepath.domain.viewer import Viewer
from primepath.models import Exam, HistoryEntry, SchoolClass, SchoolDay, SchoolRules
from tests.client import data
from tests.factories import head_teacher, make_cell, make_class, make_classes, make_exam
from tests.query_counts import recorded_statements, statements
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import MUTATIONS, at, errors_of, id_of, key, result_of
from tests.schema.mutations.school import OF_MINA, REVIEW, build_school

pytestmark = pytest.mark.django_db

CELL = """
  id version status color scheduledDate startTime endTime room notes examCount exams { id name }
  invigilator { name } createdBy { name } modifiedBy { name } availableExams { edges { node { id } } }
"""
# Each changes stored cells, cells that were only read, and cells that are not stored.
INPUTS: dict[str, dict[str, Any]] = {
    "assignExams": {"cells": [at("A"), at("C"), at("A", "MAY")], "examIds": [OF_MINA, REVIEW]},
    "unassignExams": {"cells": [at("A"), at("C")], "examIds": [REVIEW]},
    "cloneCell": {"source": at("A"), "targets": [key("C"), key("A", "MAR"), key("A", "JUN")]},
    "shareCell": {"source": at("B"), "classCodes": ["A", "C"], "onExisting": "REPLACE"},
    "updateCells": {
        "changes": [
            {"cell": at("A"), "notes": "Pens", "startTime": "08:30", "room": "3"},
            {"cell": at("C", "MAY"), "status": "DRAFT", "scheduledDate": "2026-05-04"},
            {"cell": at("A", "FEB")},
        ]
    },
}
every_mutation = pytest.mark.parametrize("mutation", INPUTS)


@pytest.fixture
def mina() -> Viewer:
    return build_school()["mina"]


def payload(mutation: str, viewer: Viewer, **input: Any) -> dict[str, Any]:
    document = f"""
      mutation ($input: {MUTATIONS[mutation][0]}!) {{
        {mutation}(input: $input) {{ cells {{ {CELL} }} changeSetId userErrors {{ code }} }}
      }}
    """
    found: dict[str, Any] = data(document, viewer, {"input": input})[mutation]
    return found


@every_mutation
def test_dry_run_shows_what_the_mutation_then_does(mutation: str, mina: Viewer) -> None:
    before = stored_rows()
    planned = payload(mutation, mina, **INPUTS[mutation], dryRun=True)
    assert stored_rows() == before
    assert planned.pop("changeSetId") is None
    done = payload(mutation, mina, **INPUTS[mutation])
    assert done.pop("changeSetId")
    assert planned == done
    assert any(cell["version"] != 1 for cell in planned["cells"])


@every_mutation
def test_dry_run_writes_and_locks_nothing(mutation: str, mina: Viewer) -> None:
    with CaptureQueriesContext(connection) as captured:
        payload(mutation, mina, **INPUTS[mutation], dryRun=True)
    sql = statements(captured)
    assert {each.split(None, 1)[0] for each in sql} == {"SELECT"}
    assert not [each for each in sql if "FOR UPDATE" in each or "FOR NO KEY UPDATE" in each]


@every_mutation
def test_dry_run_reports_the_same_errors(mutation: str, mina: Viewer) -> None:
    inputs: dict[str, dict[str, Any]] = {
        "assignExams": {"cells": [at("A", "FEB"), at("B")], "examIds": [OF_MINA, "Exam:9999999"]},
        "unassignExams": {"cells": [at("A", "FEB"), at("OTHER")], "examIds": [REVIEW]},
        "cloneCell": {"source": at("A"), "targets": [key("A", "FEB"), key("B")]},
        "shareCell": {"source": at("A", "APR"), "classCodes": ["C", "NONE"]},
        "updateCells": {"changes": [{"cell": at("A"), "endTime": "01:00", "expectedVersion": 1}]},
    }
    wrong = inputs[mutation]
    before = stored_rows()
    planned = errors_of(mutation, mina, **wrong, dryRun=True)
    assert planned == errors_of(mutation, mina, **wrong)
    assert stored_rows() == before


@pytest.mark.parametrize("mutation", ["assignExams", "unassignExams"])
def test_errors_are_in_the_order_of_the_cells(mutation: str, mina: Viewer) -> None:
    for period in ("MAY", "APR", "FEB"):
        result_of("assignExams", mina, cells=[at("A", period)], examIds=[REVIEW])
        result_of("updateCell", mina, cell=at("A", period), status="COMPLETED")
    wrong = [at("A", period) for period in ("MAY", "APR", "FEB")]
    exam = {"assignExams": OF_MINA, "unassignExams": REVIEW}[mutation]
    expected = [("CELL_LOCKED", f"input.cells.{position}") for position in range(3)]
    for dry_run in (True, False):
        found = errors_of(mutation, mina, cells=wrong, examIds=[exam], dryRun=dry_run)
        assert found == expected


def test_later_mutation_of_the_request_sees_the_stored_cells(mina: Viewer) -> None:
    document = """
      mutation ($a: AssignExamsInput!, $b: UpdateCellInput!) {
        planned: assignExams(input: $a) { cells { examCount version } }
        done: updateCell(input: $b) { cell { examCount version notes } }
      }
    """
    variables = {
        "a": {"cells": [at("C")], "examIds": [REVIEW], "dryRun": True},
        "b": {"cell": at("C"), "notes": "Pens"},
    }
    response = data(document, mina, variables)
    assert response["planned"]["cells"] == [{"examCount": 1, "version": 1}]
    assert response["done"]["cell"] == {"examCount": 0, "version": 1, "notes": "Pens"}


def test_planned_exams_are_seen_from_both_sides(mina: Viewer) -> None:
    document = """
      mutation ($input: AssignExamsInput!) {
        unassignExams(input: $input) { cells { exams { id } } }
        assignExams(input: $input) { cells { id exams { id cells(academicYear: 2026) { id examCount } } } }
      }
    """
    variables = {"input": {"cells": [at("C", "MAY")], "examIds": [OF_MINA], "dryRun": True}}
    (cell,) = data(document, mina, variables)["assignExams"]["cells"]
    assert cell["exams"] == [{"id": OF_MINA, "cells": [{"id": cell["id"], "examCount": 1}]}]


def test_planned_cells_have_the_warnings_that_they_would_have(mina: Viewer) -> None:
    """Two exams of one class would be on the same day."""
    result_of("updateCell", mina, cell=at("A", "JAN"), scheduledDate="2026-01-12")
    document = """
      mutation ($input: UpdateCellsInput!) {
        updateCells(input: $input) { warnings { code cells { id } } cells { warnings { code } } userErrors { code } }
      }
    """
    changes = [{"cell": at("A", "Q1"), "scheduledDate": "2026-01-12"}]
    planned = data(document, mina, {"input": {"changes": changes, "dryRun": True}})["updateCells"]
    assert planned["userErrors"] == []
    assert "CLASS_SAME_DAY" in {each["code"] for each in planned["warnings"]}
    assert "CLASS_SAME_DAY" in {each["code"] for each in planned["cells"][0]["warnings"]}
    done = data(document, mina, {"input": {"changes": changes}})["updateCells"]
    assert planned == done


PLANNED: dict[str, tuple[str | None, str, dict[str, Any]]] = {
    "closed day without other cells": (
        "SCHOOL_CLOSED",
        "updateCells",
        {"changes": [{"cell": at("X"), "scheduledDate": "2026-01-28"}]},
    ),
    "day without lessons and other cells": (
        "NO_LESSONS",
        "updateCells",
        {"changes": [{"cell": at("X"), "scheduledDate": "2026-01-27"}]},
    ),
    "long exam is assigned": (
        "TIME_TOO_SHORT",
        "assignExams",
        {"cells": [at("X", "MAR")], "examIds": [REVIEW]},
    ),
    "long exam is unassigned": (
        None,
        "unassignExams",
        {"cells": [at("Y", "MAR")], "examIds": [REVIEW]},
    ),
    "long exam takes the room longer": (
        "ROOM_CLASH",
        "assignExams",
        {"cells": [at("X", "JUN")], "examIds": [REVIEW]},
    ),
}


@pytest.mark.parametrize("title", PLANNED)
def test_dry_run_has_the_warnings_of_the_real_change(title: str, mina: Viewer) -> None:
    """Warnings follow from days of the school, its lesson days and the exams, whether or not other cells are on the date."""
    viewer = build_warnings()
    code, mutation, input = PLANNED[title]
    document = f"""
      mutation ($input: {MUTATIONS[mutation][0]}!) {{
        {mutation}(input: $input) {{ cells {{ id exams {{ id }} warnings {{ code message }} }} userErrors {{ code }} }}
      }}
    """
    planned = data(document, viewer, {"input": {**input, "dryRun": True}})[mutation]
    assert planned["userErrors"] == []
    codes = {each["code"] for cell in planned["cells"] for each in cell["warnings"]}
    assert (code in codes) if code else codes == set()
    assert planned == data(document, viewer, {"input": input})[mutation]


def build_warnings() -> Viewer:
    """Add two classes with lessons on Wednesday only, a closed day, and exams in the morning. Return a head teacher."""
    SchoolDay.objects.create(date="2026-01-28", name="Trip", kind=HolidayKind.SCHOOL)
    SchoolRules.objects.create(lesson_days="WED")
    review, short = Exam.objects.get(pk=REVIEW.removeprefix("Exam:")), make_exam(timer_minutes=30)
    Exam.objects.filter(pk=review.pk).update(timer_minutes=90)
    x, y = make_class("X"), make_class("Y")

    def plan(
        school_class: SchoolClass, period: Period, day: int, *exams: Exam, **values: Any
    ) -> None:
        values.setdefault("start_time", datetime.time(9))
        date = datetime.date(2026, 9, day)
        make_cell(school_class, period, exams=list(exams), scheduled_date=date, **values)

    make_cell(x, Period.JAN, exams=[short])
    plan(x, Period.MAR, 2, end_time=datetime.time(10))
    plan(y, Period.MAR, 9, short, review, end_time=datetime.time(10))
    plan(x, Period.JUN, 16, short, room="3")
    plan(y, Period.JUN, 16, short, room="3", start_time=datetime.time(9, 45))
    return head_teacher()


@pytest.mark.parametrize("cells", [1, 96])
@every_mutation
def test_statements_do_not_depend_on_the_number_of_cells(mutation: str, cells: int) -> None:
    viewer, exams = head_teacher(), [make_exam() for _ in range(3)]
    classes = make_classes(9)
    where = [(each.code, month) for each in classes[1:] for month in MONTHS][:cells]
    make_cell(classes[0], exams=exams)
    input = _input(mutation, where, exams)
    with recorded_statements(f"{mutation}, dry run"):
        assert len(result_of(mutation, viewer, **input, dryRun=True)) == len(where)
    assert not HistoryEntry.objects.exists()


def _input(mutation: str, where: list[tuple[str, Any]], exams: list[Exam]) -> dict[str, Any]:
    match mutation:
        case "updateCells":
            return {"changes": [{"cell": at(*place), "notes": "Pens"} for place in where]}
        case "cloneCell":
            return {"source": at("C000"), "targets": [key(*place) for place in where]}
        case "shareCell":
            where[:] = where[:1] if len(where) == 1 else [(f"C00{n}", "JAN") for n in range(1, 9)]
            return {"source": at("C000"), "classCodes": [code for code, _ in where]}
    return {"cells": [at(*place) for place in where], "examIds": [id_of(exam) for exam in exams]}


def test_warnings_of_other_cells_follow_from_the_planned_ones_too() -> None:
    date, nine, ten = datetime.date(2026, 1, 14), datetime.time(9), datetime.time(10)
    times: dict[str, Any] = {
        "scheduled_date": date,
        "start_time": nine,
        "end_time": ten,
        "status": "DRAFT",
    }
    make_cell(make_class("A"), Period.JAN, room="R1", **times)
    make_cell(make_class("B"), Period.JAN, **times)
    document = """
      mutation ($input: UpdateCellsInput!) {
        updateCells(input: $input) {
          warnings { code cells { id warnings { code cells { id } } } } userErrors { code }
        }
      }
    """
    viewer = head_teacher()
    for room in ("R1", "R2"):
        changes = [{"cell": at("B", "JAN"), "room": room}]
        planned, saved = (
            data(document, viewer, {"input": {"changes": changes, "dryRun": dry_run}})[
                "updateCells"
            ]
            for dry_run in (True, False)
        )
        assert planned == saved
    planned = data(
        document,
        viewer,
        {"input": {"changes": [{"cell": at("B", "JAN"), "room": "R1"}], "dryRun": True}},
    )["updateCells"]
    (clash,) = planned["warnings"]
    assert [len(cell["warnings"]) for cell in clash["cells"]] == [1, 1]


@every_mutation
@pytest.mark.parametrize("idempotency_key", ["", "\x00", "k" * 256])
def test_key_is_checked(mutation: str, idempotency_key: str, mina: Viewer) -> None:
    input = {**INPUTS[mutation], "idempotencyKey": idempotency_key}
    planned = payload(mutation, mina, **input, dryRun=True)["userErrors"]
    assert planned == payload(mutation, mina, **input)["userErrors"]
    assert planned
