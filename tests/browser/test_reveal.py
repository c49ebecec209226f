"""Parts of the page at ``/`` that a button opens are scrolled into view and focused, also on a small screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.opened_cell import YEAR, OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_undo_in_history import UPDATE

pytestmark = pytest.mark.one_database

IN_DIALOG = """(each) => {
  const { top, bottom } = each.getBoundingClientRect();
  const actions = each.closest("dialog").querySelector(".actions:last-child, footer").getBoundingClientRect();
  return top >= 0 && Math.min(bottom, top + 60) <= actions.top + 1;
}"""


@pytest.fixture
def phone(open_tab: Callable[..., Tab]) -> Tab:
    return open_tab(viewport={"width": 390, "height": 600})


def _is_shown(opened: Locator) -> None:
    """Check that the element begins in the visible part of its dialog, above the last buttons."""
    expect(opened).to_be_visible()
    assert opened.evaluate(IN_DIALOG)


def test_parts_of_the_panel(
    phone: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = phone.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "FEB", "February")
    for number in range(25):
        ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "room": f"Room {number}"})
    cell.button.click()
    cell.panel.get_by_text("History").click()
    history = cell.panel.locator(".history")
    expect(history).to_be_focused()
    _is_shown(history)
    before = history.locator("> li").count()
    cell.panel.get_by_role("button", name="Older changes").click()
    expect(history.locator("> li").nth(before)).to_be_focused()
    _is_shown(history.locator("> li").nth(before))
    for name, field in (("Assign exams", "Search by name or level"), ("New exam", "Name")):
        cell.panel.get_by_role("button", name=name).click()
        expect(cell.panel.get_by_label(field)).to_be_focused()
        _is_shown(cell.panel.get_by_label(field))
    cell.panel.get_by_role("button", name="Edit", exact=True).click()
    expect(cell.panel.get_by_label("Status")).to_be_focused()
    _is_shown(cell.panel.get_by_text("Status", exact=True))


def test_previews_and_their_parts(phone: Tab, rows: list[dict[str, Any]]) -> None:
    page = phone.sign_in(HEAD_TEACHER)
    page.get_by_role("button", name="Select cells").click()
    OpenedCell(page, rows[0], "MAY", "May").button.click()
    page.get_by_role("button", name="Change together").click()
    dialog = page.locator("#bulk")
    dialog.get_by_label("Room", exact=True).fill("Hall")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("button", name="Save")).to_be_focused()
    _is_shown(dialog.get_by_text("1 cell would be as you want"))
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").click()

    page.get_by_role("button", name="Filter").click()
    dialog = _open(page, "Import", "Import the schedule")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Choose a file first.")).to_be_focused()
    _is_shown(dialog.get_by_text("Choose a file first."))
    dialog.get_by_role("button", name="Close").click()

    dialog = _open(page, "New year", "Plan a new year")
    dialog.get_by_label("Copy to").select_option(str(YEAR + 1))
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator(".result")).to_be_focused()
    _is_shown(dialog.locator(".result"))
    section = dialog.locator("details").filter(has=page.locator("li")).last
    section.locator("summary").click()
    expect(section.locator("ul")).to_be_focused()
    _is_shown(section.locator("ul"))


def _open(page: Page, button: str, title: str) -> Locator:
    page.get_by_role("button", name=button, exact=True).click()
    return page.get_by_role("dialog", name=title)
