"""Users of a page: one with a mouse, and one with a keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

_MOST_STOPS = 200
# Null if the element is no longer part of the page.
_IS_FOCUSED = "element => element.isConnected ? element === document.activeElement : null"
# Rows and columns from the focused cell to a target. Hidden rows and titles of divisions are skipped.
_WAY = """target => {
  const rows = [...document.querySelectorAll("#matrix tbody:not([hidden]) tr:not(.division, [hidden])")];
  const [from, to] = [document.activeElement, target].map((each) => each.closest("td"));
  return [rows.indexOf(to.parentElement) - rows.indexOf(from.parentElement), to.cellIndex - from.cellIndex];
}"""


class Mouse:
    """A user with a mouse."""

    def press(self, target: Locator) -> None:
        """Press a button, a link, or the title of a section."""
        target.click()

    def press_cell(self, target: Locator) -> None:
        """Press a cell of the matrix."""
        target.click()

    def check(self, target: Locator) -> None:
        target.check()

    def fill(self, target: Locator, value: str) -> None:
        """Enter a text, a date such as 2026-03-02, or a time such as 09:00."""
        target.fill(value)

    def choose(self, target: Locator, value: str) -> None:
        """Choose an option by its value."""
        target.select_option(value)


class Keyboard(Mouse):
    """A user without a mouse, who reaches everything with the tab key and, in the matrix, with arrow keys."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, target: Locator) -> None:
        self._reach(target)
        self._page.keyboard.press("Enter")

    def press_cell(self, target: Locator) -> None:
        self._reach(self._page.locator('#matrix td button[tabindex="0"]'))
        rows, columns = target.evaluate(_WAY)
        for number, forwards, backwards in (
            (rows, "ArrowDown", "ArrowUp"),
            (columns, "ArrowRight", "ArrowLeft"),
        ):
            for _ in range(abs(number)):
                self._page.keyboard.press(forwards if number > 0 else backwards)
        expect(target).to_be_focused()
        self._page.keyboard.press("Enter")

    def check(self, target: Locator) -> None:
        self._reach(target)
        self._page.keyboard.press("Space")
        expect(target).to_be_checked()

    def fill(self, target: Locator, value: str) -> None:
        self._reach(target)
        kind = target.get_attribute("type")
        if kind == "date":
            # The parts of a date in the order of the browser, which is American here.
            year, month, day = value.split("-")
            self._page.keyboard.type(f"{month}{day}{year}")
        elif kind == "time":
            hour, minute = map(int, value.split(":"))
            self._page.keyboard.type(f"{(hour - 1) % 12 + 1:02}{minute:02}{'AP'[hour // 12]}M")
        else:
            self._page.keyboard.press("Control+A")
            self._page.keyboard.press("Delete")
            self._page.keyboard.type(value)
        expect(target).to_have_value(value)

    def choose(self, target: Locator, value: str) -> None:
        self._reach(target)
        way = target.evaluate(
            "(select, value) => [...select.options].findIndex((each) => each.value === value) - select.selectedIndex",
            value,
        )
        for _ in range(abs(way)):
            self._page.keyboard.press("ArrowDown" if way > 0 else "ArrowUp")
        expect(target).to_have_value(value)

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_enabled()
        # Found once: to find it again after each key takes most of the time. The page can replace it meanwhile.
        element = target.element_handle()
        for _ in range(_MOST_STOPS):
            is_focused = element.evaluate(_IS_FOCUSED)
            if is_focused is None:
                element = target.element_handle()
                is_focused = element.evaluate(_IS_FOCUSED)
            if is_focused:
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"The tab key does not reach {target}.")
