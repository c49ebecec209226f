"""A change is shown while it is being saved. If it is not saved, what was entered stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.held_back import held_back
from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_accessibility import THEMES, violations

pytestmark = pytest.mark.one_database

CELL = "query ($at: CellKey!) { matrixCell(at: $at) { room version } }"
UPDATE = (
    "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"
)


def _enter(cell: OpenedCell, room: str) -> None:
    panel = cell.edit()
    panel.get_by_label("Status").select_option("DRAFT")
    panel.get_by_label("Room").fill(room)
    panel.get_by_role("button", name="Save").click()


@THEMES
def test_change_is_shown_while_it_is_saved(
    open_tab: Callable[..., Tab], rows: list[dict[str, Any]], theme: str
) -> None:
    page = open_tab(color_scheme=theme).sign_in("teacher")
    cell = OpenedCell(page, rows[1], "AUG", "August")
    with held_back(page, "mutation UpdateCell"):
        _enter(cell, f"Room {theme}")
        expect(cell.panel.get_by_text(f"Room {theme}")).to_be_visible()
        expect(cell.panel.get_by_text("Saving …")).to_be_visible()
        assert violations(page) == []
        cell.panel.get_by_role("button", name="Close").click()
        expect(cell.button).to_have_accessible_name(re.compile("Draft, .*, being saved$"))
        # The change that is being saved is there when the cell is opened again.
        cell.button.click()
        expect(cell.panel.get_by_text(f"Room {theme}")).to_be_visible()
    expect(cell.panel.get_by_text("Saved.")).to_be_visible()
    cell.panel.get_by_role("button", name="Close").click()
    expect(cell.button).to_have_accessible_name(re.compile("Draft, [^,]*$"))


def test_change_that_is_not_saved_stays_in_the_form(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[1], "SEP", "September")
    before = ask("teacher", CELL, at=cell.at)["matrixCell"]
    panel = cell.edit()
    panel.get_by_label("Room").fill("Gym")
    tab.fail_requests()
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert").last).to_contain_text("could not be sent")
    expect(panel.get_by_label("Room")).to_have_value("Gym")
    expect(panel.get_by_role("button", name="Save")).to_be_focused()
    assert ask("teacher", CELL, at=cell.at)["matrixCell"] == before
    tab.fail_requests(False)
    tab.page.keyboard.press("Enter")
    expect(panel.get_by_text("Saved.")).to_be_visible()
    assert ask("teacher", CELL, at=cell.at)["matrixCell"] == {
        "room": "Gym",
        "version": before["version"] + 1,
    }


def test_lost_response_does_not_repeat_the_change(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[1], "OCT", "October")
    before = ask("teacher", CELL, at=cell.at)["matrixCell"]
    panel = cell.edit()
    panel.get_by_label("Room").fill("Library")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/graphql", lose, times=1)
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("alert").last).to_contain_text("could not be sent")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    after = ask("teacher", CELL, at=cell.at)["matrixCell"]
    assert after == {"room": "Library", "version": before["version"] + 1}


def test_conflict_after_closing_the_panel_is_shown_when_the_cell_is_opened(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[1], "NOV", "November")
    with held_back(page, "mutation UpdateCell"):
        panel = cell.edit()
        panel.get_by_label("Room").fill("Mine")
        panel.get_by_role("button", name="Save").click()
        ask("head", UPDATE, input={"cell": {"at": cell.at}, "room": "Not mine"})
        panel.get_by_role("button", name="Close").click()
    expect(page.locator("#unsaved")).to_contain_text("November is not saved")
    expect(cell.button).to_have_accessible_name(re.compile("not saved$"))
    assert violations(page) == []
    cell.button.click()
    expect(panel.get_by_role("radio", name="Yours: Mine")).to_be_focused()
    panel.get_by_role("radio", name="Theirs: Not mine").check()
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Nothing was changed.")).to_be_visible()
    panel.get_by_role("button", name="Close").click()
    expect(cell.button).not_to_have_accessible_name(re.compile("not saved$"))
    expect(page.locator("#unsaved")).to_be_hidden()
