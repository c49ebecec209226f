"""Entries of a user on the page at ``/`` are not lost without a question or a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.access import another_class
from tests.browser.held_back import held_back
from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_live import CHANGE, signed_in

pytestmark = pytest.mark.one_database

EXAMS = "query ($at: CellKey!) { matrixCell(at: $at) { exams { name } } }"
EXAMS_OF_NAME = """query ($name: String!) {
  exams(filter: { nameContains: $name }) { edges { node { name } } }
}"""
UPDATE = (
    "mutation ($input: UpdateCellInput!) { updateCell(input: $input) { userErrors { message } } }"
)
QUESTION = "Discard the changes that you have not saved?"

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]


def refuse_questions(page: Page) -> list[str]:
    """Answer every question of the page with no. Returns the list of the questions."""
    questions: list[str] = []

    def refuse(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    return questions


def open_new_exam(cell: OpenedCell, name: str) -> Locator:
    cell.button.click()
    cell.panel.get_by_role("button", name="New exam").click()
    field = cell.panel.get_by_label("Name")
    field.fill(name)
    return field


def choose_exam(cell: OpenedCell) -> Locator:
    cell.button.click()
    cell.panel.get_by_role("button", name="Assign exams").click()
    box = cell.panel.get_by_role("checkbox").first
    box.check()
    return box


def names(ask: Ask, cell: OpenedCell) -> list[str]:
    return [exam["name"] for exam in ask("teacher", EXAMS, at=cell.at)["matrixCell"]["exams"]]


@pytest.mark.parametrize("enter", [open_new_exam, choose_exam])
def test_exam_form_stays_when_a_colleague_changes_the_cell_and_closing_asks(
    tab: Tab, ask: Ask, rows: Rows, enter: Callable[..., Locator]
) -> None:
    page = signed_in(tab)
    questions = refuse_questions(page)
    cell = OpenedCell(page, rows[0], "OCT", "October")
    field = enter(cell, "Half a na") if enter is open_new_exam else enter(cell)
    ask("head", CHANGE, at=cell.at, room=enter.__name__)
    expect(cell.panel.get_by_text("has just changed this cell. What you have ente")).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    cell.panel.get_by_role("button", name="Assign exams").click()
    assert questions == [QUESTION] * 2
    # The form of the cell does not replace what was entered either.
    cell.panel.get_by_role("button", name="Edit", exact=True).click()
    cell.panel.get_by_role("button", name="Cancel").click()
    expect(cell.panel.get_by_text(enter.__name__)).to_be_visible()
    if enter is open_new_exam:
        expect(field).to_have_value("Half a na")
    else:
        expect(field).to_be_checked()


def test_exam_form_without_entries_stays_focused_while_the_cell_is_shown_again(
    tab: Tab, ask: Ask, rows: Rows
) -> None:
    cell = OpenedCell(signed_in(tab), rows[0], "OCT", "October")
    field = open_new_exam(cell, "")
    ask("head", CHANGE, at=cell.at, room="Hall 5")
    expect(cell.panel.get_by_text("Hall 5")).to_be_visible()
    expect(field).to_be_focused()


def test_assignment_that_fails_after_closing_the_panel_is_shown_and_can_be_repeated(
    tab: Tab, ask: Ask, rows: Rows
) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    questions = refuse_questions(page)
    cell = OpenedCell(page, rows[0], "NOV", "November")
    before = names(ask, cell)
    box = choose_exam(cell)
    with held_back(page, "mutation AssignExams", is_lost=True):
        cell.panel.get_by_role("button", name="Assign", exact=True).click()
        expect(cell.panel.get_by_text("Saving …")).to_be_visible()
        page.keyboard.press("Escape")
        expect(cell.panel).to_be_hidden()
    expect(page.locator("#unsaved")).to_contain_text("November is not saved")
    cell.button.click()
    expect(cell.panel.get_by_text("could not be sent")).to_be_visible()
    expect(box).to_be_checked()
    cell.panel.get_by_role("button", name="Assign", exact=True).click()
    expect(cell.panel.get_by_text("Saved.")).to_be_visible()
    assert len(names(ask, cell)) == len(before) + 1
    page.keyboard.press("Escape")
    expect(page.locator("#unsaved")).to_be_hidden()
    assert questions == []


def test_exam_that_was_created_but_not_assigned_is_not_created_again(
    tab: Tab, ask: Ask, rows: Rows
) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "DEC", "December")
    field = open_new_exam(cell, "Created once")
    submit = cell.panel.get_by_role("button", name="Create and assign")
    with held_back(page, "mutation AssignExams", is_lost=True):
        submit.click()
    expect(cell.panel.get_by_text("The exam was created but not assigned.")).to_be_in_viewport()
    expect(submit).to_be_focused()
    expect(field).to_be_disabled()
    submit.click()
    expect(cell.panel.get_by_text("Saved.")).to_be_visible()
    assert names(ask, cell).count("Created once") == 1
    found = ask("teacher", EXAMS_OF_NAME, name="Created once")["exams"]["edges"]
    assert len(found) == 1


def test_number_that_is_none_is_an_error(tab: Tab, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "DEC", "December")
    open_new_exam(cell, "Not created")
    cell.panel.get_by_label("Pass mark (%)").press_sequentially("1e")
    before = len(tab.operations)
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_text("This is not a whole number.")).to_be_visible()
    assert len(tab.operations) == before


def test_refused_undo_is_shown_after_closing_the_panel(tab: Tab, ask: Ask, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "AUG", "August")
    ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "room": "First"})
    cell.button.click()
    cell.panel.get_by_text("History").click()
    undo = cell.panel.locator(".history > li").first.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    with held_back(page, "mutation UndoChanges"):
        undo.click()
        ask("head", UPDATE, input={"cell": {"at": cell.at}, "room": "Second"})
        page.keyboard.press("Escape")
    expect(page.locator("#undo-outcome")).to_contain_text("Nothing was undone")


def test_selection_stays_when_the_table_is_loaded_again(tab: Tab, ask: Ask, rows: Rows) -> None:
    page = signed_in(tab)
    page.get_by_role("button", name="Select cells").click()
    cells = [OpenedCell(page, row, "MAR", "March") for row in rows]
    for cell in cells:
        cell.button.click()
    number = page.locator("#selected").inner_text()
    with another_class(page, ask):
        expect(page.locator("#selected")).to_have_text(number)
        for cell in cells:
            expect(cell.button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#selected")).to_have_text(number)
    # Another year has other cells.
    page.get_by_label("Year", exact=True).select_option("2027")
    expect(page.locator("#selection")).to_be_hidden()


def test_escape_asks_before_it_discards_a_change_of_several_cells(tab: Tab, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    questions = refuse_questions(page)
    page.get_by_role("button", name="Select cells").click()
    OpenedCell(page, rows[0], "MAR", "March").button.click()
    change = page.get_by_role("button", name="Change together")
    dialog = page.get_by_role("dialog")
    change.click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    change.click()
    dialog.get_by_label("Room", exact=True).fill("Room 8")
    for _again in range(2):
        page.keyboard.press("Escape")
    expect(dialog.get_by_label("Room", exact=True)).to_have_value("Room 8")
    assert questions == [QUESTION] * 2


def test_notes_with_line_breaks_of_windows_are_no_change(tab: Tab, ask: Ask, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    questions = refuse_questions(page)
    cell = OpenedCell(page, rows[0], "SEP", "September")
    ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "notes": "One\r\ntwo"})
    cell.edit()
    page.keyboard.press("Escape")
    expect(cell.panel).to_be_hidden()
    assert questions == []
