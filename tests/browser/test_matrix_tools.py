"""Filters, print, requests for access and old browsers on the page at ``/``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.localized_page import LocalizedPage
from tests.browser.tab import Tab
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.one_database

# The filters that are narrower than their text, or outside of the window.
CUT_OFF = """() => [...document.querySelectorAll("#filters :is(input, select)")].filter((each) => {
  const wanted = each.cloneNode(true);
  each.after(wanted);
  wanted.style.cssText = "position: absolute; flex: none; width: max-content";
  const width = each.matches("select") ? wanted.offsetWidth : each.scrollWidth + each.offsetWidth - each.clientWidth;
  wanted.remove();
  const { left, right } = each.getBoundingClientRect();
  return each.offsetWidth < width || left < 0 || right > innerWidth;
}).map((each) => each.id)"""


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_filters_by_class_grade_and_status(open_tab: Callable[..., Tab], color_scheme: str) -> None:
    tab = open_tab(color_scheme=color_scheme)
    page = tab.sign_in("head")
    rows = page.locator("#matrix tbody:not([hidden]) tr:not(.division, [hidden])")
    expect(rows).to_have_count(60)
    page.get_by_label("Grade", exact=True).select_option("7")
    expect(rows.first).to_contain_text("Grade 7")
    number = rows.count()
    assert 0 < number < 60
    page.get_by_label("Class", exact=True).fill("7a")
    expect(rows).to_have_count(1)
    expect(page.get_by_role("status").first).to_have_text("16 cells are shown.")
    page.get_by_label("Class", exact=True).fill("")
    expect(rows).to_have_count(number)
    page.get_by_label("Grade", exact=True).select_option("")
    page.get_by_label("Status", exact=True).select_option("DRAFT")
    expect(page.locator("#legend li")).to_have_count(1)
    expect(page.locator("#legend")).to_contain_text("Draft")
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [390, 1440])
def test_filters_fit(
    open_tab: Callable[..., Tab], rows: list[dict[str, Any]], width: int, language: str
) -> None:
    tab = open_tab(viewport={"width": width, "height": 844}, locale=language)
    page = LocalizedPage(tab.open("/sign-in/"), language)
    page.enter_account("head")
    shown = page.page.locator("#matrix tbody:not([hidden]) tr:not(.division, [hidden])")
    expect(shown).to_have_count(60)
    if width == 390:
        page.button("Filter").click()
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    names = page.page.locator("#matrix tbody th[scope=row] > span").all_inner_texts()
    page.field("Class").fill(max(names, key=len))
    expect(shown).to_have_count(1)
    page.field("Grade").select_option("12")
    expect(shown).to_have_count(0)
    expect(page.page.locator("#no-match p").first).to_be_in_viewport(ratio=1)
    page.field("Class").fill("")
    expect(shown.first).to_contain_text("Grade 12")
    page.field("Status").select_option("IN_PROGRESS")
    expect(page.page.locator("#legend li")).to_have_count(1)
    page.field("Class").fill(max(names, key=len))
    assert page.page.evaluate(CUT_OFF) == []


def test_filters_that_match_nothing_can_be_cleared(tab: Tab) -> None:
    page = tab.sign_in("head", next="/?division=HIGH")
    shown = page.locator("#matrix tbody:not([hidden]) tr:not(.division, [hidden])")
    expect(shown).to_have_count(18)
    expect(page.get_by_text("No class matches the filters.")).to_be_hidden()
    page.get_by_label("Class", exact=True).fill("primary")
    page.get_by_label("Status", exact=True).select_option("DRAFT")
    expect(page.get_by_text("No class matches the filters.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(shown).to_have_count(60)
    expect(page.get_by_text("No class matches the filters.")).to_be_hidden()
    expect(page).to_have_url(f"{tab.address}/")
    expect(page.locator("#matrix")).to_be_focused()
    expect(page.get_by_role("status").first).to_have_text("960 cells are shown.")


@pytest.mark.parametrize("width", [390, 1440])
def test_names_and_levels_of_classes_are_not_cut_off(
    open_tab: Callable[..., Tab], width: int
) -> None:
    page = open_tab(viewport={"width": width, "height": 844}).sign_in("teacher")
    expect(page.locator("#matrix tbody th small").last).to_contain_text("view only")
    cut_off = "(each) => each.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert page.locator("#matrix tbody th[scope=row] > *").evaluate_all(cut_off) == []


def test_print_has_the_whole_matrix(tab: Tab) -> None:
    page = tab.sign_in("head")
    expect(page.locator("#matrix td button")).to_have_count(960)
    page.emulate_media(media="print")
    # The paper's width between the margins, in CSS pixels.
    page.set_viewport_size({"width": 1062, "height": 733})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1062
    last = page.locator("#matrix tbody tr").last
    assert last.evaluate(
        "(row) => row.getBoundingClientRect().bottom <= document.documentElement.scrollHeight"
    )
    assert page.locator("#matrix").evaluate("(each) => each.scrollHeight <= each.clientHeight + 1")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    title = page.locator("#print-title")
    expect(title).to_contain_text("Exam schedule 2026 D: draft")
    expect(title).to_contain_text(re.compile(r"\d{1,2} \w+ 2026, \d\d:\d\d"))
    expect(page.locator("#legend")).to_be_visible()
    tab.take_picture("print")
    pdf = page.pdf(prefer_css_page_size=True, path=tab.pictures and tab.pictures / "print.pdf")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4
    # The month has no letters for statuses. Its buttons are of no use on paper.
    page.emulate_media(media="screen")
    page.get_by_label("View", exact=True).select_option("month")
    expect(page.get_by_role("button", name="Later")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("#print-letters")).to_be_hidden()
    expect(page.get_by_role("button", name="Later")).to_be_hidden()


@pytest.mark.parametrize(("width", "code"), [(390, "PRIMARY_1A"), (1440, "PRIMARY_1B")])
def test_newcomer_requests_access(
    open_tab: Callable[..., Tab], ask: Callable[..., Any], width: int, code: str
) -> None:
    tab = open_tab(viewport={"width": width, "height": 844})
    page = tab.sign_in("newcomer")
    page.locator("#empty").get_by_role("button", name="Request access").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Class").locator("option")).to_have_count(60)
    tab.take_picture(f"request_access_{width}")
    dialog.get_by_label("Class").select_option(code)
    dialog.get_by_role("button", name="Send request").click()
    expect(dialog.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    dialog.get_by_label("Reason").fill("I teach this class from December.")
    dialog.get_by_role("button", name="Send request").click()
    expect(dialog.get_by_text("The request was sent.")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    # A second request for the class is refused, and what was entered stays.
    page.locator("#empty").get_by_role("button", name="Request access").click()
    expect(dialog.get_by_label("Class").locator("option")).to_have_count(60)
    dialog.get_by_label("Class").select_option(code)
    dialog.get_by_label("Reason").fill("I teach this class from January.")
    dialog.get_by_role("button", name="Send request").click()
    expect(dialog.get_by_text("You already have a pending request")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("I teach this class from January.")
    query = "{ classAccessRequests(status: PENDING) { edges { node { reason classListing { code } } } } }"
    edges = ask("head", query)["classAccessRequests"]["edges"]
    assert {
        "reason": "I teach this class from December.",
        "classListing": {"code": code},
    } in [edge["node"] for edge in edges]


def test_teacher_requests_access_to_classes_that_they_cannot_edit(
    open_tab: Callable[..., Tab], ask: Callable[..., Any]
) -> None:
    query = "{ viewer { teacher { id } assignments { id accessLevel schoolClass { code } } } }"
    viewer = ask("teacher", query)["viewer"]
    by_level = {each["accessLevel"]: each["schoolClass"]["code"] for each in viewer["assignments"]}
    assign = """mutation ($teacher: ID!, $expiresAt: DateTime) {
      assignTeacher(input: {teacherId: $teacher, classCode: "MIDDLE_9C", accessLevel: FULL, expiresAt: $expiresAt}) {
        assignment { id }
      }
    }"""
    until = {"teacher": viewer["teacher"]["id"], "expiresAt": "2999-01-01T00:00:00Z"}
    given = ask("head", assign, **until)["assignTeacher"]["assignment"]
    page = open_tab().sign_in("teacher")
    page.get_by_role("button", name="Request access").click()
    options = page.get_by_role("dialog").get_by_label("Class").locator("option")
    expect(options).to_have_count(58)
    codes = {option.get_attribute("value") for option in options.all()}
    assert {by_level["VIEW"], by_level["SUBSTITUTE"], "MIDDLE_9C"} <= codes
    assert not {by_level["FULL"], by_level["CO_TEACHER"]} & codes
    ask(
        "head",
        "mutation ($id: ID!) { revokeTeacher(input: {assignmentId: $id}) { userErrors { code } } }",
        id=given["id"],
    )


def test_administration_is_linked_for_those_who_may(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().sign_in("teacher")
    expect(page.locator("#matrix td button").first).to_be_visible()
    expect(page.get_by_role("link", name="Administration")).to_be_hidden()
    page = open_tab().sign_in("head")
    page.get_by_role("link", name="Administration").click()
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert page.url.endswith("/admin/")


def test_tools_fit_a_phone(open_tab: Callable[..., Tab]) -> None:
    page = open_tab(viewport={"width": 390, "height": 844}).sign_in("head")
    expect(page.locator("#matrix td button")).to_have_count(960)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    matrix = page.locator("#matrix")
    assert matrix.evaluate("(each) => each.getBoundingClientRect().top") < 180
    filters = page.get_by_role("button", name="Filter")
    expect(filters).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_label("Grade", exact=True)).to_be_hidden()
    filters.focus()
    page.keyboard.press("Enter")
    expect(filters).to_have_attribute("aria-expanded", "true")
    page.get_by_label("Grade", exact=True).select_option("7")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert matrix.evaluate("(each) => each.clientHeight") > 400


def test_old_browser_gets_a_message(tab: Tab) -> None:
    tab.page.add_init_script("delete Map.groupBy")
    page = tab.open("/")
    expect(page.get_by_role("heading", name="This browser is too old")).to_be_visible()
    expect(page.get_by_text("Loading the schedule …")).to_be_hidden()
    expect(page.get_by_text("You are not signed in")).to_be_hidden()


def test_page_without_one_of_its_scripts_gets_a_message(tab: Tab) -> None:
    tab.expected_statuses.add(404)
    tab.page.route("**/pages/table*.js", lambda route: route.fulfill(status=404))
    page = tab.open("/")
    expect(page.get_by_role("heading", name="This page could not start")).to_be_visible()
    expect(page.get_by_text("Loading the schedule …")).to_be_hidden()
    assert violations(page) == []


def test_only_shown_cells_are_selected(open_tab: Callable[..., Tab]) -> None:
    page = open_tab().sign_in("head")
    page.get_by_label("Status", exact=True).select_option("DRAFT")
    page.get_by_role("button", name="Select cells").click()
    drafts = page.locator("#matrix tbody button:not(.other)")
    shown = drafts.count()
    drafts.first.click()
    drafts.nth(9).click(modifiers=["Shift"])
    pressed = page.locator("#matrix button[aria-pressed=true]")
    assert 1 < pressed.count() <= shown
    expect(page.locator("#matrix button.other[aria-pressed=true]")).to_have_count(0)
    # Cells that another filter hides are no longer selected.
    page.get_by_label("Status", exact=True).select_option("")
    page.get_by_label("Grade", exact=True).select_option("12")
    expect(pressed).to_have_count(0)
