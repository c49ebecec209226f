"""Export, import and a new year on the page at ``/``."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.opened_cell import YEAR
from tests.browser.tab import Tab
from tests.browser.test_accessibility import THEMES, violations

pytestmark = pytest.mark.one_database

CELL = "query ($at: CellKey!) { matrixCell(at: $at) { room version } }"
UPDATE = """mutation ($at: CellKey!, $room: String) {
  updateCell(input: { cell: { at: $at }, room: $room }) { userErrors { message } }
}"""


def _csv(*lines: str) -> dict[str, Any]:
    content = "\r\n".join(["class_code,academic_year,period,room", *lines])
    return {"name": "rooms.csv", "mimeType": "text/csv", "buffer": content.encode()}


def _import(page: Page) -> Any:
    page.get_by_role("button", name="Import", exact=True).click()
    return page.get_by_role("dialog", name="Import the schedule")


def test_export_has_the_cells_that_are_shown(
    tab: Tab, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    page = tab.sign_in("teacher")
    row = rows[0]["schoolClass"]
    page.get_by_label("Class", exact=True).fill(row["name"])
    page.get_by_role("button", name="Export", exact=True).click()
    dialog = page.get_by_role("dialog", name="Export the schedule")
    dialog.get_by_label("Format").select_option("CSV")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    file = tmp_path / "schedule.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        codes = [line["Class code"] for line in csv.DictReader(lines)]
    assert codes == [row["code"]] * 16
    expect(dialog.get_by_text("Your browser saves it.")).to_be_visible()
    assert violations(page) == []


@THEMES
def test_import_shows_each_change_and_problem_first(
    open_tab: Callable[..., Tab],
    ask: Callable[..., Any],
    rows: list[dict[str, Any]],
    theme: str,
) -> None:
    tab = open_tab(color_scheme=theme)
    page = tab.sign_in(HEAD_TEACHER)
    code, room = rows[1]["schoolClass"]["code"], f"Lab {theme}"
    at = {"classCode": code, "academicYear": YEAR, "period": "OCT"}
    dialog = _import(page)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Choose a file first.")).to_be_visible()

    dialog.get_by_label("File").set_input_files(
        _csv(f"{code},{YEAR},OCT,{room}", f"NOWHERE_1A,{YEAR},OCT,Lab")
    )
    dialog.get_by_role("button", name="Preview").click()
    lines = dialog.locator("tbody tr")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text(f"→ {room}")
    expect(lines.nth(1)).to_contain_text("A3:")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    assert violations(page) == []
    tab.take_picture(f"import_{theme}")

    dialog.get_by_label("Import the other rows").check()
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Imported: 1 cell.")).to_be_visible()
    assert ask(HEAD_TEACHER, CELL, at=at)["matrixCell"]["room"] == room
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Undo import of rooms.csv").click()
    expect(page.get_by_text("Undone: import of rooms.csv.")).to_be_visible()
    expect(page.locator("#undo")).to_have_text("Redo import of rooms.csv")
    assert ask(HEAD_TEACHER, CELL, at=at)["matrixCell"]["room"] != room


def test_import_does_not_save_what_has_changed_since_the_preview(
    tab: Tab, ask: Callable[..., Any], rows: list[dict[str, Any]]
) -> None:
    page = tab.sign_in(HEAD_TEACHER)
    code = rows[1]["schoolClass"]["code"]
    at = {"classCode": code, "academicYear": YEAR, "period": "NOV"}
    dialog = _import(page)
    dialog.get_by_label("File").set_input_files(_csv(f"{code},{YEAR},NOV,Mine"))
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator("tbody tr")).to_have_count(1)
    ask(HEAD_TEACHER, UPDATE, at=at, room="Theirs")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("changed")
    assert ask(HEAD_TEACHER, CELL, at=at)["matrixCell"]["room"] == "Theirs"


def test_a_new_year_is_planned_and_undone(tab: Tab) -> None:
    scheduled = "#matrix td button[data-status='SCHEDULED']"
    page = tab.sign_in(HEAD_TEACHER, next=f"/?year={YEAR + 1}")
    page.wait_for_selector(scheduled)
    before = page.locator(scheduled).count()
    page.get_by_label("Year", exact=True).select_option(str(YEAR))
    expect(page.locator("caption")).to_contain_text(str(YEAR))
    page.get_by_role("button", name="New year").click()
    dialog = page.get_by_role("dialog", name="Plan a new year")
    expect(dialog.get_by_label("Copy from")).to_have_value(str(YEAR))
    expect(dialog.get_by_label("Copy to")).to_have_value(str(YEAR + 1))
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator("details")).to_have_count(4)
    assert violations(page) == []
    tab.take_picture("new_year")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_label("Year", exact=True)).to_have_value(str(YEAR + 1))
    expect(page.locator(scheduled)).not_to_have_count(before)
    page.get_by_role("button", name=f"Undo plan of {YEAR + 1}").click()
    expect(page.locator(scheduled)).to_have_count(before)


def test_a_year_that_changed_after_its_preview_is_not_planned(
    tab: Tab, ask: Callable[..., Any]
) -> None:
    page = tab.sign_in(HEAD_TEACHER, next=f"/?year={YEAR + 1}")
    page.get_by_role("button", name="New year").click()
    dialog = page.get_by_role("dialog", name="Plan a new year")
    dialog.get_by_label("Copy to").select_option(str(YEAR + 2))
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator("details")).to_have_count(4)
    at = {"classCode": "PRIMARY_1A", "academicYear": YEAR + 1, "period": "JAN"}
    ask(HEAD_TEACHER, UPDATE, at=at, room="Theirs")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("changed")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator("details")).to_have_count(4)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name=f"Undo plan of {YEAR + 2}").click()
    expect(page.locator("#undo")).to_have_text(f"Redo plan of {YEAR + 2}")


def test_teachers_cannot_import_or_plan_a_year(tab: Tab) -> None:
    page = tab.sign_in("teacher")
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_visible()
    for name in "Import", "New year":
        expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
