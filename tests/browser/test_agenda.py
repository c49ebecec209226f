"""The week and the month on the page at ``/``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.localized_page import LocalizedPage
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.one_database

DATED = """query ($from: Date!, $to: Date!) {
  matrixCells(filter: { academicYear: 2026, scheduledFrom: $from, scheduledTo: $to }, first: 100) {
    totalCount
    edges { node { schoolClass { code } period room } }
  }
}"""


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_month_and_week_show_dated_cells_and_change_one(
    open_tab: Callable[..., Tab], ask: Callable[..., Any], color_scheme: str
) -> None:
    tab = open_tab(color_scheme=color_scheme)
    tab.fix_time("2026-11-23T01:00:00Z")
    page = tab.sign_in("teacher")
    page.get_by_label("View").select_option("month")
    expect(page.locator("#agenda-title")).to_have_text("November 2026")
    items = page.locator("#agenda li button")
    found = ask("teacher", DATED, **{"from": "2026-11-01", "to": "2026-11-30"})["matrixCells"]
    assert found["totalCount"] > 0
    expect(items).to_have_count(found["totalCount"])
    assert violations(page) == []
    editable = page.locator("#agenda li button").filter(has_text="Primary Grade 1A").first
    editable.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Edit", exact=True).press("Enter")
    dialog.get_by_label("Room").fill(f"Agenda {color_scheme}")
    dialog.get_by_label("Room").press("Enter")
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(items.filter(has_text=f"Agenda {color_scheme}")).to_have_count(1)
    expect(items.filter(has_text=f"Agenda {color_scheme}")).to_be_focused()
    found = ask("teacher", DATED, **{"from": "2026-11-01", "to": "2026-11-30"})["matrixCells"]
    assert f"Agenda {color_scheme}" in [edge["node"]["room"] for edge in found["edges"]]

    page.get_by_label("View").select_option("week")
    expect(page.locator("#agenda-title")).to_have_text("23 – 29 Nov 2026")
    page.get_by_role("button", name="Later").click()
    found = ask("teacher", DATED, **{"from": "2026-11-30", "to": "2026-12-06"})["matrixCells"]
    expect(items).to_have_count(found["totalCount"])
    expect(page.locator("#agenda-title")).to_have_text("30 Nov – 6 Dec 2026")


@pytest.mark.parametrize(
    ("language", "month", "week"),
    [
        ("en", "September 2026", "28 Sept – 4 Oct 2026"),
        ("ko", "2026년 9월", "2026년 9월 28일~10월 4일"),
    ],
)
def test_titles_are_in_one_line_on_a_phone(
    open_tab: Callable[..., Tab], language: str, month: str, week: str
) -> None:
    tab = open_tab(viewport={"width": 390, "height": 844}, locale=language)
    tab.fix_time("2026-09-28T01:00:00Z")
    page = LocalizedPage(tab.open("/sign-in/"), language)
    page.enter_account("teacher")
    title = page.page.locator("#agenda-title")
    for kind, text in (("month", month), ("week", week)):
        page.field("View").select_option(kind)
        expect(title).to_have_text(text)
        lines = title.evaluate(
            "(each) => each.offsetHeight / parseFloat(getComputedStyle(each).lineHeight)"
        )
        assert lines == pytest.approx(1, abs=0.1)
        assert title.evaluate("(each) => each.scrollWidth <= each.clientWidth")
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_view_that_the_browser_restores_is_shown(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.fix_time("2026-11-23T01:00:00Z")
    page = tab.sign_in("teacher")
    page.get_by_label("View").select_option("month")
    expect(page.locator("#agenda li button").first).to_be_visible()
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_role("heading", name="You", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_label("View")).to_have_value("month")
    expect(page.locator("#agenda li button").first).to_be_visible()
    expect(page.locator("#matrix")).to_be_hidden()
