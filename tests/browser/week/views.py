"""Filters, the month and the week, and the print."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.opened_cell import YEAR
from tests.browser.week.week_page import WeekPage

# The month and the week of the page's date.
RANGES = {
    "month": (f"{YEAR}-11-01", f"{YEAR}-11-30"),
    "week": (f"{YEAR}-11-23", f"{YEAR}-11-29"),
}


def find(week: WeekPage, class_name: str) -> None:
    week.show_filters()
    rows = week.page.locator("#matrix tbody tr:not(.division):visible")
    every = rows.count()
    week.hands.fill(week.field("Class"), class_name)
    expect(rows).to_have_count(1)
    week.look("found")
    week.hands.fill(week.field("Class"), "")
    expect(rows).to_have_count(every)
    week.hands.choose(week.field("Status"), "COMPLETED")
    stored = [status for row in week.stored.matrix().values() for status, _exams in row]
    legend = week.page.locator("#legend li[data-status=COMPLETED] strong")
    expect(legend).to_have_text(str(stored.count("COMPLETED")))
    expect(week.page.locator("#legend li")).to_have_count(1)
    week.hands.choose(week.field("Status"), "")
    week.show_filters()


def read_month_and_week(week: WeekPage) -> None:
    items = week.page.locator("#agenda li button")
    for view, dates in RANGES.items():
        week.hands.choose(week.field("View"), view)
        stored = week.stored.dated(*dates)
        assert stored or view == "week"
        expect(items).to_have_count(len(stored))
        for text, (name, room) in zip(items.all_inner_texts(), stored, strict=True):
            assert name in text
            assert room in text
        week.look(view)
    week.hands.choose(week.field("View"), "matrix")


def look_at_print(week: WeekPage) -> None:
    week.page.emulate_media(media="print")
    expect(week.page.locator("#print-title")).to_contain_text(str(YEAR))
    rows = week.page.locator("#matrix tbody tr:not(.division):visible")
    expect(rows).to_have_count(len(week.stored.matrix()))
    week.take_picture("print")
    week.page.emulate_media(media="screen")
