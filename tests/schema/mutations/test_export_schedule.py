"""``exportSchedule``, and the file behind its address."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import vobject
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from primepath.domain.period import Period
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.exchange.files.csv_files import read_csv
from primepath.exchange.files.xlsx_files import read_workbook
from primepath.models import StoredFile
from tests.client import answer
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_classes,
    make_exam,
    make_teacher,
)

pytestmark = pytest.mark.django_db

EXPORT = """
  mutation ($input: ExportScheduleInput!) { exportSchedule(input: $input) {
    url expiresAt userErrors { code field message }
  } }
"""


@pytest.fixture
def mina() -> Viewer:
    """Return a teacher who can see class A, but not B."""
    teacher = make_teacher("mina")
    school_class = make_class("A", name="=Class")
    assign(teacher, school_class, AccessLevel.VIEW)
    date = datetime.date(YEAR, 3, 12)
    make_cell(school_class, Period.MAR, exams=[make_exam("Words")], scheduled_date=date, notes="=1")
    make_cell(make_class("B"), Period.MAR, exams=[make_exam()], scheduled_date=date)
    return as_viewer(teacher)


def export(viewer: Viewer, **input: Any) -> dict[str, Any]:
    response = answer(EXPORT, viewer, {"input": input})
    assert "errors" not in response
    payload: dict[str, Any] = response["data"]["exportSchedule"]
    return payload


def file(viewer: Viewer, **input: Any) -> Any:
    payload = export(viewer, filter={"academicYear": YEAR, **input.pop("filter", {})}, **input)
    assert payload["userErrors"] == []
    return Client().get(payload["url"])


def test_the_file_has_the_visible_classes(mina: Viewer) -> None:
    response = file(mina, format="XLSX")
    assert f'filename="schedule-{YEAR}.xlsx"' in response["Content-Disposition"]
    header, *rows = read_workbook(response.content).rows
    assert header[:2] == ["Class code", "Class"]
    assert [row[0] for row in rows] == ["A"] * 16
    (march,) = (row for row in rows if row[3] == "MAR")
    assert march[1] == "=Class"
    assert march[10:12] == ["Words", "=1"]
    assert b"<f>" not in response.content


def test_csv_has_the_headers_of_the_language(mina: Viewer) -> None:
    response = file(mina, format="CSV", language="ko")
    assert response.content.startswith("\ufeff반 코드,".encode())
    assert len(read_csv(response.content).rows) == 17


def test_a_condition_on_content_leaves_out_unused_cells(mina: Viewer) -> None:
    cells = read_csv(file(mina, format="CSV", filter={"hasExams": True}).content).rows
    assert [row[3] for row in cells[1:]] == ["MAR"]
    cells = read_csv(file(mina, format="CSV", filter={"periods": ["Q1", "JAN"]}).content).rows
    assert [row[3] for row in cells[1:]] == ["JAN", "Q1"]
    assert len(read_csv(file(mina, format="CSV", filter={"classCodes": ["B"]}).content).rows) == 1


def test_the_calendar_has_the_same_events_as_a_feed(mina: Viewer) -> None:
    response = file(mina, format="ICS")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = vobject.readOne(response.content.decode()).vevent_list
    assert event.uid.value == f"A-{YEAR}-MAR@localhost"


def test_an_unknown_language_is_refused(mina: Viewer) -> None:
    payload = export(mina, format="CSV", language="xx")
    (error,) = payload.pop("userErrors")
    assert payload == {"url": None, "expiresAt": None}
    assert (error["code"], error["field"]) == ("OUT_OF_RANGE", ["input", "language"])
    assert "en, ko" in error["message"]
    assert not StoredFile.objects.exists()


def test_too_many_cells_are_refused(mina: Viewer, settings: Any) -> None:
    settings.MAX_CELLS_PER_OPERATION = 15
    response = answer(EXPORT, mina, {"input": {"format": "CSV"}})
    assert response["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    settings.MAX_CELLS_PER_OPERATION = 16
    assert export(mina, format="CSV")["url"]


@pytest.mark.parametrize("format", ["XLSX", "CSV", "ICS"])
def test_statements_do_not_depend_on_the_number_of_classes(format: str) -> None:
    viewer = head_teacher()
    counts = []
    for school_class in make_classes(60):
        school_class.is_active = school_class.code == "C000"
        school_class.save()
        date = datetime.date(YEAR, 3, 12)
        make_cell(school_class, Period.MAR, exams=[make_exam()], scheduled_date=date)
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            export(viewer, format=format, filter={"academicYear": YEAR})
        counts.append(len(captured))
        type(school_class).objects.update(is_active=True)
    assert counts[0] == counts[1]
