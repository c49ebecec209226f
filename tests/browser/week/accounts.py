"""Signing in, the account page, and a request for access."""

from __future__ import annotations

from playwright.sync_api import expect

from primepath.demo.accounts import DEMO_PASSWORD
from tests.browser.week.week_page import WeekPage


def sign_in(week: WeekPage, username: str) -> None:
    week.look("signed_out")
    week.hands.press(week.page.locator("#sign-in"))
    for password in ("wrong", DEMO_PASSWORD):
        week.hands.fill(week.field("Username"), username)
        week.hands.fill(week.field("Password"), password)
        week.hands.press(week.button("Sign in"))
        if password == "wrong":
            expect(week.page.get_by_role("alert")).to_be_visible()
            week.look("sign_in_failed")
    expect(week.page.locator("#matrix table")).to_be_visible()
    other = {"en": "English", "ko": "한국어"}[week.language]
    switch = week.page.locator("header button", has_text=other)
    if switch.is_visible():
        week.hands.press(switch)
    expect(week.button("Select cells")).to_be_visible()
    week.agrees_with_matrix()
    week.look("matrix")


def request_access(week: WeekPage, number: int) -> None:
    """Request access to one of the classes that the user does not see, for a reason with this number."""
    known = {each["schoolClass"]["code"] for each in week.stored.viewer()["assignments"]}
    known |= {code for code, _reason in week.stored.requests()}
    code = next(each for each in week.stored.all_classes() if each not in known)
    reason = f"{number}."
    week.hands.press(week.button("Request access"))
    dialog = week.dialog("Request access to a class")
    classes = week.field("Class", dialog)
    expect(classes.locator("option").nth(1)).to_be_attached()
    week.hands.choose(classes, code)
    week.hands.fill(week.field("Reason", dialog), reason)
    week.look("request_access")
    assert (code, reason) not in week.stored.requests()
    week.hands.press(week.button("Send request", dialog))
    sent = dialog.get_by_text(week.text("The request was sent. A head teacher decides about it."))
    expect(sent).to_be_visible()
    assert (code, reason) in week.stored.requests()
    week.hands.press(week.button("Close", dialog))


def open_account(week: WeekPage) -> None:
    week.hands.press(week.page.locator("#account"))
    expect(week.page.get_by_role("heading", name=week.text("You"), exact=True)).to_be_visible()
    viewer = week.stored.viewer()
    you = week.page.locator("section[aria-labelledby=you]")
    expect(you.locator("strong")).to_have_text(viewer["username"])
    if viewer["seesAllClasses"]:
        expect(you).to_contain_text(week.text("You can see and change every class."))
    else:
        classes = [each["schoolClass"] for each in viewer["assignments"]]
        names = [f"{each['name']} ({each['code']})" for each in classes]
        shown = [each.split(":")[0] for each in you.locator("li").all_inner_texts()]
        assert sorted(shown) == sorted(names)
    tokens = week.page.locator("section[aria-labelledby=tokens] tbody th").all_inner_texts()
    assert sorted(tokens) == sorted(each["name"] for each in viewer["apiTokens"])
    week.look("account")
