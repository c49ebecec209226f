"""Changing and copying several cells on the page at ``/``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.opened_cell import ROWS, YEAR, OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations
from tests.browser.test_live import CHANGE

pytestmark = pytest.mark.one_database

CELLS = """query ($codes: [String!]) {
  scheduleMatrix(academicYear: 2026, classCodes: $codes) { rows { cells { period room exams { name } } } }
}"""


def stored(ask: Callable[..., Any], rows: list[dict[str, Any]], field: str) -> dict[Any, Any]:
    """Return this field of each cell by row and period."""
    codes = [row["schoolClass"]["code"] for row in rows]
    found = ask("teacher", CELLS, codes=codes)["scheduleMatrix"]["rows"]
    return {
        (number, cell["period"]): cell[field]
        for number, row in enumerate(found)
        for cell in row["cells"]
    }


def start(page: Page) -> None:
    expect(page.get_by_role("button", name="Select cells")).to_be_visible()
    page.get_by_role("button", name="Select cells").click()


def test_block_is_changed_together_after_a_preview(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    before = stored(ask, rows[:2], "room")
    page = tab.sign_in("teacher")
    start(page)
    OpenedCell(page, rows[0], "JUN", "June").button.click()
    OpenedCell(page, rows[1], "JUL", "July").button.click(modifiers=["Shift"])
    expect(page.get_by_text("4 cells selected.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Change together").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Room", exact=True).fill("Block room")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("4 cells would be as you want")).to_be_visible()
    assert violations(page) == []
    assert stored(ask, rows[:2], "room") == before
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Undo change of 4 cells")).to_be_visible()
    block = {(row, period): "Block room" for row in (0, 1) for period in ("JUN", "JUL")}
    assert stored(ask, rows[:2], "room") == before | block
    page.get_by_role("button", name="Undo change of 4 cells").click()
    expect(page.locator("#undo-outcome")).to_contain_text("Undone")
    assert stored(ask, rows[:2], "room") == before


def test_cell_is_copied_to_selected_targets_by_keyboard(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    source = OpenedCell(page, rows[0], "NOV", "November")
    expect(source.button).to_be_visible()
    source.button.focus()
    page.keyboard.press("Enter")
    expect(source.panel.get_by_role("button", name="Copy to other cells")).to_be_visible()
    source.panel.get_by_role("button", name="Copy to other cells").focus()
    page.keyboard.press("Enter")
    expect(source.button).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#selected")).to_contain_text("1 cell selected.")
    page.get_by_role("button", name="Copy here").focus()
    page.keyboard.press("Enter")
    # Enter first previews, then saves.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 cell would be as you want")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Undo copy of")).to_be_focused()
    exams = stored(ask, rows[:1], "exams")
    assert exams[0, "NOV"]
    assert all(exam in exams[0, "DEC"] for exam in exams[0, "NOV"])


def test_cells_that_are_view_only_are_not_selected(tab: Tab, ask: Callable[..., Any]) -> None:
    rows = ask("teacher", ROWS, year=YEAR)["scheduleMatrix"]["rows"]
    row = next(each for each in rows if not each["canEdit"])
    page = tab.sign_in("teacher")
    start(page)
    OpenedCell(page, row, "MAY", "May").button.click()
    expect(page.get_by_text("0 cells selected.")).to_be_visible()
    expect(page.get_by_role("button", name="Change together")).to_be_disabled()


def test_cell_that_has_changed_since_is_not_copied(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    source = OpenedCell(page, rows[0], "NOV", "November")
    source.button.click()
    source.panel.get_by_role("button", name="Copy to other cells").click()
    OpenedCell(page, rows[1], "DEC", "December").button.click()
    ask("head", CHANGE, at=source.at, room="Changed since")
    page.get_by_role("button", name="Copy here").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Preview").click()
    name = f"{rows[0]['schoolClass']['name']}, November"
    expect(dialog.get_by_text(f"{name}: The cell has changed since you loaded it")).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
