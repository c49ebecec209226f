"""Actions of lists change all of the selected rows through services, or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from primepath.admin.common import bulk
from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.models import Exam, ExamScheduleMatrix, SchoolClass
from primepath.school import current_academic_year
from tests.factories import make_cell, make_class, make_exam
from tests.primepath.admin.pages import list_url
from tests.primepath.admin.school import Row, written_since
from tests.primepath.admin.test_every_change_is_recorded import only_services_write

YEAR = current_academic_year()


def _run(client: Client, action: str, rows: list[Any]) -> str:
    """Run an action for these rows, and return the text of the messages after it."""
    url = list_url(type(rows[0]))
    with only_services_write():
        response = client.post(
            url, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
        )
    return "\n".join(str(message) for message in response.context["messages"])


def _offered(client: Client, model: type[Model]) -> set[str]:
    form = client.get(list_url(model)).context["action_form"]
    return {value for value, _ in form.fields["action"].choices if value}


def test_lists_offer_their_actions(head: Client, row: Row) -> None:
    statuses = {f"set_{status}" for status in CellStatus}
    assert _offered(head, ExamScheduleMatrix) == {*statuses, "clear_dates"}
    assert _offered(head, SchoolClass) == _offered(head, Exam) == {"make_active", "make_inactive"}


def test_status_of_selected_cells_is_set_in_one_change_set(head: Client, row: Row) -> None:
    other = make_cell(row.school_class, Period.FEB, YEAR, exams=[row.exam])
    assert _run(head, "set_COMPLETED", [row.cell, other]) == "Changed 2 rows."
    assert {cell.status for cell in ExamScheduleMatrix.objects.all()} == {"COMPLETED"}
    entries = written_since(row)
    assert {entry.subject_key for entry in entries} == {row.cell.pk, other.pk}
    assert {entry.action for entry in entries} == {"UPDATE_CELLS"}
    assert len({entry.change_set for entry in entries}) == 1


def test_dates_are_removed(head: Client, row: Row) -> None:
    assert _run(head, "clear_dates", [row.cell]) == "Changed 1 row."
    row.cell.refresh_from_db()
    assert row.cell.scheduled_date is None


def test_one_problem_stops_the_whole_action_and_is_named(head: Client, row: Row) -> None:
    other = make_cell(row.school_class, Period.FEB, YEAR)
    text = _run(head, "set_EMPTY", [other, row.cell])
    assert "Nothing was changed, because 1 row has a problem." in text
    assert f"{row.cell.pk}: A cell with exams cannot be EMPTY" in text
    assert not written_since(row)


@pytest.mark.parametrize(("action", "is_active"), [("make_active", True), ("make_inactive", False)])
def test_classes_and_exams_are_made_active_and_inactive(
    head: Client, row: Row, action: str, is_active: bool
) -> None:
    classes = [make_class(is_active=not is_active), make_class(is_active=not is_active)]
    exams = [make_exam(is_active=not is_active), make_exam(is_active=not is_active)]
    for rows in (classes, exams):
        before = len(written_since(row))
        assert _run(head, action, rows) == "Changed 2 rows."
        for each in rows:
            each.refresh_from_db()
        assert {each.is_active for each in rows} == {is_active}
        entries = written_since(row)[before:]
        assert len(entries) == 2
        assert len({entry.change_set for entry in entries}) == 1


def test_too_many_rows_are_refused(
    head: Client, row: Row, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(bulk, "MAX_ROWS", 1)
    settings.MAX_CELLS_PER_OPERATION = 1
    cells = [row.cell, make_cell(row.school_class, Period.FEB, YEAR)]
    for action, rows in (
        ("make_inactive", [row.exam, make_exam()]),
        ("set_COMPLETED", cells),
    ):
        assert _run(head, action, rows) == "You selected 2 rows. Select at most 1."
    assert not written_since(row)


def test_statements_do_not_depend_on_the_number_of_cells(head: Client, row: Row) -> None:
    counts = []
    for number in (1, 2, 40):
        rows = [make_cell(make_class(), Period.FEB, YEAR, exams=[row.exam]) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            data = {"action": "set_COMPLETED", "_selected_action": [each.pk for each in rows]}
            assert head.post(list_url(ExamScheduleMatrix), data).status_code == 302
        counts.append(len(captured))
    # The first request also fills caches.
    assert counts[1] == counts[2]


def test_actions_are_for_administrators(row: Row) -> None:
    data = {"action": "set_COMPLETED", "_selected_action": [row.cell.pk]}
    response: Any = Client().post(list_url(ExamScheduleMatrix), data)
    assert response.headers["Location"].startswith("/admin/login/")
    assert not written_since(row)
