"""Undo in the history of a cell: of a change with other cells, and while the user goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Dialog, Request, Route, expect

from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab

pytestmark = pytest.mark.one_database

ROOM = "query ($at: CellKey!) { matrixCell(at: $at) { room } }"
UPDATE = (
    "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"
)
UPDATE_ALL = (
    "mutation ($input: UpdateCellsInput!) { updateCells(input: $input) { userErrors { message } } }"
)


def _is_undo(request: Request) -> bool:
    return "mutation UndoChanges(" in (request.post_data or "")


@contextmanager
def _undo_delayed(cell: OpenedCell) -> Iterator[None]:
    """Undo the newest change of the cell. Delay the request until the block ends."""
    page = cell.page
    delayed: list[Route] = []

    def delay(route: Route) -> None:
        if _is_undo(route.request):
            delayed.append(route)
        else:
            route.fallback()

    page.route("**/graphql", delay)
    with page.expect_request(_is_undo):
        _undo_newest(cell)
    yield
    with page.expect_response(lambda response: _is_undo(response.request)):
        delayed[0].continue_()
    page.unroute("**/graphql", delay)


def _undo_newest(cell: OpenedCell) -> None:
    cell.button.click()
    cell.panel.get_by_text("History").click()
    cell.panel.locator(".history > li").first.get_by_role("button", name="Undo").click()


def _room(ask: Callable[..., Any], cell: OpenedCell) -> str:
    return str(ask("teacher", ROOM, at=cell.at)["matrixCell"]["room"])


def test_change_with_other_cells_is_undone_after_a_question(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    months = ("JAN", "January"), ("APR", "April"), ("MAY", "May")
    cells = [OpenedCell(page, rows[0], *month) for month in months]
    changes = [{"cell": {"at": cell.at}, "room": "Together"} for cell in cells]
    ask("teacher", UPDATE_ALL, input={"changes": changes})
    questions: list[str] = []

    def refuse_first(dialog: Dialog) -> None:
        questions.append(dialog.message)
        if len(questions) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    page.on("dialog", refuse_first)
    _undo_newest(cells[0])
    undo = cells[0].panel.locator(".history > li").first.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    assert questions == ["“Update cells” changed 3 cells. Undo all of it?"]
    assert [_room(ask, cell) for cell in cells] == ["Together"] * 3
    undo.focus()
    page.keyboard.press("Enter")
    expect(cells[0].panel.get_by_text("Undone: Update cells.")).to_be_visible()
    assert "Together" not in [_room(ask, cell) for cell in cells]
    # As everywhere, the undo itself can be undone.
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Redo Update cells").click()
    expect(page.locator("#undo-outcome")).to_contain_text("Redone: Update cells.")
    expect(page.locator("#undo")).to_have_text("Undo Update cells")
    assert [_room(ask, cell) for cell in cells] == ["Together"] * 3


@pytest.mark.parametrize("opens_other", [False, True])
def test_closing_the_panel_does_not_disturb_the_undo(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any], opens_other: bool
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "FEB", "February")
    other = OpenedCell(page, rows[0], "MAR", "March")
    before = _room(ask, cell)
    ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "room": "Hall for all"})
    with _undo_delayed(cell):
        page.keyboard.press("Escape")
        if opens_other:
            other.button.click()
            expect(other.panel.get_by_text("History")).to_be_visible()
    expect(page.locator("#undo")).to_have_text("Redo Update cell")
    assert _room(ask, cell) == before
    # The message about one cell does not appear in the panel of another one. It would be there after one more request.
    page.wait_for_timeout(500)
    expect(page.locator("#cell-outcome")).to_be_empty()


def test_form_that_is_opened_during_an_undo_stays(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "JUL", "July")
    ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "room": "Hall"})
    with _undo_delayed(cell):
        cell.panel.get_by_role("button", name="Edit", exact=True).click()
        cell.panel.get_by_label("Notes").fill("Typed meanwhile")
    expect(cell.panel.get_by_text("Undone: Update cell.")).to_be_visible()
    expect(cell.panel.get_by_label("Notes")).to_have_value("Typed meanwhile")
    cell.panel.get_by_role("button", name="Cancel").click()
    expect(cell.panel.get_by_role("button", name="Edit", exact=True)).to_be_focused()
