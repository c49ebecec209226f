"""Entries of the panel and the dialogs of the page at ``/`` stay until they are saved or discarded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.held_back import held_back
from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_kept_entries import (
    QUESTION,
    choose_exam,
    names,
    open_new_exam,
    refuse_questions,
)
from tests.browser.test_late_answers import select
from tests.browser.test_live import CHANGE, signed_in

pytestmark = pytest.mark.one_database

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]


def is_kept_by_question(page: Page, questions: list[str]) -> bool:
    """Reload the page and return whether the browser has asked before."""
    page.evaluate("setTimeout(() => location.reload())")
    while not questions:
        page.wait_for_timeout(10)
    return questions == [""]


def test_closing_the_page_asks_about_entries_of_a_dialog(tab: Tab, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    questions = refuse_questions(page)
    select(page, OpenedCell(page, rows[0], "MAR", "March"))
    page.get_by_role("button", name="Change together").click()
    notes = page.get_by_role("dialog").get_by_label("Notes", exact=True)
    notes.fill("Bring a dictionary")
    assert is_kept_by_question(page, questions)
    expect(notes).to_have_value("Bring a dictionary")


def test_copying_a_cell_asks_about_entries_for_its_exams(tab: Tab, rows: Rows, ask: Ask) -> None:
    page = tab.sign_in("teacher")
    questions = refuse_questions(page)
    cell = OpenedCell(page, rows[0], "NOV", "November")
    assert names(ask, cell)
    field = open_new_exam(cell, "Half a na")
    cell.panel.get_by_role("button", name="Copy to other cells").click()
    expect(field).to_have_value("Half a na")
    assert questions == [QUESTION]


def test_cancelled_form_disappears_without_a_connection(tab: Tab, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "JAN", "January")
    panel = cell.edit()
    panel.get_by_label("Room").fill("Not wanted")
    tab.fail_requests()
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_role("button", name="Edit", exact=True)).to_be_focused()
    expect(panel.get_by_label("Room")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_nothing_is_entered_in_an_exam_form_while_it_is_sent(tab: Tab, rows: Rows) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "DEC", "December")
    box = choose_exam(cell)
    assign = cell.panel.get_by_role("button", name="Assign", exact=True)
    with held_back(page, "mutation AssignExams", is_lost=True):
        assign.focus()
        page.keyboard.press("Enter")
        expect(cell.panel.get_by_text("Saving …")).to_be_visible()
        page.locator(".choices label").nth(1).click(force=True)
    expect(cell.panel.get_by_text("could not be sent")).to_be_visible()
    expect(assign).to_be_focused()
    expect(box).to_be_checked()
    expect(page.locator(".choices :checked")).to_have_count(1)


def test_failed_change_of_a_block_is_not_replaced_by_a_copy(tab: Tab, rows: Rows) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    select(page, OpenedCell(page, rows[0], "MAR", "March"))
    page.get_by_role("button", name="Change together").click()
    dialog = page.locator("#bulk")
    dialog.get_by_label("Room", exact=True).fill("Hall 3")
    dialog.get_by_role("button", name="Preview").click()
    with held_back(page, "mutation UpdateCells", is_lost=True):
        dialog.get_by_role("button", name="Save").click()
        OpenedCell(page, rows[0], "NOV", "November").button.click()
        page.get_by_role("button", name="Copy to other cells").click()
        OpenedCell(page, rows[1], "MAR", "March").button.click()
        expect(page.get_by_role("button", name="Copy here")).to_be_disabled()
    expect(dialog.get_by_text("could not be sent")).to_be_visible()
    expect(dialog.get_by_label("Room", exact=True)).to_have_value("Hall 3")
    page.on("dialog", lambda question: question.accept())
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Copy here")).to_be_enabled()


def test_request_for_access_that_fails_after_closing_is_shown_again(tab: Tab) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    dialog = page.get_by_role("dialog")
    reason = dialog.get_by_label("Reason")
    with held_back(page, "mutation RequestAccess", is_lost=True):
        for entry in "Parents' evening", None:
            page.get_by_role("button", name="Request access").click()
            if entry:
                reason.fill(entry)
                dialog.get_by_role("button", name="Send request").click()
            # Otherwise the answer would replace another request.
            expect(reason).to_be_disabled()
            dialog.get_by_role("button", name="Cancel").click()
    expect(dialog.get_by_text("could not be sent")).to_be_visible()
    expect(reason).to_have_value("Parents' evening")
    expect(dialog.get_by_role("button", name="Send request")).to_be_focused()


def test_newest_state_is_shown_after_a_form_without_changes(tab: Tab, rows: Rows, ask: Ask) -> None:
    cell = OpenedCell(signed_in(tab), rows[0], "OCT", "October")
    panel = cell.edit()
    ask("head", CHANGE, at=cell.at, room="Theirs")
    expect(panel.get_by_text("you can choose what to keep")).to_be_visible()
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Nothing was changed.")).to_be_visible()
    expect(panel.locator("dd", has_text="Theirs")).to_be_visible()


def test_newest_state_is_shown_after_a_late_answer(tab: Tab, rows: Rows, ask: Ask) -> None:
    page = signed_in(tab)
    cell = OpenedCell(page, rows[0], "OCT", "October")

    def answer_late(route: Route) -> None:
        if "mutation UpdateCell(" not in (route.request.post_data or ""):
            route.fallback()
            return
        answer = route.fetch()
        ask("head", CHANGE, at=cell.at, room="Later")
        expect(page.locator("#announcement")).to_have_text("Others have changed 1 cell.")
        route.fulfill(response=answer)

    page.route("**/graphql", answer_late)
    panel = cell.edit()
    panel.get_by_label("Room").fill("Mine")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Margaret Ellis has just changed this cell.")).to_be_visible()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    expect(panel.locator("dd", has_text="Later")).to_be_visible()


def test_panel_stays_open_after_a_double_click_and_while_text_is_selected(
    tab: Tab, rows: Rows
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "JAN", "January")
    cell.button.dblclick()
    cell.panel.get_by_role("button", name="Edit", exact=True).click()
    box = cell.panel.get_by_label("Room").bounding_box()
    assert box
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] - 200, box["y"] + 9)
    page.mouse.up()
    expect(cell.panel).to_be_visible()
    page.mouse.click(box["x"] - 200, box["y"] + 9)
    expect(cell.panel).to_be_hidden()
