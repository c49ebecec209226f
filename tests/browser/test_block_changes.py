"""Changing a block of cells on the page at ``/``: conflicts, cleared fields, moved dates, and changes that are not saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_accessibility import THEMES, violations

pytestmark = pytest.mark.one_database

UPDATE = (
    "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"
)
CELL = """query ($at: CellKey!) {
  matrixCell(at: $at) { room notes startTime scheduledDate invigilator { name } }
}"""


def _open(page: Page, *cells: OpenedCell) -> Locator:
    """Select the cells and open the dialog that changes them together."""
    expect(page.get_by_role("button", name="Select cells")).to_be_visible()
    page.get_by_role("button", name="Select cells").click()
    for cell in cells:
        cell.button.click()
    page.get_by_role("button", name="Change together").click()
    return page.get_by_role("dialog")


def _save(dialog: Locator, number: str) -> None:
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text(f"{number} would be as you want")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    # The dialog closes first. Then the page shows that it is saving.
    expect(dialog).to_be_hidden()
    expect(dialog.page.locator("#announcement")).to_have_text("Saved.")
    undo = dialog.page.get_by_role("button", name=f"Undo change of {number}")
    expect(undo).to_be_visible()


@THEMES
@pytest.mark.parametrize(
    ("choice", "period", "month"), [("Yours", "OCT", "October"), ("Theirs", "SEP", "September")]
)
def test_stale_cell_of_a_block_is_a_choice(
    open_tab: Callable[..., Tab],
    rows: list[dict[str, Any]],
    ask: Callable[..., Any],
    choice: str,
    period: str,
    month: str,
    theme: str,
) -> None:
    # On a phone in the dark theme.
    width = 390 if theme == "dark" else 1440
    tab = open_tab(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = tab.sign_in("teacher")
    cells = [OpenedCell(page, row, period, month) for row in rows]
    theirs, yours = f"Hall {theme}", f"Late {theme}"
    dialog = _open(page, *cells)
    ask("head", UPDATE, input={"cell": {"at": cells[0].at}, "room": theirs})
    dialog.get_by_label("Room", exact=True).fill(yours)
    dialog.get_by_role("button", name="Preview").click()
    name = f"{rows[0]['schoolClass']['name']}, {month}, changed by Margaret Ellis"
    group = dialog.get_by_role("group", name=name)
    expect(group.get_by_role("radio", name=f"Yours: Room {yours}")).to_be_focused()
    expect(group.get_by_role("radio", name=f"Theirs: Room {theirs}")).not_to_be_checked()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    assert violations(page) == []
    tab.take_picture(f"block_conflict_{width}")
    group.get_by_role("radio", name=f"{choice}: ").check()
    _save(dialog, "2 cells" if choice == "Yours" else "1 cell")
    rooms = [ask("teacher", CELL, at=cell.at)["matrixCell"]["room"] for cell in cells]
    assert rooms == [yours if choice == "Yours" else theirs, yours]


def test_fields_are_cleared_and_an_invigilator_is_set(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    cells = [OpenedCell(tab.page, row, "FEB", "February") for row in rows]
    for cell in cells:
        values = {"room": "Room 9", "notes": "Old", "startTime": "09:00", "endTime": "10:00"}
        ask("teacher", UPDATE, input={"cell": {"at": cell.at}, **values})
    dialog = _open(tab.sign_in("teacher"), *cells)
    for name in "Room", "Notes", "Start", "End", "Date":
        dialog.get_by_role("checkbox", name=f"Clear: {name}").check()
        expect(dialog.get_by_label(name, exact=True)).to_be_disabled()
    expect(dialog.get_by_label("Move dates by days")).to_be_disabled()
    dialog.get_by_label("Invigilator").select_option(label="Anna Müller")
    _save(dialog, "2 cells")
    cleared = {"room": "", "notes": "", "startTime": None, "scheduledDate": None}
    for cell in cells:
        found = ask("teacher", CELL, at=cell.at)["matrixCell"]
        assert found == cleared | {"invigilator": {"name": "Anna Müller"}}
    dialog = _open(tab.page, *cells)
    dialog.get_by_label("Invigilator").select_option(label="No invigilator")
    _save(dialog, "2 cells")
    assert ask("teacher", CELL, at=cells[0].at)["matrixCell"]["invigilator"] is None


def test_dates_are_moved_by_days_within_their_periods_by_keyboard(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    cells = [
        OpenedCell(tab.page, rows[1], period, month)
        for period, month in (("APR", "April"), ("MAY", "May"), ("JUN", "June"))
    ]
    for cell, date in zip(cells, ("2026-04-13", "2026-05-28", None), strict=True):
        ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "scheduledDate": date})
    page = tab.sign_in("teacher")
    dialog = _open(page, *cells)
    page.keyboard.press("Tab")
    dialog.get_by_label("Move dates by days").focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert").last).to_contain_text("May: The date must be within MAY")
    page.get_by_label("Move dates by days").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("-7")
    page.keyboard.press("Enter")
    # The cell without a date is not changed.
    expect(dialog.get_by_text("2 cells would be as you want")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo change of 2 cells")).to_be_visible()
    dates = [ask("teacher", CELL, at=cell.at)["matrixCell"]["scheduledDate"] for cell in cells]
    assert dates == ["2026-04-06", "2026-05-21", None]


def test_block_that_is_not_saved_keeps_its_input(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "SEP", "September")
    before = ask("teacher", CELL, at=cell.at)
    dialog = _open(page, cell)
    dialog.get_by_label("Room", exact=True).fill("Room 3")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("button", name="Save")).to_be_enabled()
    tab.fail_requests()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("could not be sent")).to_be_visible()
    expect(dialog.get_by_label("Room", exact=True)).to_have_value("Room 3")
    assert ask("teacher", CELL, at=cell.at) == before
    tab.fail_requests(False)
    _save(dialog, "1 cell")
    assert ask("teacher", CELL, at=cell.at)["matrixCell"]["room"] == "Room 3"


@pytest.mark.parametrize(
    ("days", "message"),
    [("1.5", "This is not a whole number."), ("99999999999", "This must be from -366 to 366.")],
)
def test_number_of_days_that_dates_cannot_move_by_is_an_error(
    tab: Tab, rows: list[dict[str, Any]], days: str, message: str
) -> None:
    page = tab.sign_in("teacher")
    dialog = _open(page, OpenedCell(page, rows[0], "NOV", "November"))
    dialog.get_by_label("Move dates by days").fill(days)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text(message)).to_be_visible()
    expect(dialog.get_by_label("Move dates by days")).to_be_focused()
    expect(dialog.get_by_role("button", name="Preview")).to_be_enabled()
