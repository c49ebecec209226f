"""The columns of a cell that an operation reads."""

from __future__ import annotations

import datetime

import pytest

from primepath.domain.cell import CellStatus
from primepath.domain.period import PERIODS, Period
from primepath.models import (
    Exam,
    ExamScheduleMatrix,
    ExamSession,
)
from tests.client import data
from tests.factories import (
    YEAR,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_teacher,
)

pytestmark = pytest.mark.django_db

SEOUL = datetime.timezone(datetime.timedelta(hours=9))
CELL = """
query ($period: Period!) {
  matrixCell(at: {classCode: "A", academicYear: 2026, period: $period}) {
    id schoolClass { code } academicYear period periodType status color icon version canEdit
    exams { name } examCount scheduledDate startTime endTime notes createdAt updatedAt
    createdBy { name } modifiedBy { name }
    completion { totalSessions completed inProgress notStarted completionRate }
  }
}
"""
NO_SESSIONS = {
    "totalSessions": 0,
    "completed": 0,
    "inProgress": 0,
    "notStarted": 0,
    "completionRate": 0.0,
}


@pytest.mark.parametrize("may_store", [False, True])
@pytest.mark.parametrize("period", ["DEC", "Q2"])
def test_unchanged_cell_is_empty(period: str, may_store: bool) -> None:
    make_class("A")
    viewer = head_teacher()
    for _ in range(2):
        cell = data(CELL, viewer, {"period": period}, may_store=may_store)["matrixCell"]
        assert cell == {
            "id": f"MatrixCell:A/2026/{period}",
            "schoolClass": {"code": "A"},
            "academicYear": 2026,
            "period": period,
            "periodType": "MONTHLY" if period == "DEC" else "QUARTERLY",
            "status": "EMPTY",
            "color": "#F5F5F5",
            "icon": "⬜",
            "version": 0,
            "canEdit": True,
            "exams": [],
            "examCount": 0,
            "notes": "",
            "completion": NO_SESSIONS,
            **dict.fromkeys(("scheduledDate", "startTime", "endTime", "createdAt", "updatedAt")),
            **dict.fromkeys(("createdBy", "modifiedBy")),
        }
        assert ExamScheduleMatrix.objects.count() == may_store


def test_cell_has_all_stored_values() -> None:
    make_cell(
        make_class("A"),
        Period.MAR,
        exams=[make_exam("Phonics"), make_exam("Grammar")],
        status=CellStatus.IN_PROGRESS,
        scheduled_date=datetime.date(2026, 3, 14),
        start_time=datetime.time(9, 30),
        end_time=datetime.time(10, 15, 30),
        notes="Bring pencils.\n연필",
        version=5,
        created_by=make_teacher("mina"),
        modified_by=make_teacher("juno"),
        created_at=datetime.datetime(2026, 3, 1, 8, 0, tzinfo=SEOUL),
        updated_at=datetime.datetime(2026, 3, 2, 8, 0, 0, 500, tzinfo=SEOUL),
    )
    cell = data(CELL, head_teacher(), {"period": "MAR"})["matrixCell"]
    assert cell == {
        "id": "MatrixCell:A/2026/MAR",
        "schoolClass": {"code": "A"},
        "academicYear": 2026,
        "period": "MAR",
        "periodType": "MONTHLY",
        "status": "IN_PROGRESS",
        "color": "#FFF3E0",
        "icon": "⏳",
        "version": 5,
        "canEdit": True,
        "exams": [{"name": "Grammar"}, {"name": "Phonics"}],
        "examCount": 2,
        "scheduledDate": "2026-03-14",
        "startTime": "09:30:00",
        "endTime": "10:15:30",
        "notes": "Bring pencils.\n연필",
        "createdAt": "2026-02-28T23:00:00+00:00",
        "updatedAt": "2026-03-01T23:00:00.000500+00:00",
        "createdBy": {"name": "Mina"},
        "modifiedBy": {"name": "Juno"},
        "completion": NO_SESSIONS,
    }


@pytest.mark.parametrize(
    ("status", "color", "icon"),
    [
        ("EMPTY", "#F5F5F5", "⬜"),
        ("DRAFT", "#F3E5F5", "📝"),
        ("SCHEDULED", "#E3F2FD", "📅"),
        ("IN_PROGRESS", "#FFF3E0", "⏳"),
        ("COMPLETED", "#E8F5E9", "✅"),
    ],
)
def test_status_has_a_color_and_an_icon(status: str, color: str, icon: str) -> None:
    make_cell(make_class("A"), status=status)
    cell = data(CELL, head_teacher(), {"period": "JAN"})["matrixCell"]
    assert (cell["status"], cell["color"], cell["icon"]) == (status, color, icon)


def test_get_returns_the_matrix_of_a_post_and_stores_nothing() -> None:
    first = make_class("A")
    make_class("B")
    make_cell(first, Period.MAR, exams=[make_exam()])
    make_cell(first, Period.Q1, notes="planned")
    document = "{ scheduleMatrix(academicYear: 2026) { rows { cells { id status notes exams { name } } } } }"
    viewer = head_teacher()
    by_get = data(document, viewer, may_store=False)
    assert ExamScheduleMatrix.objects.count() == 2
    assert data(document, viewer) == by_get
    assert ExamScheduleMatrix.objects.count() == 2 * len(PERIODS)
    assert [cell["id"] for row in by_get["scheduleMatrix"]["rows"] for cell in row["cells"]] == [
        f"MatrixCell:{code}/{YEAR}/{period}" for code in "AB" for period in PERIODS
    ]


def _sit(cell: ExamScheduleMatrix, exam: Exam, *statuses: str) -> None:
    ExamSession.objects.bulk_create(
        ExamSession(cell=cell, exam=exam, pupil=f"Pupil {number}", status=status)
        for number, status in enumerate(statuses)
    )


def test_completion_counts_the_sessions_of_all_exams_of_a_cell() -> None:
    school_class, one, two = make_class("A"), make_exam(), make_exam()
    mixed = make_cell(school_class, Period.JAN, exams=[one, two])
    done = make_cell(school_class, Period.FEB, exams=[one])
    waiting = make_cell(school_class, Period.MAR, exams=[two])
    make_cell(school_class, Period.APR, exams=[two])
    _sit(mixed, one, "COMPLETED", "COMPLETED", "IN_PROGRESS")
    _sit(mixed, two, "COMPLETED", "NOT_STARTED", "NOT_STARTED", "NOT_STARTED", "IN_PROGRESS")
    _sit(done, one, "COMPLETED", "COMPLETED")
    _sit(waiting, two, "NOT_STARTED")
    document = """
    {
      schoolClass(code: "A") {
        cells(academicYear: 2026, periods: [JAN, FEB, MAR, APR, MAY]) {
          completion { totalSessions completed inProgress notStarted completionRate }
        }
      }
    }
    """
    cells = data(document, head_teacher())["schoolClass"]["cells"]
    assert [tuple(cell["completion"].values()) for cell in cells] == [
        (8, 3, 2, 3, 0.375),
        (2, 2, 0, 0, 1.0),
        (1, 0, 0, 1, 0.0),
        (0, 0, 0, 0, 0.0),
        (0, 0, 0, 0, 0.0),
    ]
