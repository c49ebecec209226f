"""The work of a head teacher on the admin site: find a cell of any year, change several, import a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.tab import Tab

pytestmark = pytest.mark.one_database

HEADERS = "ID,Name,Type,Year,Questions,Minutes,Pass mark"
YEAR = "2028"


def test_cells_that_nobody_opened_are_found_and_changed_together(tab: Tab) -> None:
    page = tab.sign_in(HEAD_TEACHER, next="/admin/primepath/examschedulematrix/")
    page.get_by_role("link", name="Open cells of a class").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("HIGH_12A")
    page.get_by_role("option", name="HIGH_12A").click()
    page.get_by_label("Academic year").select_option(YEAR)
    page.get_by_role("button", name="Open").click()

    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(16)
    for row in rows.all()[:3]:
        row.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label="Set status to Draft")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".messagelist")).to_contain_text("3")
    tab.take_picture("admin_changed_cells")
    expect(rows.filter(has_text="Draft")).to_have_count(3)


def test_a_file_is_imported_after_its_problems_are_corrected(tab: Tab, tmp_path: Path) -> None:
    page = tab.sign_in(HEAD_TEACHER, next="/admin/primepath/exam/")
    file = tmp_path / "exams.csv"

    def show(*rows: str) -> None:
        file.write_text("\n".join([HEADERS, *rows]))
        page.set_input_files("input[type=file]", file)
        page.get_by_role("button", name="Show the changes").click()

    page.get_by_role("link", name="Import", exact=True).click()
    show(",Tulips,REVIEW,2026,30,40,60", ",Roses,REVIEW,2026,many,40,60")
    content = page.locator("#content")
    expect(content).to_contain_text("Rows to change: 1. Unchanged: 0. Rejected: 1.")
    expect(page.get_by_role("row", name="E3")).to_contain_text("'many' is not a whole number.")
    expect(content.get_by_role("button")).to_have_count(0)
    tab.take_picture("admin_rejected_rows")

    page.get_by_role("link", name="Choose another file").click()
    show(",Tulips,REVIEW,2026,30,40,60", ",Roses,REVIEW,2026,25,40,60")
    expect(content).to_contain_text("Rows to change: 2. Unchanged: 0. Rejected: 0.")
    expect(page.get_by_role("row", name="Questions")).to_have_count(2)
    tab.take_picture("admin_rows_to_import")
    page.get_by_role("button", name="Import").click()
    expect(page.locator(".messagelist")).to_contain_text("Rows changed: 2. Unchanged: 0.")
    page.locator("#searchbar").fill("Tulips")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
