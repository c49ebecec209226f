"""The schedule is loaded again while the page at ``/`` is used: the focus and the selection stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.access import another_class
from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_kept_entries import UPDATE
from tests.browser.test_late_answers import select
from tests.browser.test_live import CHANGE, signed_in

pytestmark = pytest.mark.one_database

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]


def test_focus_stays_when_classes_appear_and_disappear(tab: Tab, ask: Ask, rows: Rows) -> None:
    page = signed_in(tab)
    cell = OpenedCell(page, rows[1], "MAR", "March")
    cell.button.click()
    page.keyboard.press("Escape")
    expect(cell.button).to_be_focused()
    with another_class(page, ask):
        expect(cell.button).to_be_focused()
        cell.button.click()
    page.keyboard.press("Escape")
    expect(cell.button).to_be_focused()
    division = page.get_by_role("radio", name="All")
    division.focus()
    page.get_by_role("button", name="Refresh").evaluate("button => button.click()")
    expect(page.locator("#matrix")).to_have_attribute("aria-busy", "false")
    expect(division).to_be_focused()


def test_focus_stays_in_a_month_that_a_colleague_changes(tab: Tab, ask: Ask, rows: Rows) -> None:
    tab.fix_time("2026-11-23T01:00:00Z")
    page = signed_in(tab)
    at = OpenedCell(page, rows[0], "NOV", "November").at
    ask("teacher", UPDATE, input={"cell": {"at": at}, "scheduledDate": "2026-11-27"})
    page.get_by_label("View", exact=True).select_option("month")
    days = page.locator("#agenda-days")
    last = days.get_by_role("button").last
    last.focus()
    ask("head", CHANGE, at=at, room="Elsewhere")
    expect(days).to_contain_text("Elsewhere")
    expect(last).to_be_focused()


def test_table_and_selection_stay_when_the_server_is_busy(tab: Tab, ask: Ask, rows: Rows) -> None:
    page = signed_in(tab)
    tab.expected_statuses.add(503)
    cell = OpenedCell(page, rows[0], "MAR", "March")
    select(page, cell)
    busy = {"errors": [{"message": "The server is busy."}]}

    def answer(route: Route) -> None:
        if "query Matrix(" in (route.request.post_data or "") and attempts.pop():
            route.fulfill(status=503, json=busy)
        else:
            route.fallback()

    attempts = [True]
    page.route("**/graphql", answer)
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("The server is busy.")).to_be_visible()
    expect(page.locator("#selected")).to_have_text("1 cell selected.")
    # After a change of the classes, the page tries again.
    attempts[:] = [False, True]
    with another_class(page, ask):
        expect(page.get_by_text("The server is busy.")).to_be_hidden()
        expect(page.locator("#selected")).to_have_text("1 cell selected.")
        page.unroute("**/graphql", answer)
