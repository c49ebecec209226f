"""The account page, and a new teacher's first password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from primepath.demo.accounts import HEAD_TEACHER
from tests.browser.tab import Tab

pytestmark = pytest.mark.one_database

SEOUL = ZoneInfo("Asia/Seoul")
PASSWORD = "correct horse battery"


def test_invited_teacher_sets_a_password_and_manages_the_account(
    open_tab: Callable[..., Tab],
) -> None:
    head = open_tab()
    page = head.sign_in(HEAD_TEACHER, next="/account/")
    invite = page.get_by_role("region", name="Invite a teacher")
    invite.get_by_label("Name", exact=True).fill("Sora Kim")
    invite.get_by_label("Username").fill("sora")
    invite.get_by_role("button", name="Invite").click()
    url = page.get_by_label("Address").input_value()
    head.take_picture("account_invitation")

    phone = open_tab(viewport={"width": 390, "height": 844})
    page = phone.page
    page.goto(url)
    phone.take_picture("account_set_password")
    for label in "New password", "New password again":
        page.get_by_label(label, exact=True).fill("12345678")
    phone.expected_statuses.add(422)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert").first).to_contain_text("too common")
    for label in "New password", "New password again":
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_contain_text("Sign in as sora")
    page.get_by_label("Username").fill("sora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{phone.address}/")

    page.goto(f"{phone.address}/account/")
    page.get_by_label("Current password").fill(PASSWORD)
    for label in "New password", "New password again":
        page.get_by_label(label, exact=True).fill(f"{PASSWORD} staple")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is changed")
    calendars = page.get_by_role("region", name="Calendars")
    calendars.get_by_label("Name").fill("My phone")
    calendars.get_by_role("button", name="Create").click()
    assert page.get_by_label("Address").input_value().endswith(".ics")
    expect(calendars.get_by_role("row", name="My phone")).to_contain_text(
        f"{datetime.now(SEOUL):%-d %b %Y}"
    )
    # The head of the table is not shown on a phone.
    label = (
        calendars.get_by_role("row", name="My phone")
        .get_by_role("cell")
        .first.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    )
    assert "Created" in label
    phone.take_picture("account_phone")

    phone.expected_statuses.add(404)
    page.goto(url)
    expect(page.get_by_role("heading", name="This link is over")).to_be_visible()
    page = head.open("/account/")
    page.get_by_role("button", name="Deactivate Sora Kim").click()
    expect(page.get_by_role("status")).to_contain_text("sora is deactivated")
    page = phone.open("/account/")
    page.wait_for_url("**/sign-in/**")


@pytest.mark.parametrize("width", [390, 1440])
def test_problem_of_a_form_is_in_sight(open_tab: Callable[..., Tab], width: int) -> None:
    tab = open_tab(viewport={"width": width, "height": 844})
    tab.expected_statuses.add(422)
    page = tab.sign_in(HEAD_TEACHER, next="/account/")
    invite = page.get_by_role("region", name="Invite a teacher")
    invite.get_by_label("Name", exact=True).fill("Sora Kim")
    invite.get_by_label("Username").fill(HEAD_TEACHER)
    invite.get_by_role("button", name="Invite").click()
    problem = page.get_by_text("An account with this username already exists.")
    expect(problem).to_be_in_viewport(ratio=1)
    expect(problem).to_be_focused()
