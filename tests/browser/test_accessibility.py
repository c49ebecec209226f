"""Accessibility of every page, by axe-core in a real browser, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tab import Tab
from tests.clients.node import FOLDER

pytestmark = pytest.mark.one_database

AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
# Of rules that nothing violates, axe need not describe every element.
_RUN = (
    "axe.run(document.querySelector('dialog:modal') ?? document, { resultTypes: ['violations'] })"
)
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def violations(page: Page) -> list[str]:
    """Return each violation with its element and axe's explanation. Of a page with an open dialog, only the dialog is checked."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run npm ci in tests/clients.")
    # The pages' policy allows no inline script, but the debugger can run one.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(_RUN)["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@THEMES
@pytest.mark.parametrize(
    ("address", "status"),
    [("/", 200), ("/sign-in/", 200), ("/admin/login/", 200), ("/nothing", 404)],
)
def test_page_has_no_violations(tab: Tab, address: str, status: int, theme: str) -> None:
    if status != 200:
        tab.expected_statuses.add(status)
    tab.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page = tab.open(address)
    if address == "/":
        expect(page.get_by_role("heading", name="A year of exams")).to_be_visible()
    assert violations(page) == []


@THEMES
def test_matrix_and_its_cell_have_no_violations(tab: Tab, theme: str) -> None:
    tab.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page = tab.sign_in("teacher")
    expect(page.locator("#matrix")).to_be_visible()
    assert violations(page) == []
    page.locator("#matrix td button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_label("Room")).to_be_visible()
    page.get_by_label("Date").fill("2030-01-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Date")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


@THEMES
def test_explorer_has_no_violations(tab: Tab, theme: str) -> None:
    tab.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page = tab.sign_in("teacher", next="/graphql")
    expect(page.locator(".graphiql-tab-button").first).to_be_visible()
    expect(page.locator("#viewer")).to_contain_text("igned in")
    found = violations(page)
    page.get_by_role("button", name="Show Documentation Explorer").click()
    found += violations(page)
    page.get_by_role("button", name="Hide Documentation Explorer").click()
    page.get_by_role("button", name="Show GraphiQL Explorer").click()
    found += violations(page)
    for dialog in "Open short keys dialog", "Open settings dialog":
        page.get_by_role("button", name=dialog).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        found += violations(page)
        page.keyboard.press("Escape")
    assert found == []
    # A warning of Radix, the library of the dialogs, to developers. It is no error, and axe accepts the dialogs.
    tab.problems[:] = [each for each in tab.problems if "Missing `Description`" not in each]


@THEMES
def test_account_page_has_no_violations(tab: Tab, theme: str) -> None:
    tab.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page = tab.sign_in("head", next="/account/")
    found = violations(page)
    calendars = page.get_by_role("region", name="Calendars")
    calendars.get_by_label("Name").fill(f"A {theme} phone")
    calendars.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Address")).to_be_visible()
    assert found + violations(page) == []
