"""Exams of a cell on the page at ``/``: search, assign, remove and create, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.opened_cell import OpenedCell, tab_to
from tests.browser.tab import Tab

pytestmark = pytest.mark.one_database

CELL = """query ($at: CellKey!, $year: Int) {
  matrixCell(at: $at) {
    exams { name totalQuestions }
    schoolClass { curriculum(academicYear: $year) { levels { id } } }
    availableExams { edges { node { name curriculumLevel { id } } } }
  }
}"""


def test_exam_is_assigned_removed_and_restored_by_mouse(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    cell = OpenedCell(tab.sign_in("teacher"), rows[0], "AUG", "August")
    loaded = ask("teacher", CELL, at=cell.at, year=2026)["matrixCell"]
    levels = {level["id"] for level in loaded["schoolClass"]["curriculum"]["levels"]}
    available = [edge["node"] for edge in loaded["availableExams"]["edges"]]
    first = [
        each["name"] for each in available if (each["curriculumLevel"] or {}).get("id") in levels
    ]
    assert first
    cell.button.click()
    panel = cell.panel
    panel.get_by_role("button", name="Assign exams").click()
    choices = panel.locator(".choices strong")
    expect(choices.first).to_be_visible()
    assert choices.all_text_contents()[: len(first)] == first
    panel.get_by_label("Search by name").fill(available[-1]["name"])
    panel.get_by_role("checkbox", name=available[-1]["name"]).first.check()
    panel.get_by_role("button", name="Assign", exact=True).click()
    expect(panel.get_by_text("Saved.")).to_be_visible()

    def names() -> list[str]:
        return [exam["name"] for exam in ask("teacher", CELL, at=cell.at)["matrixCell"]["exams"]]

    assert available[-1]["name"] in names()
    panel.get_by_role("button", name=f"Remove {available[-1]['name']}").click()
    expect(panel.get_by_role("button", name=f"Remove {available[-1]['name']}")).to_have_count(0)
    assert available[-1]["name"] not in names()
    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("Undone")).to_be_visible()
    assert available[-1]["name"] in names()


def test_exam_is_created_and_assigned_by_keyboard(
    tab: Tab, rows: list[dict[str, Any]], ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    cell = OpenedCell(page, rows[1], "Q2", "Quarter 2, April to June")
    expect(cell.button).to_be_visible()
    cell.button.focus()
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_role("button", name="New exam")).to_be_visible()
    tab_to(page, "textContent", "New exam")
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("Typed exam")
    page.keyboard.press("Tab")
    page.keyboard.type("33")
    page.keyboard.press("Enter")
    expect(cell.panel.get_by_text("Saved.")).to_be_visible()
    exams = ask("teacher", CELL, at=cell.at)["matrixCell"]["exams"]
    assert {"name": "Typed exam", "totalQuestions": 33} in exams
