"""The page at ``/`` on a phone, by touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, expect

from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.one_database

SMALL = """() => [...document.querySelectorAll("button, select, input, a[href], summary")].filter((each) => {
  const target = each.type === "radio" || each.type === "checkbox" ? each.closest("label") : each;
  const { width, height } = target.getBoundingClientRect();
  return each.checkVisibility({ visibilityProperty: true }) && !each.closest(".visually-hidden") && (width < 44 || height < 44);
}).map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture
def phone(open_tab: Callable[..., Tab]) -> Tab:
    return open_tab(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


@pytest.fixture
def touches(phone: Tab) -> Iterator[CDPSession]:
    session = phone.context.new_cdp_session(phone.page)
    yield session
    session.detach()


def _touch(touches: CDPSession, type: str, *points: tuple[float, float]) -> None:
    at = [{"x": x, "y": y} for x, y in points]
    touches.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": at})


def _middle(locator: Locator) -> tuple[float, float]:
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_targets_are_large_enough(phone: Tab, rows: list[dict[str, Any]]) -> None:
    page = phone.sign_in("teacher")
    cell = OpenedCell(page, rows[0], "JUN", "June")
    expect(cell.button).to_be_visible()
    assert page.evaluate(SMALL) == []
    head = page.locator("#matrix").bounding_box()
    assert head is not None
    assert head["y"] < 200
    page.get_by_role("button", name="Filter").tap()
    expect(page.get_by_label("Grade", exact=True)).to_be_visible()
    assert page.evaluate(SMALL) == []
    phone.take_picture("touch_filters")
    page.get_by_role("button", name="Filter").tap()
    expect(page.get_by_label("Grade", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Changes").tap()
    expect(page.locator("#change-list > li").first).to_be_visible()
    assert page.evaluate(SMALL) == []
    page.get_by_role("dialog").get_by_role("button", name="Close").tap()
    cell.button.tap()
    expect(cell.panel.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    assert page.evaluate(SMALL) == []
    cell.panel.get_by_role("button", name="Edit", exact=True).tap()
    assert page.evaluate(SMALL) == []
    assert violations(page) == []


def test_long_press_selects_and_a_second_tap_ends_a_block(
    phone: Tab, touches: CDPSession, rows: list[dict[str, Any]]
) -> None:
    page = phone.sign_in("teacher")
    first = OpenedCell(page, rows[0], "NOV", "November")
    expect(first.button).to_be_visible()
    point = _middle(first.button)
    _touch(touches, "touchStart", point)
    expect(page.locator("#selected")).to_have_text("1 cell selected.")
    _touch(touches, "touchEnd")
    expect(first.button).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Block up to the next cell").tap()
    OpenedCell(page, rows[1], "DEC", "December").button.tap()
    expect(page.locator("#selected")).to_have_text("4 cells selected.")
    assert page.evaluate(SMALL) == []
    phone.take_picture("touch_selection")
    page.get_by_role("button", name="Change together").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(SMALL) == []
    phone.take_picture("touch_bulk")


def test_matrix_scrolls_by_touch_and_selects_nothing(
    phone: Tab, touches: CDPSession, rows: list[dict[str, Any]]
) -> None:
    page = phone.sign_in("teacher")
    cell = OpenedCell(page, rows[1], "NOV", "November")
    expect(cell.button).to_be_visible()
    matrix = page.locator("#matrix")
    x, y = _middle(cell.button)
    before = matrix.evaluate("(each) => each.scrollLeft")
    _touch(touches, "touchStart", (x, y))
    for step in range(1, 9):
        _touch(touches, "touchMove", (x + 15 * step, y))
    page.wait_for_function(
        "(before) => document.getElementById('matrix').scrollLeft !== before", arg=before
    )
    # Longer than a long press.
    page.wait_for_timeout(600)
    _touch(touches, "touchEnd")
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_hidden()
