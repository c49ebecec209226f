"""The pictures of the documents, in each language: `make pictures` stores them in ``docs/pictures``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, expect

from primepath.demo.accounts import HEAD_TEACHER, TEACHER
from tests.browser.conftest import WITH_WINDOWS, launch
from tests.browser.contexts import Contexts
from tests.browser.localized_page import LocalizedPage
from tests.browser.opened_cell import YEAR
from tests.browser.tab import Tab
from tests.browser.test_undo_in_history import UPDATE, UPDATE_ALL
from tests.pages import links
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database

ROOMS = {"en": ("Hall", "Room 12", "Science lab"), "ko": ("강당", "12호실", "과학실")}
GUIDES = {"en": "README.md", "ko": "README.ko.md"}


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def browser(browser: Browser, language: str) -> Iterator[Browser]:
    """A browser in the language: it writes the texts of inputs for files, dates and times itself."""
    own = launch(browser.browser_type, WITH_WINDOWS, LANGUAGE=language)
    yield own
    own.close()


@pytest.fixture
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own, because the pictures show the last changes."""
    with running_server(tmp_path) as server:
        yield server


class Guide:
    """Takes the pictures of one language. Before, changes the school through the API."""

    def __init__(
        self,
        language: str,
        folder: Path | None,
        open_tab: Callable[..., Tab],
        ask: Callable[..., Any],
        rows: list[dict[str, Any]],
    ) -> None:
        self._language = language
        self._folder = folder
        self._open_tab = open_tab
        self._ask = ask
        self.classes = [row["schoolClass"] for row in rows]
        self.names: set[str] = set()

    def sign_in(self, username: str) -> LocalizedPage:
        tab = self._open_tab(locale={"en": "en-GB", "ko": "ko-KR"}[self._language])
        # The page highlights this month.
        tab.fix_time("2026-11-23T01:00:00Z")
        page = LocalizedPage(tab.open("/sign-in/"), self._language)
        page.enter_account(username)
        return page

    def change_rooms(self, username: str, room: str, *cells: tuple[int, str]) -> None:
        """Change the room of cells, each of which is the number of a class and a period."""
        changes = [
            {"cell": {"at": {"classCode": code, "academicYear": YEAR, "period": period}}}
            | {"room": room}
            for code, period in ((self.classes[number]["code"], period) for number, period in cells)
        ]
        if len(changes) == 1:
            self._ask(username, UPDATE, input=changes[0])
        else:
            self._ask(username, UPDATE_ALL, input={"changes": changes})

    def take(self, name: str, shown: Locator) -> None:
        suffix = "" if self._language == "en" else f".{self._language}"
        self.names.add(f"{name}{suffix}.png")
        expect(shown).to_be_visible()
        if self._folder is not None:
            shown.screenshot(path=self._folder / f"{name}{suffix}.png")


def test_pictures_of_the_guide(
    open_tab: Callable[..., Tab],
    ask: Callable[..., Any],
    rows: list[dict[str, Any]],
    pictures: Path | None,
    language: str,
) -> None:
    folder = pictures and pictures / "documents"
    guide = Guide(language, folder, open_tab, ask, rows)
    hall, room, lab = ROOMS[language]
    _take_import(guide, lab)
    guide.change_rooms(TEACHER, hall, (1, "FEB"))
    guide.change_rooms(HEAD_TEACHER, room, (1, "FEB"))
    guide.change_rooms(TEACHER, lab, (0, "JAN"), (1, "JAN"))
    guide.change_rooms(TEACHER, hall, (1, "MAR"))
    guide.change_rooms(HEAD_TEACHER, lab, (1, "MAR"))
    page = guide.sign_in(TEACHER)
    _take_history(guide, page)
    _take_changes(guide, page)
    _take_block(guide, page, theirs=hall, yours=room)
    file = settings.BASE_DIR / "docs" / "school" / GUIDES[language]
    found = [link for link in links(file.read_text(encoding="utf-8")) if link.endswith(".png")]
    assert {Path(link).name for link in found} == guide.names


def _take_import(guide: Guide, room: str) -> None:
    page = guide.sign_in(HEAD_TEACHER)
    guide.take("matrix", page.page.locator("body"))
    page.button("Import").click()
    dialog = page.dialog("Import the schedule")
    lines = [f"{code},{YEAR},OCT,{room}" for code in (guide.classes[1]["code"], "PRIMARY_9Z")]
    content = "\n".join(["class_code,academic_year,period,room", *lines])
    page.field("File", dialog).set_input_files(
        {"name": "rooms.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.button("Preview", dialog).click()
    expect(dialog.locator("tbody tr")).to_have_count(2)
    guide.take("import", dialog)


def _take_history(guide: Guide, page: LocalizedPage) -> None:
    page.cell(guide.classes[1]["name"], 2).click()
    page.page.locator("#cell-history summary").click()
    expect(page.page.locator(".history")).to_be_focused()
    expect(page.page.locator(".history > li").nth(1)).to_be_in_viewport()
    guide.take("history", page.page.locator("body"))
    page.page.keyboard.press("Escape")


def _take_changes(guide: Guide, page: LocalizedPage) -> None:
    page.button("Changes").click()
    dialog = page.dialog("Changes")
    dialog.locator("#change-list button").first.click()
    expect(dialog.locator(".conflict")).to_be_visible()
    guide.take("changes", page.page.locator("body"))
    page.button("Close", dialog).click()


def _take_block(guide: Guide, page: LocalizedPage, *, theirs: str, yours: str) -> None:
    page.button("Select cells").click()
    for each in guide.classes:
        page.cell(each["name"], 9).click()
    page.button("Change together").click()
    guide.change_rooms(HEAD_TEACHER, theirs, (0, "SEP"))
    dialog = page.page.locator("#bulk")
    page.field("Room", dialog).fill(yours)
    page.button("Preview", dialog).click()
    expect(dialog.locator(".conflict fieldset")).to_be_visible()
    guide.take("block", page.page.locator("body"))
