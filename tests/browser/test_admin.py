"""The admin site under the content security policy: every page works, and the console has no error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import httpx
import pytest
from playwright.sync_api import Page, expect

from primepath.demo.accounts import ADMINISTRATOR
from tests.browser.tab import Tab
from tests.server import Server

pytestmark = pytest.mark.one_database
_INLINE = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*(?:src=|application/json))", re.I)
# Buttons and links that the scripts of a form add or need.
_WIDGETS = (".select2-selection", ".datetimeshortcuts a:last-child", ".clock-icon", ".date-icon")


def links(page: Page, selector: str) -> list[str]:
    return [
        link
        for link in page.eval_on_selector_all(selector, "all => all.map((a) => a.href)")
        if link
    ]


def pages_of_model(page: Page, address: str) -> Iterator[str]:
    """Yield the addresses of a list, its form for a new object, and the pages of its first object.

    The caller opens each page before it asks for the next one, because the links are read from the open page.
    """
    yield address
    add, change = links(page, ".object-tools a.addlink"), links(page, "#result_list th a")[:1]
    yield from add
    for each in change:
        yield each
        yield from links(page, ".object-tools a.historylink")
    yield f"{address}?q=a"


def test_every_page_of_the_admin_site_works_under_the_policy(tab: Tab) -> None:
    page = tab.sign_in(ADMINISTRATOR, next="/admin/")
    models = links(page, "#content-main th a")
    assert len(models) >= 8
    first = [f"{tab.address}/admin/", f"{tab.address}/admin/password_change/"]
    opened = 0
    for address in chain(first, *(pages_of_model(page, model) for model in models)):
        response = page.goto(address)
        assert response is not None
        assert response.ok, address
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert not _INLINE.findall(response.text()), address
        for selector in _WIDGETS:
            widget = page.locator(selector).first
            if widget.is_visible():
                widget.click()
                opened += 1
                page.keyboard.press("Escape")
    assert opened >= 5
    expect(page.locator("#header")).to_be_visible()


def test_autocomplete_lists_and_chooses(tab: Tab) -> None:
    page = tab.sign_in(ADMINISTRATOR, next="/admin/primepath/teacherclassassignment/add/")
    page.locator(".select2-selection").first.click()
    option = page.locator(".select2-results__option").nth(1)
    option.click()
    expect(page.locator(".select2-selection__rendered").first).not_to_be_empty()


def test_pages_without_javascript_errors_have_the_same_policy(server: Server) -> None:
    """Error pages, redirects and pages of the API included, except the explorer's nonce. Responses in JSON have none."""
    policies = set()
    for path in "/", "/graphql", "/sign-in/", "/admin/", "/admin/login/", "/nothing":
        response = httpx.get(f"{server.address}{path}", headers={"Accept": "text/html"})
        policy = response.headers["Content-Security-Policy"]
        policies.add(re.sub(r" 'nonce-[\w-]+'", "", policy))
    assert len(policies) == 1
    answer = httpx.post(f"{server.address}/graphql", json={"query": "{ school { name } }"})
    assert "Content-Security-Policy" not in answer.headers
