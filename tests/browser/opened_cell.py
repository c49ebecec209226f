"""A cell that tests change on the page at ``/``."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

YEAR = 2026
ROWS = """query ($year: Int!) {
  scheduleMatrix(academicYear: $year) {
    rows { canEdit schoolClass { code name } cells { period status version exams { id name } } }
  }
}"""


class OpenedCell:
    """A cell: its key, its button on the page, and its panel."""

    def __init__(self, page: Page, row: dict[str, Any], period: str, month: str) -> None:
        self.page = page
        self.at = {
            "classCode": row["schoolClass"]["code"],
            "academicYear": YEAR,
            "period": period,
        }
        self.button = page.get_by_role("button", name=f"{row['schoolClass']['name']}, {month}:")
        self.panel = page.get_by_role("dialog")

    def edit(self) -> Locator:
        """Open the form by mouse."""
        self.button.click()
        self.panel.get_by_role("button", name="Edit", exact=True).click()
        return self.panel


def tab_to(page: Page, attribute: str, value: str) -> None:
    """Press the tab key until an element with this attribute has the focus."""
    for _stop in range(80):
        if page.evaluate(f"document.activeElement.{attribute}") == value:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The tab key does not reach the element with the {attribute} {value}.")
