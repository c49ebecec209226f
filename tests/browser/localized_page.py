"""The page at ``/`` in the language of its user. Everything on it is found by the English messages of the product."""

from __future__ import annotations

import re

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from primepath.demo.accounts import DEMO_PASSWORD


class LocalizedPage:
    """A page, and its language."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language

    def text(self, message: str, **values: str) -> str:
        """Return a message of the product in the language of the user."""
        with translation.override(self.language):
            return translation.gettext(message).format(**values)

    def button(self, message: str, place: Page | Locator | None = None) -> Locator:
        # The name of each of a thousand cells would take seconds, and so would looking at which of them are visible.
        text = re.compile(f"^{re.escape(self.text(message))}$")
        buttons = (place or self.page).locator("button:not(#matrix td *):visible")
        return buttons.filter(has_text=text)

    def field(self, message: str, place: Page | Locator | None = None) -> Locator:
        place = place or self.page.locator("#tools, main form")
        return place.get_by_label(self.text(message), exact=True)

    def dialog(self, message: str) -> Locator:
        return self.page.get_by_role("dialog", name=self.text(message))

    def cell(self, class_name: str, month: int) -> Locator:
        """Return the cell of a class in a month. January is 1."""
        row = self.page.locator("#matrix tr", has=self.page.get_by_text(class_name, exact=True))
        return row.locator(f"td:nth-child({month + 1}) button")

    def enter_account(self, username: str) -> None:
        """Fill in and submit the form of the sign-in page, and wait for the matrix: until then, no script handles an input."""
        self.field("Username").fill(username)
        self.field("Password").fill(DEMO_PASSWORD)
        self.button("Sign in").click()
        expect(self.page.locator("#matrix table")).to_be_visible()
