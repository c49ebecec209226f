"""The page at ``/`` while an answer is late, after one was lost, and after one that is not from the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.held_back import held_back
from tests.browser.opened_cell import YEAR, OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_kept_entries import UPDATE, choose_exam, names

pytestmark = pytest.mark.one_database

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]


def select(page: Page, *cells: OpenedCell) -> None:
    page.get_by_role("button", name="Select cells").click()
    for cell in cells:
        cell.button.click()


def test_cells_that_are_shown_are_changed_and_exported_while_another_year_loads(
    tab: Tab, rows: Rows
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "MAR", "March")
    expect(cell.button).to_be_visible()
    dialog = page.get_by_role("dialog")
    with held_back(page, "query Matrix"):
        page.get_by_label("Year", exact=True).select_option("2027")
        select(page, cell)
        page.get_by_role("button", name="Change together").click()
        dialog.get_by_label("Room", exact=True).fill("Not in 2027")
        with tab.one_operation():
            dialog.get_by_role("button", name="Preview").click()
        [change] = tab.operations[-1]["variables"]["input"]["changes"]
        assert change["cell"]["at"] == cell.at
        dialog.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Export").click()
        with tab.one_operation(), page.expect_download():
            dialog.get_by_role("button", name="Export").click()
        assert tab.operations[-1]["variables"]["input"]["filter"]["academicYear"] == YEAR


def test_exam_is_assigned_again_although_an_earlier_answer_was_lost(
    tab: Tab, rows: Rows, ask: Ask
) -> None:
    tab.loses_requests = True
    page = tab.sign_in("teacher")
    page.on("dialog", lambda question: question.accept())
    cell = OpenedCell(page, rows[0], "DEC", "December")
    panel = cell.panel
    before = names(ask, cell)
    choose_exam(cell)
    name = panel.locator(".choices strong").first.inner_text()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/graphql", lose, times=1)
    panel.get_by_role("button", name="Assign", exact=True).click()
    expect(panel.get_by_text("could not be sent")).to_be_visible()
    page.keyboard.press("Escape")
    cell.button.click()
    panel.get_by_role("button", name=f"Remove {name}").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    assert names(ask, cell) == before
    panel.get_by_role("button", name="Assign exams").click()
    panel.get_by_label(name).check()
    panel.get_by_role("button", name="Assign", exact=True).click()
    expect(panel.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    assert set(names(ask, cell)) == {*before, name}


def test_history_is_loaded_once_and_undoes_nothing_without_the_question(
    tab: Tab, rows: Rows, ask: Ask
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "AUG", "August")
    ask("teacher", UPDATE, input={"cell": {"at": cell.at}, "room": "Only once"})
    cell.button.click()
    with held_back(page, "query CellHistory"):
        for _again in range(3):
            cell.panel.get_by_text("History").click()
            page.wait_for_timeout(100)
    entry = cell.panel.locator(".history > li", has_text="→ Only once")
    expect(entry).to_have_count(1)
    # Without this answer, the page does not know how many cells it would ask about.
    tab.expected_statuses.add(503)
    busy = {"errors": [{"message": "The server is busy."}]}
    page.route("**/graphql", lambda route: route.fulfill(status=503, json=busy), times=1)
    with tab.one_operation():
        entry.get_by_role("button", name="Undo").click()
    expect(entry.get_by_text("The server is busy.")).to_be_visible()


@pytest.mark.parametrize("status", [200, 503])
def test_answer_that_is_not_from_the_api_is_an_error(tab: Tab, rows: Rows, status: int) -> None:
    page = tab.sign_in("teacher")
    tab.expected_statuses.add(503)
    panel = OpenedCell(page, rows[0], "JAN", "January").edit()
    panel.get_by_label("Room").fill(f"Kept {status}")
    foreign = {"message": "Sign in to this network"}
    page.route("**/graphql", lambda route: route.fulfill(status=status, json=foreign), times=1)
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text(f"has status {status} and is not from the API")).to_be_visible()
    expect(panel.get_by_label("Room")).to_have_value(f"Kept {status}")


def test_list_that_is_not_complete_says_so_and_is_loaded_again(tab: Tab, rows: Rows) -> None:
    page = tab.sign_in("teacher")
    tab.expected_statuses.add(503)
    busy = {"errors": [{"message": "The server is busy."}]}

    def refuse(route: Route) -> None:
        if "query Teachers(" in (route.request.post_data or ""):
            route.fulfill(status=503, json=busy)
        else:
            route.fallback()

    page.route("**/graphql", refuse)
    panel = OpenedCell(page, rows[0], "JAN", "January").edit()
    choices = panel.get_by_label("Invigilator").locator("option")
    expect(choices.last).to_have_text("Not all teachers could be loaded")
    page.unroute("**/graphql", refuse)
    panel.get_by_role("button", name="Cancel").click()
    panel.get_by_role("button", name="Edit", exact=True).click()
    expect(choices.filter(has_text="Margaret Ellis")).to_have_count(1)
    expect(choices.filter(has_text="Not all teachers")).to_have_count(0)


def test_days_of_another_month_disappear_while_a_month_loads(tab: Tab) -> None:
    tab.fix_time("2026-11-23T01:00:00Z")
    page = tab.sign_in("teacher")
    days = page.locator("#agenda-days")
    page.get_by_label("View", exact=True).select_option("month")
    expect(days.get_by_role("button").first).to_be_visible()
    with held_back(page, "query DatedCells"):
        page.get_by_role("button", name="Later").click()
        expect(days).to_be_empty()
        expect(page.locator("#agenda-count")).to_have_text("Loading …")
    expect(page.locator("#agenda-count")).not_to_have_text("Loading …")
