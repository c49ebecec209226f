"""`rollOverYear`: what is copied, what is skipped and why, twice, undone, and with how many statements."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import (
    ClassCurriculumMapping,
    Exam,
    ExamScheduleMatrix,
    HistoryEntry,
    SchoolClass,
    Teacher,
    TeacherClassAssignment,
)
from tests.client import data
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_classes,
    make_exam,
    make_level,
    make_teacher,
)
from tests.query_counts import recorded_statements, statements
from tests.schema.mutations.database import stored_rows

pytestmark = pytest.mark.django_db

NEXT = YEAR + 1
PARTS = ["CURRICULUM", "EXAMS", "SCHEDULE", "ASSIGNMENTS"]
ROLL = """
  mutation ($input: RollOverYearInput!) { rollOverYear(input: $input) {
    digest report { part copied skipped reasons }
    warnings { code cells { id exams { name } } } changeSetId userErrors { code field message }
  } }
"""
UNDO = """
  mutation ($id: ID!) { undoChanges(input: { changeSetId: $id }) { changeSetId userErrors { code message } } }
"""


@pytest.fixture
def head() -> Viewer:
    return head_teacher()


@pytest.fixture
def plan(head: Viewer) -> SchoolClass:
    """Class A with a curriculum and the cells JAN with exams, Q1 with an invigilator who left, and FEB as a draft."""
    a = make_class("A")
    ClassCurriculumMapping.objects.create(
        school_class=a, academic_year=YEAR, curriculum_level=make_level(), priority=1
    )
    old = make_exam(f"Review {YEAR}", academic_year=YEAR, passing_score=60)
    every = make_exam("Every year")
    gone = make_teacher("gone", is_active=False)
    make_cell(
        a,
        Period.JAN,
        exams=[old, every],
        status="COMPLETED",
        scheduled_date=datetime.date(YEAR, 1, 12),
        start_time=datetime.time(9),
        room="3",
        notes="Pens",
    )
    quarterly = make_exam("Quarterly", type="QUARTERLY", academic_year=YEAR)
    make_cell(a, Period.Q1, exams=[quarterly], invigilator=gone)
    make_cell(a, Period.FEB, notes="Later", status="DRAFT")
    make_cell(a, Period.MAR)
    return a


def roll(viewer: Viewer, **input: Any) -> dict[str, Any]:
    values = {"fromYear": YEAR, "toYear": NEXT, "parts": PARTS, **input}
    payload: dict[str, Any] = data(ROLL, viewer, {"input": values})["rollOverYear"]
    return payload


def undo(viewer: Viewer, id: str) -> dict[str, Any]:
    payload: dict[str, Any] = data(UNDO, viewer, {"id": id})["undoChanges"]
    return payload


def counts(payload: dict[str, Any]) -> dict[str, tuple[int, int]]:
    assert payload["userErrors"] == []
    return {each["part"]: (each["copied"], each["skipped"]) for each in payload["report"]}


def reasons(payload: dict[str, Any], part: str) -> list[str]:
    (report,) = (each for each in payload["report"] if each["part"] == part)
    found: list[str] = report["reasons"]
    return found


def cell(period: str, code: str = "A", year: int = NEXT) -> ExamScheduleMatrix:
    return ExamScheduleMatrix.objects.get(pk=f"{code}/{year}/{period}")


def names(stored: ExamScheduleMatrix) -> list[tuple[str, int | None]]:
    return sorted(stored.exams.values_list("name", "academic_year"))


def test_everything_is_copied(plan: SchoolClass, head: Viewer) -> None:
    payload = roll(head)
    assert counts(payload) == {
        "CURRICULUM": (1, 0),
        "EXAMS": (2, 0),
        "SCHEDULE": (3, 0),
        "ASSIGNMENTS": (0, 0),
    }
    january = cell("JAN")
    assert names(january) == [("Every year", None), (f"Review {NEXT}", NEXT)]
    # 12 January 2026 is a Monday, as 11 January 2027 is.
    assert january.scheduled_date == datetime.date(NEXT, 1, 11)
    assert (january.start_time, january.room, january.notes) == (datetime.time(9), "3", "Pens")
    assert (january.status, january.version) == ("SCHEDULED", 1)
    assert (cell("FEB").status, cell("FEB").notes) == ("DRAFT", "Later")
    assert cell("Q1").invigilator is None
    assert not ExamScheduleMatrix.objects.filter(pk=f"A/{NEXT}/MAR").exists()
    copy = Exam.objects.get(name=f"Review {NEXT}")
    assert (copy.passing_score, copy.version, copy.created_by_id) == (60, 1, head.teacher_id)
    assert copy.copied_from == Exam.objects.get(name=f"Review {YEAR}")
    levels = ClassCurriculumMapping.objects.filter(academic_year=NEXT)
    assert [each.school_class_id for each in levels] == ["A"]
    assert SchoolClass.objects.get(pk="A").curriculum_versions == {str(NEXT): 1}
    assert reasons(payload, "EXAMS") == [f'"Review {YEAR}" becomes "Review {NEXT}".']
    assert reasons(payload, "SCHEDULE") == [f"A/{NEXT}/Q1: the invigilator has left."]
    entries = HistoryEntry.objects.all()
    assert {entry.action for entry in entries} == {"ROLL_OVER_YEAR"}
    assert {f"ChangeSet:{entry.change_set.hex}" for entry in entries if entry.change_set} == {
        payload["changeSetId"]
    }


def test_second_call_changes_nothing_and_says_why(plan: SchoolClass, head: Viewer) -> None:
    roll(head)
    before = stored_rows()
    payload = roll(head)
    assert counts(payload) == {
        "CURRICULUM": (0, 1),
        "EXAMS": (0, 2),
        "SCHEDULE": (0, 3),
        "ASSIGNMENTS": (0, 0),
    }
    assert payload["changeSetId"] is None
    assert stored_rows() == before
    assert reasons(payload, "CURRICULUM") == [f"A already has a curriculum in {NEXT}."]
    assert reasons(payload, "SCHEDULE") == [
        f"A/{NEXT}/{period} is in use already." for period in ("FEB", "JAN", "Q1")
    ]
    for mode in ("MERGE", "REPLACE"):
        assert roll(head, onExisting=mode)["changeSetId"] is None
    assert stored_rows() == before


def test_what_is_new_is_copied_by_a_second_call(plan: SchoolClass, head: Viewer) -> None:
    roll(head)
    make_cell(make_class("B"), Period.JAN, exams=[Exam.objects.get(name=f"Review {YEAR}")])
    payload = roll(head)
    assert counts(payload)["SCHEDULE"] == (1, 3)
    assert counts(payload)["EXAMS"] == (0, 2)
    assert names(cell("JAN", "B")) == [(f"Review {NEXT}", NEXT)]


def test_dry_run_reports_the_same_and_saves_nothing(plan: SchoolClass, head: Viewer) -> None:
    cells = ExamScheduleMatrix.objects.filter(pk__in=[f"A/{YEAR}/FEB", f"A/{YEAR}/Q1"])
    cells.update(scheduled_date=datetime.date(YEAR, 2, 9))
    before = stored_rows()
    planned = roll(head, dryRun=True)
    assert stored_rows() == before
    done = roll(head)
    assert planned["report"] == done["report"]
    assert planned["changeSetId"] is None
    shown = [
        [(each["code"], [at["id"] for at in each["cells"]]) for each in payload["warnings"]]
        for payload in (planned, done)
    ]
    assert shown[0] == shown[1]
    assert ("CLASS_SAME_DAY", [f"MatrixCell:A/{NEXT}/FEB", f"MatrixCell:A/{NEXT}/Q1"]) in shown[0]


@pytest.mark.parametrize("mode", ["SKIP", "MERGE", "REPLACE"])
def test_a_roll_over_copies_what_its_preview_showed(
    mode: str, plan: SchoolClass, head: Viewer
) -> None:
    """Some targets are in use, and some exams have a copy already."""
    make_cell(plan, Period.JAN, NEXT, exams=[make_exam()], status="COMPLETED")
    make_cell(plan, Period.FEB, NEXT, notes="Here")
    roll(head, parts=["EXAMS"], classCodes=["A"])
    soon = timezone.now() + datetime.timedelta(days=1)
    assign(make_teacher(), plan, expires_at=soon)
    make_cell(plan, Period.APR, exams=[make_exam("New", academic_year=YEAR)])
    preview = roll(head, onExisting=mode, dryRun=True)
    saved = roll(head, onExisting=mode, expectedDigest=preview["digest"], idempotencyKey="x")
    assert {**saved, "changeSetId": None, "warnings": preview["warnings"]} == preview
    assert sum(copied for copied, _skipped in counts(saved).values()) >= 3
    retry = roll(head, onExisting=mode, expectedDigest=preview["digest"], idempotencyKey="x")
    assert (retry["changeSetId"], retry["digest"]) == (saved["changeSetId"], saved["digest"])


CHANGES: dict[str, Callable[[], object]] = {
    "a cell": lambda: ExamScheduleMatrix.objects.filter(pk=f"A/{YEAR}/FEB").update(notes="Now"),
    "a target": lambda: ExamScheduleMatrix.objects.filter(pk=f"A/{NEXT}/FEB").update(notes="Now"),
    "a target, to and fro": lambda: ExamScheduleMatrix.objects.filter(pk=f"A/{NEXT}/FEB").update(
        version=F("version") + 2
    ),
    "an exam": lambda: Exam.objects.filter(name="Quarterly").update(version=F("version") + 1),
    "an exam that became inactive": lambda: Exam.objects.filter(name="Every year").update(
        is_active=False
    ),
    "the levels": lambda: ClassCurriculumMapping.objects.all().delete(),
    "the levels of the new year": lambda: ClassCurriculumMapping.objects.create(
        school_class_id="A", academic_year=NEXT, curriculum_level=make_level("Other"), priority=1
    ),
    "the end of access": lambda: TeacherClassAssignment.objects.update(
        expires_at=timezone.now() + datetime.timedelta(days=2)
    ),
    "an invigilator who left": lambda: User.objects.filter(username="kim").update(is_active=False),
    "a class that became inactive": lambda: SchoolClass.objects.update(is_active=False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_after_the_preview_is_seen(
    change: Callable[[], object], plan: SchoolClass, head: Viewer
) -> None:
    kim = make_teacher("kim")
    make_cell(plan, Period.APR, exams=[make_exam("Of kim")], invigilator=kim)
    make_cell(plan, Period.FEB, NEXT, room="7", status="DRAFT")
    assign(kim, plan, expires_at=timezone.now() + datetime.timedelta(days=1))
    input = {"onExisting": "MERGE", "dates": "NONE"}
    digest = roll(head, **input, dryRun=True)["digest"]
    assert roll(head, **input, dryRun=True)["digest"] == digest
    change()
    before = stored_rows()
    payload = roll(head, **input, expectedDigest=digest)
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("STALE_VERSION", ["input", "expectedDigest"])
    assert (payload["digest"], payload["report"], payload["changeSetId"]) == (None, [], None)
    assert stored_rows() == before
    again = roll(head, **input, dryRun=True)["digest"]
    assert roll(head, **input, expectedDigest=again)["userErrors"] == []


def test_dry_run_writes_and_locks_nothing(plan: SchoolClass, head: Viewer) -> None:
    with CaptureQueriesContext(connection) as captured:
        roll(head, dryRun=True)
    sql = statements(captured)
    assert {each.split(None, 1)[0] for each in sql} == {"SELECT"}
    assert not [each for each in sql if "FOR UPDATE" in each or "FOR NO KEY UPDATE" in each]


@pytest.mark.parametrize(
    ("mode", "notes", "exams"),
    [("SKIP", "Own", 1), ("MERGE", "Own", 3), ("REPLACE", "Pens", 2)],
)
def test_target_in_use(mode: str, notes: str, exams: int, plan: SchoolClass, head: Viewer) -> None:
    make_cell(plan, Period.JAN, NEXT, exams=[make_exam("Own")], notes="Own")
    roll(head, onExisting=mode)
    target = cell("JAN")
    assert (target.notes, target.exams.count()) == (notes, exams)
    assert (target.room == "3") is (mode != "SKIP")


@pytest.mark.parametrize("mode", ["SKIP", "MERGE", "REPLACE"])
def test_locked_target_keeps_its_exams(mode: str, plan: SchoolClass, head: Viewer) -> None:
    make_cell(plan, Period.JAN, NEXT, exams=[make_exam("Own")], status="COMPLETED")
    payload = roll(head, onExisting=mode)
    assert names(cell("JAN")) == [("Own", None)]
    assert any(each.startswith(f"A/{NEXT}/JAN is ") for each in reasons(payload, "SCHEDULE"))


@pytest.mark.parametrize(("mode", "expected"), [("SKIP", [2]), ("MERGE", [2, 1]), ("REPLACE", [1])])
def test_curriculum_in_use(mode: str, expected: list[int], plan: SchoolClass, head: Viewer) -> None:
    other = make_level(number=2)
    ClassCurriculumMapping.objects.create(
        school_class=plan, academic_year=NEXT, curriculum_level=other, priority=1
    )
    roll(head, onExisting=mode, parts=["CURRICULUM"])
    levels = ClassCurriculumMapping.objects.filter(academic_year=NEXT).order_by("priority")
    assert [each.curriculum_level.level_number for each in levels] == expected


def test_exams_without_a_copy_or_inactive_are_left_out(plan: SchoolClass, head: Viewer) -> None:
    Exam.objects.filter(name="Every year").update(is_active=False)
    payload = roll(head, parts=["SCHEDULE"])
    assert counts(payload) == {"SCHEDULE": (3, 0)}
    template = '{}: "{}" is inactive or has no copy for this year.'
    assert set(reasons(payload, "SCHEDULE")) == {
        template.format(f"A/{NEXT}/JAN", f"Review {YEAR}"),
        template.format(f"A/{NEXT}/JAN", "Every year"),
        template.format(f"A/{NEXT}/Q1", "Quarterly"),
        f"A/{NEXT}/Q1: the invigilator has left.",
    }
    assert (cell("JAN").status, cell("JAN").exams.count()) == ("DRAFT", 0)


@pytest.mark.parametrize(
    ("dates", "expected"), [("NONE", None), ("SAME_DATE", datetime.date(NEXT, 1, 12))]
)
def test_other_dates(
    dates: str, expected: datetime.date | None, plan: SchoolClass, head: Viewer
) -> None:
    roll(head, dates=dates)
    assert cell("JAN").scheduled_date == expected


def test_only_some_classes(plan: SchoolClass, head: Viewer) -> None:
    make_cell(make_class("B"), Period.JAN, notes="x")
    roll(head, classCodes=["B"])
    targets = ExamScheduleMatrix.objects.filter(academic_year=NEXT)
    assert [each.pk for each in targets] == [f"B/{NEXT}/JAN"]


def test_access_that_would_end_goes_on(plan: SchoolClass, head: Viewer) -> None:
    end = timezone.now() + datetime.timedelta(minutes=5)
    after = datetime.datetime(NEXT + 1, 6, 1, tzinfo=datetime.UTC)
    ends, goes_on, forever = (make_teacher(name) for name in ("ends", "goes", "forever"))
    ending = assign(ends, plan, expires_at=end)
    assign(goes_on, plan, expires_at=after)
    assign(forever, plan)
    assign(make_teacher("revoked"), plan, expires_at=end, is_active=False)
    assign(make_teacher("expired"), plan, expires_at=timezone.now())
    payload = roll(head, parts=["ASSIGNMENTS"])
    assert counts(payload) == {"ASSIGNMENTS": (1, 2)}
    expiries = TeacherClassAssignment.objects.values_list("teacher__user__username", "expires_at")
    assert dict(expiries)["ends"] is None
    assert dict(expiries)["goes"] == after
    assert undo(head, payload["changeSetId"])["userErrors"] == []
    ending.refresh_from_db()
    assert ending.expires_at == end


def test_access_that_is_not_extended_has_a_reason(plan: SchoolClass, head: Viewer) -> None:
    end = timezone.now() + datetime.timedelta(minutes=5)
    closed = make_class("CLOSED", is_active=False)
    ending = make_teacher("Ending")
    for where in (plan, closed):
        assign(ending, where, expires_at=end)
    assign(make_teacher("Left", is_active=False), plan, expires_at=end)
    assign(Teacher.objects.get(is_head_teacher=True), plan, expires_at=end)
    planned = roll(head, parts=["ASSIGNMENTS"], dryRun=True)
    payload = roll(head, parts=["ASSIGNMENTS"])
    assert planned["report"] == payload["report"]
    assert counts(payload) == {"ASSIGNMENTS": (1, 3)}
    teacher = ending.name
    left = Teacher.objects.get(user__username="Left").name
    assert reasons(payload, "ASSIGNMENTS") == [
        f"The access of {teacher} to A no longer ends on {timezone.localdate(end)}.",
        f"The access of {teacher} to CLOSED is not extended: the class is inactive.",
        f"The access of {left} to A is not extended: the teacher has left.",
        "You cannot change your own access to A.",
    ]


def test_inactive_classes_are_named_and_not_copied(plan: SchoolClass, head: Viewer) -> None:
    closed = make_class("CLOSED")
    for period in (Period.JAN, Period.FEB):
        make_cell(closed, period, notes="x")
    ClassCurriculumMapping.objects.create(
        school_class=closed, academic_year=YEAR, curriculum_level=make_level(number=2), priority=1
    )
    SchoolClass.objects.filter(pk="CLOSED").update(is_active=False)
    planned = roll(head, dryRun=True)
    payload = roll(head)
    assert planned["report"] == payload["report"]
    assert counts(payload)["CURRICULUM"] == (1, 1)
    assert counts(payload)["SCHEDULE"] == (3, 2)
    assert "CLOSED is inactive." in reasons(payload, "CURRICULUM")
    assert f"CLOSED is inactive. Its cells in {YEAR}: 2." in reasons(payload, "SCHEDULE")
    assert not ExamScheduleMatrix.objects.filter(pk__startswith=f"CLOSED/{NEXT}").exists()
    assert counts(roll(head, classCodes=["A"]))["CURRICULUM"] == (0, 1)


def test_date_that_becomes_a_holiday_is_kept_and_warned_about(
    plan: SchoolClass, head: Viewer
) -> None:
    """Friday, 2 January 2026 becomes Friday, 1 January 2027."""
    cells = ExamScheduleMatrix.objects.filter(pk=f"A/{YEAR}/JAN")
    cells.update(scheduled_date=datetime.date(YEAR, 1, 2))
    for dry_run in (True, False):
        payload = roll(head, dryRun=dry_run)
        (warning,) = (each for each in payload["warnings"] if each["code"] == "HOLIDAY")
        assert [each["id"] for each in warning["cells"]] == [f"MatrixCell:A/{NEXT}/JAN"]
    assert cell("JAN").scheduled_date == datetime.date(NEXT, 1, 1)


def test_undo_empties_the_new_year_and_redo_fills_it(plan: SchoolClass, head: Viewer) -> None:
    def shown() -> list[Any]:
        columns = ("id", "status", "scheduled_date", "start_time", "room", "notes", "exams__name")
        cells = ExamScheduleMatrix.objects.filter(academic_year=NEXT).order_by("id", "exams__name")
        return list(cells.values_list(*columns))

    first = roll(head)["changeSetId"]
    filled = shown()
    undone = undo(head, first)
    assert undone["userErrors"] == []
    assert {row[1] for row in shown()} == {"EMPTY"}
    assert not ClassCurriculumMapping.objects.filter(academic_year=NEXT).exists()
    assert not Exam.objects.filter(academic_year=NEXT, is_active=True).exists()
    assert undo(head, undone["changeSetId"])["userErrors"] == []
    assert shown() == filled


def test_repeating_after_an_undo_uses_the_same_copies(plan: SchoolClass, head: Viewer) -> None:
    undo(head, roll(head)["changeSetId"])
    payload = roll(head)
    assert counts(payload)["SCHEDULE"] == (3, 0)
    assert f'The inactive copy "Review {NEXT}" becomes active again.' in reasons(payload, "EXAMS")
    assert Exam.objects.filter(academic_year=NEXT, is_active=True).count() == 2
    assert Exam.objects.filter(academic_year=NEXT).count() == 2


def test_undo_after_one_cell_was_edited_is_refused(plan: SchoolClass, head: Viewer) -> None:
    first = roll(head)["changeSetId"]
    document = "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { cell { id } } }"
    where = {"id": f"MatrixCell:A/{NEXT}/JAN"}
    data(document, head, {"input": {"cell": where, "notes": "Other"}})
    (error,) = undo(head, first)["userErrors"]
    assert error["code"] == "CHANGED_SINCE"
    assert error["message"].startswith(f"A/{NEXT}/JAN: notes was changed again by ")


@pytest.mark.parametrize(
    ("input", "code", "path"),
    [
        ({"fromYear": 2019}, "YEAR_OUT_OF_RANGE", "fromYear"),
        ({"toYear": 2036}, "YEAR_OUT_OF_RANGE", "toYear"),
        ({"toYear": YEAR}, "OUT_OF_RANGE", "toYear"),
        ({"toYear": YEAR - 1}, "OUT_OF_RANGE", "toYear"),
        ({"classCodes": ["A", "NONE"]}, "NOT_FOUND", "classCodes.1"),
        ({"classCodes": ["no\0code"]}, "NOT_FOUND", "classCodes.0"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_invalid_input(
    input: dict[str, Any], code: str, path: str, dry_run: bool, plan: SchoolClass, head: Viewer
) -> None:
    before = stored_rows()
    payload = roll(head, **input, dryRun=dry_run)
    (error,) = payload["userErrors"]
    assert (error["code"], ".".join(error["field"])) == (code, f"input.{path}")
    assert (payload["report"], payload["warnings"]) == ([], [])
    assert stored_rows() == before


def test_only_administrators(plan: SchoolClass) -> None:
    teacher = make_teacher("mina")
    assign(teacher, plan)
    before = stored_rows()
    for dry_run in (False, True):
        (error,) = roll(as_viewer(teacher), dryRun=dry_run)["userErrors"]
        assert (error["code"], error["field"]) == ("FORBIDDEN", ["input"])
    assert stored_rows() == before


@pytest.mark.parametrize("classes", [1, 60])
@pytest.mark.parametrize("dry_run", [False, True])
def test_statements_do_not_depend_on_the_number_of_classes(
    classes: int, dry_run: bool, head: Viewer
) -> None:
    exams = [make_exam(academic_year=YEAR) for _ in range(3)]
    level, teacher = make_level(), make_teacher()
    for minutes, each in enumerate(make_classes(classes), start=5):
        end = timezone.now() + datetime.timedelta(minutes=minutes)
        assign(teacher, each, expires_at=end)
        ClassCurriculumMapping.objects.create(
            school_class=each, academic_year=YEAR, curriculum_level=level, priority=1
        )
        for number, period in enumerate((Period.JAN, Period.FEB)):
            day = datetime.date(YEAR, number + 1, 5)
            make_cell(each, period, exams=exams, scheduled_date=day)
    with recorded_statements(f"rollOverYear{', dry run' if dry_run else ''}"):
        payload = roll(head, dryRun=dry_run)
    assert counts(payload) == {
        "CURRICULUM": (classes, 0),
        "EXAMS": (3, 0),
        "SCHEDULE": (2 * classes, 0),
        "ASSIGNMENTS": (classes, 0),
    }
    if not dry_run:
        with recorded_statements("undoChanges of rollOverYear"):
            assert undo(head, payload["changeSetId"])["userErrors"] == []
