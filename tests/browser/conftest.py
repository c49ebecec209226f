"""A real Chromium, and a real server with the data of the demo that these tests may change."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.tab import Tab
from tests.server import Server, running_server

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What Chromium does of its own accord is not the page's doing; and nothing but this machine has an address.
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_PATIENCE_MS = 20_000


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Open to everyone, as the demo is."""
    with running_server(
        tmp_path_factory.mktemp("browser"), INTROSPECTION="everyone", EXPLORER="everyone"
    ) as server:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with this folder's tests: while it runs, the thread seems to have an event loop, in which Django refuses queries."""
    chromium = next(filter(None, map(shutil.which, _NAMES)), None)
    if chromium is None:
        pytest.skip(f"Chromium is not installed: none of {', '.join(_NAMES)} is there.")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=_FLAGS, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture
def pictures() -> Path:
    """Where the run leaves its pictures."""
    return Path(os.environ.get("SCREENSHOTS") or settings.BASE_DIR / "var" / "screenshots")


@pytest.fixture
def open_tab(
    browser: Browser, server: Server, pictures: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Tab]]:
    """Opens tabs with options of a window, such as ``viewport``; they leave a picture when the test ends."""
    tabs: list[Tab] = []

    def open_tab(**options: Any) -> Tab:
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(_PATIENCE_MS)
        tabs.append(Tab(context, server.address))
        return tabs[-1]

    yield open_tab
    name = request.node.name.removeprefix("test_")
    for number, tab in enumerate(tabs, start=1):
        tab.take_picture(pictures, name if len(tabs) == 1 else f"{name}_{number}")
        tab.context.close()
    assert [tab.problems for tab in tabs] == [[] for _ in tabs]


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    return open_tab()


@pytest.fixture
def ask(server: Server) -> Callable[..., Any]:
    """The data of an operation, asked for without a browser as the one whose demo account is named."""

    def ask(username: str, query: str, **variables: Any) -> Any:
        answer = httpx.post(
            f"{server.address}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {server.tokens[username]}"},
        ).json()
        assert "errors" not in answer
        return answer["data"]

    return ask
