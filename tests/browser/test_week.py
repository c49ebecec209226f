"""A week of a teacher and of a head teacher.

It is in both languages, by mouse and by keyboard alone, on a phone and on a large screen. Each two of these choices are combined at least once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from primepath.demo.accounts import HEAD_TEACHER, TEACHER
from tests.browser.conftest import PICTURES
from tests.browser.hands import Keyboard, Mouse
from tests.browser.page_language import words_of_the_school
from tests.browser.tab import Tab
from tests.browser.week import accounts, files, one_cell, several_cells, views
from tests.browser.week.stored import Stored
from tests.browser.week.week_page import WeekPage
from tests.databases import demo_template, own_database, run_sql
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database

COMBINATIONS = [
    (TEACHER, "en", "mouse", 390),
    (TEACHER, "ko", "keyboard", 1440),
    (HEAD_TEACHER, "en", "keyboard", 1440),
    (HEAD_TEACHER, "ko", "mouse", 1440),
    (HEAD_TEACHER, "ko", "keyboard", 390),
]
# A week checks the whole matrix again and again. With all 60 classes, it would take twice as long. One class of each grade
# and the classes of the teacher remain. Other tests check the page with 60 classes.
_CLOSE = """UPDATE primepath_schoolclass SET is_active = FALSE
WHERE section <> 'A' AND code NOT IN ('PRIMARY_2B', 'MIDDLE_9C', 'HIGH_10F')"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, because users choose their language here. Most classes of its school are not taught."""
    folder = tmp_path_factory.mktemp("week")
    with own_database(folder, demo_template()) as url:
        run_sql(url, _CLOSE)
        with running_server(folder, database_url=url) as server:
            yield server


@pytest.fixture
def pictures(pictures: Path | None) -> Path:
    """Folder for screenshots. The week stores its pictures always, for people to look at."""
    return pictures or PICTURES


def test_each_two_choices_are_combined() -> None:
    for one in range(4):
        for other in range(one):
            pairs = {(each[one], each[other]) for each in COMBINATIONS}
            assert len(pairs) == 4, pairs


@pytest.mark.parametrize(("username", "language", "device", "width"), COMBINATIONS)
def test_week(
    open_tab: Callable[..., Tab],
    server: Server,
    ask: Callable[..., Any],
    rows: list[dict[str, Any]],
    username: str,
    language: str,
    device: str,
    width: int,
) -> None:
    tab = open_tab(
        locale={"en": "en-GB", "ko": "ko-KR"}[language],
        viewport={"width": width, "height": 844},
    )
    tab.fix_time("2026-11-23T01:00:00Z")
    number = COMBINATIONS.index((username, language, device, width))
    name = f"week_{username}_{language}_{device}_{width}"
    week = WeekPage(
        tab.open("/"),
        Keyboard(tab.page) if device == "keyboard" else Mouse(),
        language,
        Stored(server, username, language),
        words_of_the_school(ask),
        lambda step: tab.take_picture(f"{name}_{step}"),
    )
    first, second = (row["schoolClass"] for row in rows[:2])
    accounts.sign_in(week, username)
    views.find(week, first["name"])
    one_cell.change(week, first, room=f"{number}01")
    one_cell.assign_exams(week, first, name)
    one_cell.read_history(week, first)
    several_cells.copy(week, first, second)
    several_cells.change_block(week, [first, second], room=f"{number}02")
    views.read_month_and_week(week)
    files.export(week, first, room=f"{number}01")
    if username == HEAD_TEACHER:
        files.import_(week, first, room=f"{number}03")
        files.plan_year(week)
    else:
        accounts.request_access(week, number)
    views.look_at_print(week)
    accounts.open_account(week)
