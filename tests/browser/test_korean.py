"""The explorer in Korean, and the switch between the languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from primepath.demo.accounts import DEMO_PASSWORD
from tests.browser.opened_cell import YEAR
from tests.browser.page_language import assert_language, words_of_the_school
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("width", [390, 1440])
def test_explorer(open_tab: Callable[..., Tab], ask: Callable[..., Any], width: int) -> None:
    tab = open_tab(locale="ko-KR", viewport={"width": width, "height": 844})
    page = tab.open("/graphql")
    expect(page.locator("#viewer")).to_have_text("로그인하지 않았습니다.")
    assert_language(page, "ko", words_of_the_school(ask))
    assert violations(page) == []


def test_class_without_a_level(open_tab: Callable[..., Tab]) -> None:
    page = open_tab(locale="ko-KR").sign_in("head", next="/?year=2034")
    expect(page.locator("#matrix tbody th small").first).to_have_text("레벨 없음")


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
