"""A week of a teacher in Korean, on a phone and on a large screen: no text of the product is in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from primepath.demo.accounts import DEMO_PASSWORD
from tests.browser.opened_cell import YEAR
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations

_WORD = re.compile(r"[A-Za-z]{2,}")
# Names that Korean texts use too: of the product, of keys, and of programs' parts.
_SAME_IN_KOREAN = {
    "API",
    "ID",
    "ms",
    "Shift",
    "Enter",
    "requestClassAccess",
    "JSON",
    "English",
    "Bearer",
}
_DATA = """query($year: Int!, $after: String) {
  school { name } viewer { username teacher { name } }
  teachers(first: 100) { edges { node { name } } }
  exams(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { name curriculumLevel { name } } } }
  classDirectory(first: 100) { edges { node { code name } } }
  scheduleMatrix(academicYear: $year) { rows { curriculum { label } schoolClass { name stream }
    cells { notes room } } } }"""
_TEXTS = """() => {
  const found = [];
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("script, style, .graphiql-container");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (isShown(node.parentElement)) found.push(node.textContent);
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
    if (isShown(element)) for (const name of ["aria-label", "placeholder", "title", "alt"]) found.push(element.getAttribute(name) ?? "");
  }
  return [document.title, ...found];
}"""

every_width = pytest.mark.parametrize("width", [390, 1440])


@pytest.fixture
def data(ask: Callable[..., Any]) -> set[str]:
    """Return the words of the school's own data, which stay as they are."""
    # "test" is the name of a token.
    after, words = None, {"teacher", "head", "test"}
    while True:
        found = ask("head", _DATA, year=YEAR, after=after)
        words.update(_WORD.findall(str(found)))
        after = found["exams"]["pageInfo"]["endCursor"]
        if not found["exams"]["pageInfo"]["hasNextPage"]:
            return words


def _assert_korean(page: Page, data: set[str]) -> None:
    """Check that the page has no English text, no fault for users with disabilities, and no horizontal scroll bar."""
    texts = page.evaluate(_TEXTS)
    left = {
        text.strip(): words
        for text in texts
        if (words := set(_WORD.findall(text)) - data - _SAME_IN_KOREAN)
    }
    assert left == {}
    assert any(re.search("[가-힣]", text) for text in texts)
    assert violations(page) == []
    # Nothing makes the page wider than the window.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@every_width
def test_week_of_a_teacher(
    open_tab: Callable[..., Tab], data: set[str], pictures: Path, width: int
) -> None:
    tab = open_tab(locale="ko-KR", viewport={"width": width, "height": 844})
    page = tab.open("/")

    def look(name: str) -> None:
        _assert_korean(page, data)
        tab.take_picture(pictures, f"korean_{width}_{name}")

    expect(page.get_by_role("heading", name="한눈에 보는 한 해 시험")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "ko"
    look("signed_out")
    page.locator("#sign-in").click()
    look("sign_in")
    page.get_by_label("사용자 이름").fill("teacher")
    page.get_by_label("비밀번호").fill("wrong")
    page.get_by_role("button", name="로그인").click()
    expect(page.get_by_role("alert")).to_contain_text("비밀번호")
    look("sign_in_failed")
    page.get_by_label("사용자 이름").fill("teacher")
    page.get_by_label("비밀번호").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="로그인").click()
    expect(page.locator("#matrix table")).to_be_visible()
    look("matrix")

    page.locator("td button[aria-label*='예정, 시험 수']").first.click()
    expect(page.locator("#cell-figures")).to_contain_text("쿼리 한 번")
    look("cell")
    page.get_by_role("button", name="수정", exact=True).click()
    look("cell_form")
    page.locator("#cell-form [name=status]").select_option("EMPTY")
    page.get_by_role("button", name="저장", exact=True).click()
    expect(page.locator("#cell-form .problem").filter(has_text="EMPTY")).to_be_visible()
    page.locator("#cell-form").get_by_role("button", name="취소").click()
    page.get_by_role("button", name="시험 배정", exact=True).click()
    expect(page.get_by_label("이름 또는 레벨로 검색")).to_be_visible()
    look("exams")
    page.get_by_role("button", name="새 시험", exact=True).click()
    look("new_exam")
    page.get_by_role("button", name="닫기").click()

    page.get_by_role("button", name="칸 선택", exact=True).click()
    page.locator("td button[aria-pressed=false]").first.click()
    look("selection")
    page.locator("#change-selected").click()
    bulk = page.locator("#bulk")
    bulk.get_by_role("button", name="미리보기").click()
    expect(bulk.get_by_text("변경되는 칸이 없습니다.")).to_be_visible()
    bulk.get_by_label("교실", exact=True).fill(f"{width}호")
    bulk.get_by_role("button", name="미리보기").click()
    expect(page.locator("#bulk-result")).to_contain_text("칸 1개")
    look("bulk")
    bulk.get_by_role("button", name="저장", exact=True).click()
    expect(page.locator("#undo")).to_have_text("되돌리기: 칸 1개 변경")

    page.get_by_role("button", name="변경 내역", exact=True).click()
    changes = page.get_by_role("dialog", name="변경 내역")
    expect(changes.locator("#change-list > li").first).to_contain_text("칸 1개")
    look("changes")
    changes.locator("#change-list button").first.click()
    expect(page.locator("#changes-outcome")).to_contain_text("되돌렸습니다")
    look("undone")
    changes.get_by_role("button", name="닫기").click()
    page.locator("td button").first.click()
    page.locator("#cell-history summary").click()
    expect(page.locator(".history > li").first).to_contain_text(f"교실: {width}호 → ")
    look("history")
    page.get_by_role("button", name="닫기").click()

    page.locator("#views").select_option("month")
    expect(page.locator("#agenda-count")).to_contain_text("칸")
    expect(page.locator("#agenda-title")).to_have_text(
        re.compile(r"^\d{4}년 \d+월 1일\([월화수목금토일]\) ~ ")
    )
    look("month")
    if width == 390:
        page.get_by_role("button", name="필터", exact=True).click()
        look("filters")
    page.get_by_role("button", name="접근 권한 요청").first.click()
    look("request_access")
    tab.open("/account/")
    expect(page.get_by_role("heading", name="내 정보")).to_be_visible()
    look("account")


@every_width
def test_explorer(open_tab: Callable[..., Tab], data: set[str], width: int) -> None:
    tab = open_tab(locale="ko-KR", viewport={"width": width, "height": 844})
    page = tab.open("/graphql")
    expect(page.locator("#viewer")).to_have_text("로그인하지 않았습니다.")
    _assert_korean(page, data)


def test_switch_changes_the_page_and_keeps_the_year(tab: Tab) -> None:
    page = tab.sign_in("teacher")
    page.locator("#year").select_option(str(YEAR + 1))
    expect(page.locator("caption")).to_contain_text(f"Exam schedule {YEAR + 1}")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("caption")).to_contain_text(f"{YEAR + 1}년 시험 일정")
    # The other tests of this server read English.
    page.get_by_role("button", name="English").click()
    expect(page.locator("caption")).to_contain_text(f"Exam schedule {YEAR + 1}")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="한국어").click()
    expect(page.get_by_role("heading", name="한눈에 보는 한 해 시험")).to_be_visible()
    # Signing in uses the stored choice.
    page.locator("#sign-in").click()
    page.locator("#id_username").fill("teacher")
    page.locator("#id_password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="로그인").click()
    expect(page.locator("caption")).to_contain_text("Exam schedule")
