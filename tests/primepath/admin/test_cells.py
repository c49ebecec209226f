"""The pages of cells and of exam sessions."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from primepath.domain.academic_year import AcademicYears
from primepath.domain.period import Period
from primepath.models import Exam, ExamScheduleMatrix, ExamSession, SchoolClass, Teacher
from primepath.school import current_academic_year
from tests.factories import make_cell, make_exam
from tests.primepath.admin.pages import change_url, errors_of, filled, list_url
from tests.primepath.admin.school import Row, written_since

YEAR = current_academic_year()


def test_cell_shows_exams_and_completion(head: Client, row: Row) -> None:
    for number, status in enumerate(["COMPLETED", "COMPLETED", "IN_PROGRESS"], start=2):
        ExamSession.objects.create(
            cell=row.cell, exam=row.exam, pupil=f"Pupil {number}", status=status
        )
    row.cell.cell_exams.create(exam=make_exam("Nobody sits it"))
    page = head.get(change_url(row.cell)).content.decode()
    assert page.count("2 of 4 (50 %)") == 2
    assert "Nobody sits it" in page
    assert "Scheduled" in page


def test_cell_links_to_its_sessions(head: Client, row: Row) -> None:
    other = make_cell(row.school_class, Period.FEB)
    ExamSession.objects.create(cell=other, exam=row.exam, pupil="Another")
    url = f"{list_url(ExamSession)}?cell={row.cell.pk}"
    assert url in head.get(change_url(row.cell)).content.decode()
    assert list(head.get(url).context["cl"].result_list) == [row.session]


def test_cells_are_in_matrix_order(head: Client, row: Row) -> None:
    for period in (Period.Q1, Period.APR, Period.FEB):
        make_cell(row.school_class, period, current_academic_year())
    listed = head.get(list_url(ExamScheduleMatrix)).context["cl"].result_list
    assert [cell.period for cell in listed] == ["JAN", "FEB", "APR", "Q1"]


def _save(client: Client, row: Row, **values: Any) -> Any:
    url = change_url(row.cell)
    return client.post(url, filled(client, url) | values)


def _stored(row: Row) -> ExamScheduleMatrix:
    return ExamScheduleMatrix.objects.get(pk=row.cell.pk)


def _exams(row: Row) -> list[str]:
    return list(row.cell.exams.values_list("name", flat=True))


def test_cell_is_changed_by_the_service(head: Client, head_teacher: Teacher, row: Row) -> None:
    values = {"start_time": "09:00", "end_time": "10:30", "notes": "Room 2", "status": "COMPLETED"}
    assert _save(head, row, **values).status_code == 302
    cell = _stored(row)
    assert (cell.notes, cell.status, cell.version) == ("Room 2", "COMPLETED", 2)
    assert (cell.created_by, cell.modified_by) == (row.teacher, head_teacher)
    (entry,) = written_since(row)
    assert (entry.action, entry.subject_key) == ("UPDATE_CELL", cell.pk)
    assert (entry.actor, entry.actor_name, entry.teacher) == (
        head_teacher.user,
        "Head-Teacher",
        head_teacher,
    )
    assert {field for field, _, _ in entry.changes} == {"startTime", "endTime", "notes", "status"}


@pytest.mark.parametrize("notes", ["", " Two\n\nlines \n"])
def test_saving_an_unchanged_cell_creates_no_version(head: Client, row: Row, notes: str) -> None:
    ExamScheduleMatrix.objects.update(notes=notes)
    # Browsers send line breaks in this form.
    assert _save(head, row, notes=notes.replace("\n", "\r\n")).status_code == 302
    assert _stored(row).version == 1
    assert not written_since(row)


def test_only_fitting_exams_can_be_chosen(head: Client, row: Row) -> None:
    for values in (
        {"type": "QUARTERLY"},
        {"is_active": False},
        {"academic_year": current_academic_year() + 1},
    ):
        response = _save(head, row, chosen_exams=[make_exam("Unfit", **values).pk])
        assert "Unfit" not in response.content.decode()
        assert "not one of the available choices" in errors_of(response)["chosen_exams"][0]
    for key in ("x", "\0", "10000000000000000000000"):
        assert list(errors_of(_save(head, row, chosen_exams=[key]))) == ["chosen_exams"]
    assert _exams(row) == ["Exam 1"]
    assert not written_since(row)


def _offered(client: Client, cell: str, term: str = "") -> list[str]:
    """Return the names that the search box on the page of a cell lists."""
    asked = {"app_label": "primepath", "model_name": "examschedulematrix", "field_name": "exams"}
    response = client.get("/admin/autocomplete/", {**asked, "owner": cell, "term": term})
    return [each["text"] for each in response.json()["results"]]


def test_search_box_lists_the_exams_that_fit_the_cell(head: Client, row: Row) -> None:
    make_exam("Quarterly", type="QUARTERLY"), make_exam("Old", is_active=False)
    make_exam("This year", academic_year=YEAR), make_exam("Next year", academic_year=YEAR + 1)
    assert _offered(head, row.cell.pk) == ["Exam 1", "This year"]
    assert _offered(head, row.cell.pk, "YEAR") == ["This year"]
    assert _offered(head, f"X/{YEAR}/Q1") == ["Quarterly"]
    assert _offered(head, "X/1/JAN") == _offered(head, "\0") == []
    page = head.get(change_url(row.cell)).content.decode()
    assert f"/admin/autocomplete/?owner={row.cell.pk.replace('/', '%2F')}" in page


def test_page_of_a_cell_contains_only_its_own_exams(head: Client, row: Row) -> None:
    make_exam("Not in the cell")
    page = head.get(change_url(row.cell)).content.decode()
    assert "Exam 1" in page
    assert "Not in the cell" not in page


def test_exams_are_assigned_and_unassigned(head: Client, row: Row) -> None:
    Exam.objects.update(is_active=False)
    other = make_exam("Other", academic_year=current_academic_year())
    assert filled(head, change_url(row.cell))["chosen_exams"] == [str(row.exam.pk)]
    for chosen, action, status in [
        ([row.exam.pk, other.pk], "ASSIGN_EXAMS", "SCHEDULED"),
        ([other.pk], "UNASSIGN_EXAMS", "SCHEDULED"),
        ([], "UNASSIGN_EXAMS", "EMPTY"),
        ([other.pk], "ASSIGN_EXAMS", "SCHEDULED"),
    ]:
        before = written_since(row)
        assert _save(head, row, chosen_exams=chosen).status_code == 302
        assert {exam.pk for exam in row.cell.exams.all()} == set(chosen)
        assert _stored(row).status == status
        assert [entry.action for entry in written_since(row)[len(before) :]] == [action]


def test_exams_of_a_scheduled_cell_are_replaced(head: Client, row: Row) -> None:
    assert _save(head, row, chosen_exams=[make_exam("Other").pk], notes="New").status_code == 302
    assert _exams(row) == ["Other"]
    changed = [[field for field, _, _ in entry.changes] for entry in written_since(row)]
    assert changed == [["exams"], ["exams"], ["notes"]]


def test_exams_of_a_locked_cell_cannot_change_until_its_status_is_reset(
    head: Client, row: Row
) -> None:
    assert _save(head, row, status="COMPLETED").status_code == 302
    other = make_exam("Other")
    chosen = [row.exam.pk, other.pk]
    errors = errors_of(_save(head, row, chosen_exams=chosen, notes="Not kept"))
    assert "so its exams are locked. Set its status back" in errors["chosen_exams"][0]
    assert (_stored(row).version, _stored(row).notes, _exams(row)) == (2, "", ["Exam 1"])
    assert _save(head, row, chosen_exams=chosen, status="SCHEDULED").status_code == 302
    assert _exams(row) == ["Exam 1", "Other"]
    assert _save(head, row, chosen_exams=[other.pk], status="IN_PROGRESS").status_code == 302
    assert (_exams(row), _stored(row).status) == (["Other"], "IN_PROGRESS")


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"status": "EMPTY"}, "status", "A cell with exams cannot be EMPTY"),
        (
            {"start_time": "", "end_time": "10:00"},
            "end_time",
            "Set a start time before setting an end time.",
        ),
        ({"start_time": "10:00", "end_time": "10:00"}, "end_time", "must be after start time"),
        ({"scheduled_date": "1999-01-01"}, "scheduled_date", f"must be within JAN {YEAR} ("),
        ({"notes": "x" * 10_001}, "notes", "at most 10000"),
        ({"notes": "\0"}, "notes", "Null characters"),
        ({"status": "OTHER"}, "status", "Select a valid choice"),
        ({"scheduled_date": "soon"}, "scheduled_date", "Enter a valid date"),
    ],
)
def test_invalid_value_is_an_error_at_its_field(
    head: Client, row: Row, values: dict[str, str], field: str, message: str
) -> None:
    errors = errors_of(_save(head, row, **values))
    assert list(errors) == [field]
    assert message in errors[field][0]
    assert _stored(row).version == 1
    assert not written_since(row)


@pytest.mark.parametrize("values", [{"notes": "Late"}, {"chosen_exams": []}, {}])
def test_stale_form_saves_nothing(head: Client, row: Row, values: dict[str, Any]) -> None:
    url = change_url(row.cell)
    data = filled(head, url)
    assert _save(head, row, notes="First").status_code == 302
    for _ in range(2):  # Saving again fails too. Reloading the page helps.
        response = head.post(url, data | values)
        assert "Another user has changed this" in errors_of(response)["__all__"][0]
    assert (_stored(row).notes, _stored(row).version, _exams(row)) == ("First", 2, ["Exam 1"])
    assert len(written_since(row)) == 1
    assert _save(head, row, **values).status_code == 302


def test_unchanged_cell_is_changed_from_version_0(head: Client, row: Row) -> None:
    cell = make_cell(row.school_class, Period.Q1, YEAR)
    exam = make_exam("Quarterly", type="QUARTERLY")
    data = filled(head, change_url(cell))
    assert data["expected_version"] == "0"
    assert head.post(change_url(cell), data | {"chosen_exams": [exam.pk]}).status_code == 302
    cell.refresh_from_db()
    assert (cell.status, cell.version) == ("SCHEDULED", 1)


def test_cell_of_an_inactive_class_or_year_out_of_range_is_read_only(
    head: Client, row: Row, settings: Any
) -> None:
    url = change_url(row.cell)
    data = filled(head, url)
    assert "notes" in data
    settings.ACADEMIC_YEARS = AcademicYears(YEAR + 1, YEAR + 2)
    assert "notes" not in filled(head, url)
    assert head.post(url, data | {"notes": "New"}).status_code == 403
    settings.ACADEMIC_YEARS = AcademicYears(YEAR, YEAR)
    SchoolClass.objects.update(is_active=False)
    assert "notes" not in filled(head, url)
    assert head.post(url, data | {"notes": "New"}).status_code == 403


def test_missing_cell_has_no_page(head: Client, row: Row) -> None:
    cell = ExamScheduleMatrix(pk=f"{row.school_class.pk}/{YEAR}/DEC")
    assert head.get(change_url(cell)).headers["Location"] == "/admin/"
    assert ExamScheduleMatrix.objects.count() == 1
