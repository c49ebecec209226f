"""The history of a cell and the list of changes on the page at ``/``, with undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.opened_cell import OpenedCell, tab_to
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.one_database

CELL = "query ($at: CellKey!) { matrixCell(at: $at) { room } }"
UPDATE = (
    "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"
)
LOOKS = pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])


@LOOKS
def test_history_of_a_cell_names_changes_and_undoes_one(
    open_tab: Callable[..., Tab],
    rows: list[dict[str, Any]],
    ask: Callable[..., Any],
    width: int,
    theme: str,
) -> None:
    tab = open_tab(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[1], "FEB", "February")
    for room in f"First {theme}", f"Second {theme}":
        ask("head", UPDATE, input={"cell": {"at": cell.at}, "room": room})
    expect(cell.button).to_be_visible()
    cell.button.focus()
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_text("History")).to_be_visible()
    tab_to(page, "tagName", "SUMMARY")
    page.keyboard.press("Enter")
    newest = cell.panel.locator(".history > li").first
    expect(newest).to_contain_text("Update cell")
    expect(newest).to_contain_text("by Margaret Ellis")
    expect(newest).to_contain_text(f"Room: First {theme} → Second {theme}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    newest.scroll_into_view_if_needed()
    tab.take_picture(f"history_{width}")
    newest.get_by_role("button", name="Undo Update cell").focus()
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_text("Undone: Update cell.")).to_be_visible()
    assert ask("teacher", CELL, at=cell.at)["matrixCell"]["room"] == f"First {theme}"


@LOOKS
def test_list_of_changes_undoes_and_shows_what_has_changed_since(
    open_tab: Callable[..., Tab],
    rows: list[dict[str, Any]],
    ask: Callable[..., Any],
    width: int,
    theme: str,
) -> None:
    at = OpenedCell(open_tab().page, rows[1], "MAR", "March").at
    ask("teacher", UPDATE, input={"cell": {"at": at}, "room": f"Mine {theme}"})
    ask("head", UPDATE, input={"cell": {"at": at}, "room": f"Theirs {theme}"})
    tab = open_tab(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = tab.sign_in("teacher")
    expect(page.get_by_role("button", name="Changes")).to_be_visible()
    tab_to(page, "id", "show-changes")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Changes")
    items = dialog.locator("#change-list > li")
    expect(items.first).to_contain_text("1 cell")
    assert "Margaret Ellis" not in dialog.inner_text()
    mine = items.first
    mine.get_by_role("button", name="Undo Update cell").click()
    expect(mine.get_by_role("alert")).to_contain_text("Nothing was undone")
    expect(mine.get_by_role("alert")).to_contain_text("Margaret Ellis")
    assert violations(page) == []
    tab.take_picture(f"changes_{width}")
    assert ask("teacher", CELL, at=at)["matrixCell"]["room"] == f"Theirs {theme}"

    dialog.get_by_label("Made by").select_option("all")
    expect(items.first.locator("small").first).to_contain_text("by Margaret Ellis")
    items.first.get_by_role("button", name="Undo Update cell").click()
    expect(dialog.locator("#changes-outcome")).to_contain_text("Undone: Update cell, 1 cell.")
    expect(items.first).to_contain_text("Undo changes")
    expect(items.nth(1)).to_contain_text("Undone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert ask("teacher", CELL, at=at)["matrixCell"]["room"] == f"Mine {theme}"
    redo = items.first.get_by_role("button", name="Redo the changes, 1 cell")
    expect(redo).to_have_text("Redo")
    redo.click()
    expect(dialog.locator("#changes-outcome")).to_have_text("Redone: the changes, 1 cell.")
    assert ask("teacher", CELL, at=at)["matrixCell"]["room"] == f"Theirs {theme}"
    expect(page.locator("#undo")).to_have_text("Undo the changes, 1 cell")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Changes", exact=True)).to_be_focused()
