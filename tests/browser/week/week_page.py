"""The page at ``/`` during a week: its user's hands, and what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.hands import Mouse
from tests.browser.localized_page import LocalizedPage
from tests.browser.page_language import assert_language
from tests.browser.test_accessibility import violations
from tests.browser.week.stored import Stored

_PATIENCE_MS, _PAUSE_MS = 20_000, 100
_MATRIX = """() => Object.fromEntries([...document.querySelectorAll("#matrix tbody tr:not(.division)")].map((row) =>
  [row.querySelector("th span").textContent, [...row.querySelectorAll("td button")].map((cell) =>
    [cell.dataset.status, Number(cell.querySelector(".count").textContent)])]))"""


class WeekPage(LocalizedPage):
    """A page, the hands of its user, and the user's language. ``data`` are the words of the school's own data."""

    def __init__(
        self,
        page: Page,
        hands: Mouse,
        language: str,
        stored: Stored,
        data: set[str],
        take_picture: Callable[[str], None],
    ) -> None:
        super().__init__(page, language)
        self.hands = hands
        self.stored = stored
        self.data = data
        self.take_picture = take_picture
        self._is_narrow = page.evaluate("innerWidth < 640")

    def look(self, step: str) -> None:
        """Check what the page shows: its language, for users with disabilities, and its width."""
        assert_language(self.page, self.language, self.data)
        assert violations(self.page) == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        self.take_picture(step)

    def agrees(self, shown: Callable[[], Any], stored: Any) -> None:
        """Wait until the page shows what is stored."""
        for _ in range(_PATIENCE_MS // _PAUSE_MS):
            if shown() == stored:
                return
            self.page.wait_for_timeout(_PAUSE_MS)
        assert shown() == stored

    def agrees_with_matrix(self) -> None:
        """Wait until each cell of the matrix has the stored status and number of exams."""
        self.agrees(lambda: self.page.evaluate(_MATRIX), self.stored.matrix())

    def show_filters(self) -> None:
        """Show the filters on a phone, or hide them again."""
        if self._is_narrow:
            self.hands.press(self.button("Filter"))

    def is_in_view(self, selector: str) -> None:
        """Check that what was opened is visible without scrolling."""
        expect(self.page.locator(selector)).to_be_in_viewport()
