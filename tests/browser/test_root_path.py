"""The pages under a path of a real nginx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.tab import Tab
from tests.nginx import nginx
from tests.server import running_server

pytestmark = pytest.mark.one_database
PREFIX = "/schedule"


class Proxied(NamedTuple):
    """A server as a browser reaches it."""

    address: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("path")
    with (
        running_server(folder, UVICORN_ROOT_PATH=PREFIX) as running,
        nginx(folder, running.port, PREFIX, removes_prefix=True) as address,
    ):
        yield Proxied(address)


def test_pages_work_under_a_path(open_tab: Callable[..., Tab]) -> None:
    """The tab fails the test if a page requests anything outside the path."""
    tab = open_tab()
    page = tab.open("/")
    page.get_by_role("link", name="Sign in").first.click()
    expect(page).to_have_url(f"{tab.address}/sign-in/?next=%2Fschedule%2F")
    tab.enter_account("head")
    expect(page).to_have_url(f"{tab.address}/")
    expect(page.locator("#matrix tbody tr").first).to_be_visible()
    page.get_by_role("link", name="API explorer").first.click()
    expect(page.get_by_text("Signed in as head (session).")).to_be_visible()
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"data"')
    tab.open("/admin/")
    page.get_by_role("link", name="Classes").first.click()
    expect(page.locator("#result_list")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#header')).display") == "flex"
