"""A colleague's change appears in the matrix without a reload."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Response, Route, expect

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.access import another_class
from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_accessibility import THEMES, violations

pytestmark = pytest.mark.one_database

CHANGE = """mutation ($at: CellKey!, $room: String, $status: CellStatus) {
  updateCell(input: { cell: { at: $at }, room: $room, status: $status }) { userErrors { message } }
}"""
CHANGED = re.compile("Draft, .*changed by ")

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]


def signed_in(tab: Tab) -> Page:
    """Sign in, and wait until the stream is open."""
    with tab.page.expect_request(lambda request: tab.is_stream(request)):
        return tab.sign_in("teacher")


def hide(page: Page, is_hidden: bool) -> None:
    """Let the page believe that it is hidden, or shown again."""
    page.evaluate(
        "is => { Object.defineProperty(document, 'hidden', { value: is, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        is_hidden,
    )


@THEMES
def test_a_colleagues_change_appears_marked(
    open_tab: Callable[..., Tab], ask: Ask, rows: Rows, theme: str
) -> None:
    tab = open_tab(color_scheme=theme)
    page = signed_in(tab)
    cell = OpenedCell(page, rows[0], "FEB", "February")
    ask(HEAD_TEACHER, CHANGE, at=cell.at, status="DRAFT", room=f"Room {theme}")
    expect(cell.button).to_have_accessible_name(CHANGED)
    expect(page.locator("#announcement")).to_have_text("Others have changed 1 cell.")
    assert violations(page) == []
    tab.take_picture(f"live_change_{theme}")
    cell.button.click()
    expect(cell.panel.get_by_text(f"Room {theme}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cell.button).to_have_accessible_name(re.compile("Draft, [^,]*$"))


def test_an_own_change_is_not_marked(tab: Tab, open_tab: Callable[..., Tab], rows: Rows) -> None:
    page = signed_in(tab)
    other = signed_in(open_tab())
    cell, there = (OpenedCell(each, rows[0], "MAR", "March") for each in (page, other))
    panel = cell.edit()
    panel.get_by_label("Status").select_option("DRAFT")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    for button in cell.button, there.button:
        expect(button).to_have_accessible_name(re.compile("Draft, [^,]*$"))


def test_an_open_cell_is_shown_as_it_is_now(tab: Tab, ask: Ask, rows: Rows) -> None:
    page = signed_in(tab)
    cell = OpenedCell(page, rows[0], "APR", "April")
    cell.button.click()
    expect(cell.panel.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    ask(HEAD_TEACHER, CHANGE, at=cell.at, room="Hall")
    expect(cell.panel.get_by_text("has just changed this cell.")).to_be_visible()
    expect(cell.panel.get_by_text("Hall")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cell.button).not_to_have_attribute("data-mark", "changed")


def test_an_open_form_keeps_what_was_entered(tab: Tab, ask: Ask, rows: Rows) -> None:
    cell = OpenedCell(signed_in(tab), rows[0], "MAY", "May")
    panel = cell.edit()
    panel.get_by_label("Room").fill("Mine")
    ask(HEAD_TEACHER, CHANGE, at=cell.at, room="Theirs")
    expect(panel.get_by_text("you can choose what to keep")).to_be_visible()
    expect(panel.get_by_label("Room")).to_have_value("Mine")
    panel.get_by_role("button", name="Save").click()
    panel.get_by_label("Theirs: Theirs").check()
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Theirs", exact=True)).to_be_visible()


def test_changes_while_the_connection_was_lost_or_the_page_hidden_appear(
    tab: Tab, ask: Ask, rows: Rows
) -> None:
    page = signed_in(tab)
    hidden = OpenedCell(page, rows[1], "FEB", "February")
    hide(page, True)
    ask(HEAD_TEACHER, CHANGE, at=hidden.at, status="DRAFT")
    with tab.page.expect_request(lambda request: tab.is_stream(request)):
        hide(page, False)
    expect(hidden.button).to_have_accessible_name(CHANGED)

    lost = OpenedCell(page, rows[1], "MAR", "March")
    tab.fail_requests()
    with page.expect_console_message(lambda message: "ERR_FAILED" in message.text):
        hide(page, True)
        hide(page, False)
    ask(HEAD_TEACHER, CHANGE, at=lost.at, status="DRAFT")
    tab.fail_requests(False)
    expect(lost.button).to_have_accessible_name(CHANGED)


def test_a_class_appears_with_the_access_to_it_and_disappears_without(tab: Tab, ask: Ask) -> None:
    page = signed_in(tab)
    # It waits until the class appears, and then until it disappears.
    with another_class(page, ask):
        pass


def test_an_event_without_cells_is_answered_with_a_full_read(tab: Tab) -> None:
    change = {"position": "1", "resync": False, "changedClassCodes": [], "cells": None}
    event = f"event: next\ndata: {json.dumps({'data': {'scheduleChanged': change}})}\n\n"
    streams: list[Request] = []

    def answer_first(route: Route, request: Request) -> None:
        if not tab.is_stream(request) or streams:
            route.fallback()
            return
        streams.append(request)
        route.fulfill(content_type="text/event-stream", body=event)

    tab.page.route("**/graphql", answer_first)
    with tab.page.expect_request(lambda request: tab.is_stream(request) and bool(streams)):
        signed_in(tab)
    reads = [each for each in tab.operations if "query Matrix(" in each["query"]]
    assert len(reads) == 2


def test_stream_ends_with_the_session(tab: Tab) -> None:
    page = signed_in(tab)
    tab.expected_statuses.add(401)
    attempts: list[int] = []

    def note(response: Response) -> None:
        if tab.is_stream(response.request):
            attempts.append(response.status)

    page.on("response", note)
    other = tab.context.new_page()
    other.goto(tab.address)
    with page.expect_response(lambda each: each.status == 401, timeout=60_000):
        other.get_by_role("button", name="Sign out").click()
    page.wait_for_timeout(3_000)
    assert attempts.count(401) == 1
    assert attempts[-1] == 401
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
