"""A real Chromium, and a real server with demo data that these tests can change."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

from tests.browser.contexts import Contexts, empty_storage
from tests.browser.opened_cell import ROWS, YEAR
from tests.browser.tab import Tab
from tests.server import Server, running_server

# Their assertions are explained too.
pytest.register_assert_rewrite("tests.browser.week", "tests.browser.page_language")

WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The first one is Chromium without windows, which takes three quarters of the time.
_NAMES = ("chromium-headless-shell", *WITH_WINDOWS)
# Each window would start a process for suggestions below the address bar. It takes longer than most pages, and no test types an address.
_SUGGESTIONS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
# What Playwright turns off. Chromium reads only the last of several flags with the same name, so ours repeats it.
_TURNED_OFF_BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "PreconnectToSearch",
)
# Turn off Chromium's own requests, and resolve no host except this machine.
_FLAGS = (
    f"--disable-features={','.join((*_TURNED_OFF_BY_PLAYWRIGHT, *_SUGGESTIONS))}",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_TIMEOUT_MS = 20_000
PICTURES = settings.BASE_DIR / "var" / "screenshots"
_HAS_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which everyone can use the explorer, like the demo."""
    with running_server(
        tmp_path_factory.mktemp("browser"), INTROSPECTION="everyone", EXPLORER="everyone"
    ) as server:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser for this folder's tests only. While it runs, Django detects an event loop in this thread and rejects queries."""
    expect.set_options(timeout=_TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


def launch(chromium: BrowserType, names: Sequence[str] = _NAMES, **environment: str) -> Browser:
    """Start the first browser of these names with these variables, or skip the test."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip(f"Chromium is not installed: none of {', '.join(names)} is there.")
    return chromium.launch(
        executable_path=path,
        args=_FLAGS,
        chromium_sandbox=os.geteuid() != 0,
        env={**os.environ, **environment},
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    if report.failed:
        item.stash[_HAS_FAILED] = True
    return report


@pytest.fixture
def pictures() -> Path | None:
    """Folder for screenshots. None: none are stored."""
    folder = os.environ.get("SCREENSHOTS")
    return Path(folder) if folder else None


@pytest.fixture
def open_tab(
    contexts: Contexts, server: Server, pictures: Path | None, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Tab]]:
    """Open tabs with options such as ``viewport``. At the end of a test that has failed, a screenshot is taken in any case."""
    tabs: list[Tab] = []
    options_of: list[dict[str, Any]] = []

    def open_tab(**options: Any) -> Tab:
        usual = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
        options_of.append({**usual, **options})
        context = contexts.take(options_of[-1])
        context.set_default_timeout(_TIMEOUT_MS)
        tabs.append(Tab(context, server.address, pictures))
        empty_storage(tabs[-1])
        return tabs[-1]

    yield open_tab
    name = request.node.name.removeprefix("test_")
    for number, (tab, options) in enumerate(zip(tabs, options_of, strict=True), start=1):
        if _HAS_FAILED in request.node.stash:
            tab.pictures = tab.pictures or PICTURES
        tab.take_picture(name if len(tabs) == 1 else f"{name}_{number}")
        contexts.give_back(tab, options)
    assert [tab.problems for tab in tabs] == [[] for _ in tabs]


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    return open_tab()


@pytest.fixture
def ask(server: Server) -> Callable[..., Any]:
    """Run an operation without a browser, as a demo account, and return its data."""

    def ask(username: str, query: str, **variables: Any) -> Any:
        answer = httpx.post(
            f"{server.address}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {server.tokens[username]}"},
        ).json()
        assert "errors" not in answer
        return answer["data"]

    return ask


@pytest.fixture
def rows(ask: Callable[..., Any]) -> list[dict[str, Any]]:
    """The rows of the teacher's matrix that the teacher can change."""
    rows = ask("teacher", ROWS, year=YEAR)["scheduleMatrix"]["rows"]
    return [row for row in rows if row["canEdit"]]
