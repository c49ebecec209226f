"""Changing a cell on the page at ``/``: by mouse and by keyboard, with errors, conflicts and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.opened_cell import ROWS, YEAR, OpenedCell, tab_to
from tests.browser.tab import Tab
from tests.server import Server

pytestmark = pytest.mark.one_database

CELL = """query ($at: CellKey!) {
  matrixCell(at: $at) { version scheduledDate startTime endTime room notes status invigilator { name } }
}"""
UPDATE = """mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"""


def test_cell_is_changed_by_mouse_and_undone(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[0], "FEB", "February")
    before = ask("teacher", CELL, at=cell.at)["matrixCell"]
    panel = cell.edit()
    expect(panel.get_by_label("Status")).to_be_focused()
    panel.get_by_label("Date").fill("2026-02-12")
    panel.get_by_label("Start").fill("09:00")
    panel.get_by_label("End").fill("10:30")
    panel.get_by_label("Room").fill("Room 7")
    panel.get_by_label("Invigilator").select_option(label="Anna Müller")
    panel.get_by_label("Notes").fill("Bring <b>rulers</b> & pens")
    panel.get_by_role("button", name="Save").click()

    expect(panel.get_by_text("Saved.")).to_be_visible()
    expect(panel.get_by_text("Thursday, 12 February 2026")).to_be_visible()
    expect(panel.get_by_text("Bring <b>rulers</b> & pens")).to_be_visible()
    stored = ask("teacher", CELL, at=cell.at)["matrixCell"]
    assert stored == {
        "version": before["version"] + 1,
        "scheduledDate": "2026-02-12",
        "startTime": "09:00:00",
        "endTime": "10:30:00",
        "room": "Room 7",
        "notes": "Bring <b>rulers</b> & pens",
        "status": before["status"],
        "invigilator": {"name": "Anna Müller"},
    }

    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("Undone: change of")).to_be_visible()
    stored = ask("teacher", CELL, at=cell.at)["matrixCell"]
    assert stored == {**before, "version": before["version"] + 2}
    panel.get_by_role("button", name="Close").click()
    # Undoing is a change too.
    cell.page.get_by_role("button", name="Redo change of").click()
    expect(cell.page.locator("#undo-outcome")).to_contain_text("Redone")
    assert ask("teacher", CELL, at=cell.at)["matrixCell"]["room"] == "Room 7"


def test_cell_is_changed_by_keyboard_alone(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "JAN", "January")
    expect(cell.button).to_be_visible()
    cell.button.focus()
    page.keyboard.press("Enter")
    edit = cell.panel.get_by_role("button", name="Edit", exact=True)
    expect(edit).to_be_visible()
    tab_to(page, "id", "edit-cell")
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_label("Status")).to_be_focused()
    tab_to(page, "name", "room")
    page.keyboard.press("Control+A")
    page.keyboard.type("Hall")
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_text("Saved.")).to_be_visible()
    expect(edit).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell.panel).to_be_hidden()
    expect(cell.button).to_be_focused()
    assert ask("teacher", CELL, at=cell.at)["matrixCell"]["room"] == "Hall"


def test_errors_are_shown_at_their_fields_and_nothing_is_saved(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[0], "MAR", "March")
    before = ask("teacher", CELL, at=cell.at)
    panel = cell.edit()
    panel.get_by_label("Date").fill("2026-05-01")
    panel.get_by_label("Start").fill("11:00")
    panel.get_by_label("End").fill("10:00")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_label("Date")).to_have_accessible_description(
        "The date must be within MAR 2026 (2026-03-01 to 2026-03-31)."
    )
    expect(panel.get_by_label("End")).to_have_attribute("aria-invalid", "true")
    expect(panel.get_by_label("Date")).to_be_focused()
    assert ask("teacher", CELL, at=cell.at) == before

    # Leaving asks first.
    answers = ["dismiss", "accept"]
    cell.page.on("dialog", lambda dialog: getattr(dialog, answers.pop(0))())
    cell.page.keyboard.press("Escape")
    expect(panel.get_by_label("Date")).to_have_value("2026-05-01")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert answers == []


@pytest.mark.parametrize(
    ("choice", "period", "month", "outcome"),
    [
        ("Yours: Mine", "APR", "April", "Saved."),
        ("Theirs: Not mine", "MAY", "May", "Nothing was changed."),
    ],
)
def test_change_of_somebody_else_is_shown_as_a_choice(
    tab: Tab,
    rows: list[dict[str, Any]],
    ask: Callable[..., Any],
    choice: str,
    period: str,
    month: str,
    outcome: str,
) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[0], period, month)
    panel = cell.edit()
    update = {"cell": {"at": cell.at}, "room": "Not mine", "notes": f"Notes for {choice}"}
    assert ask("head", UPDATE, input=update)["updateCell"]["userErrors"] == []
    panel.get_by_label("Room").fill("Mine")
    panel.get_by_role("button", name="Save").click()

    expect(panel.get_by_text("Margaret Ellis has changed this cell")).to_be_visible()
    expect(panel.get_by_text(f"Notes is now Notes for {choice}")).to_be_visible()
    assert ask("teacher", CELL, at=cell.at)["matrixCell"]["room"] == "Not mine"
    panel.get_by_role("radio", name=choice).check()
    panel.get_by_role("button", name="Save").click()
    expect(cell.panel.locator("#cell-outcome")).to_contain_text(outcome)
    stored = ask("teacher", CELL, at=cell.at)["matrixCell"]
    assert stored["room"] == choice.split(": ")[1]
    assert stored["notes"] == f"Notes for {choice}"


def test_warning_appears_after_a_date_on_a_holiday(tab: Tab, rows: list[dict[str, Any]]) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[0], "OCT", "October")
    row = next(each for each in rows[0]["cells"] if each["period"] == "OCT")
    panel = cell.edit()
    panel.get_by_label("Status").select_option("DRAFT")
    assert row["status"]
    panel.get_by_label("Date").fill("2026-10-09")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    expect(panel.locator(".warnings")).to_contain_text("public holiday")


def test_viewer_without_access_cannot_edit(tab: Tab, ask: Callable[..., Any]) -> None:
    all_rows = ask("teacher", ROWS, year=YEAR)["scheduleMatrix"]["rows"]
    row = next(row for row in all_rows if not row["canEdit"])
    cell = OpenedCell(tab.sign_in("teacher"), row, "MAY", "May")
    cell.button.click()
    expect(cell.panel.get_by_text("View only")).to_be_visible()
    expect(cell.panel.get_by_text("One query, ")).to_be_visible()
    expect(cell.panel.get_by_role("button", name="Edit", exact=True)).to_have_count(0)


def test_form_fits_a_phone(
    open_tab: Callable[..., Tab], server: Server, rows: list[dict[str, Any]]
) -> None:
    tab = open_tab(viewport={"width": 390, "height": 844}, color_scheme="dark")
    panel = OpenedCell(tab.sign_in("teacher"), rows[0], "JUN", "June").edit()
    expect(panel.get_by_label("Status")).to_be_visible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
    assert panel.bounding_box()["width"] == 390  # type: ignore[index]


@pytest.mark.parametrize(
    ("field", "value", "keys"),
    [("Date", "2026-11-30", "02302026"), ("Start", "09:00", ["Backspace"])],
)
def test_incomplete_date_or_time_is_an_error(
    tab: Tab,
    rows: list[dict[str, Any]],
    ask: Callable[..., Any],
    field: str,
    value: str,
    keys: Iterable[str],
) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[1], "NOV", "November")
    before = ask("teacher", CELL, at=cell.at)
    panel = cell.edit()
    panel.get_by_label(field).fill(value)
    # Focuses the first part of the field.
    panel.get_by_label(field).focus()
    for each in keys:
        tab.page.keyboard.press(each)
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_label(field)).to_have_accessible_description(
        "This is not a complete date or time."
    )
    assert ask("teacher", CELL, at=cell.at) == before
    tab.page.on("dialog", lambda dialog: dialog.dismiss())
    tab.page.keyboard.press("Escape")
    expect(panel.get_by_label(field)).to_be_visible()
