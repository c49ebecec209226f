"""The page at ``/``: the matrix in colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from primepath.pages.explorer import examples
from tests.browser.tab import Tab

pytestmark = pytest.mark.one_database

MATRIX = """{
  scheduleMatrix {
    academicYear
    rows {
      schoolClass { code name division }
      cells { period status color icon examCount scheduledDate exams { name totalQuestions } }
    }
  }
}"""
SHOWN = """() => [...document.querySelectorAll("#matrix tbody tr:not(.division)")].map((row) => ({
  name: row.querySelector("th span").textContent,
  cells: [...row.querySelectorAll("button")].map((button) => ({
    color: getComputedStyle(button).backgroundColor,
    icon: button.querySelector(".icon").textContent,
    count: Number(button.querySelector(".count").textContent),
    label: button.getAttribute("aria-label").split(": ")[1].split(",")[0].toUpperCase().replace(" ", "_"),
  })),
}))"""
# Colours are painted on a canvas, which converts every notation to red, green and blue.
CONTRASTS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (color) => {
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = ({ color, backgroundColor }) => {
    const [dark, light] = [luminance(color), luminance(backgroundColor)].sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  };
  const byStatus = {};
  for (const button of document.querySelectorAll("#matrix td button")) {
    byStatus[button.dataset.status] ??= contrast(getComputedStyle(button));
  }
  return byStatus;
}"""


def rgb(color: str) -> str:
    """Return a colour such as ``#E3F2FD`` in the notation of browsers."""
    return f"rgb({', '.join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))})"


def cell(page: Page, row: dict[str, Any], period: str) -> Any:
    """Return the button of a month."""
    return page.get_by_role("button", name=f"{row['schoolClass']['name']}, {period}:")


def with_exams(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the first row and cell with exams and a date in January."""
    return next(
        (row, row["cells"][0])
        for row in rows
        if row["cells"][0]["exams"] and row["cells"][0]["scheduledDate"]
    )


def test_matrix_has_the_teachers_classes_in_16_columns_and_api_colours(
    tab: Tab, ask: Callable[..., Any]
) -> None:
    page = tab.sign_in("teacher")
    columns = page.locator("#matrix thead th[scope=col]")
    expect(columns).to_have_count(17)
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Q1 Q2 Q3 Q4"
    assert columns.all_text_contents() == ["Class", *months.split()]

    rows = ask("teacher", MATRIX)["scheduleMatrix"]["rows"]
    assert len(rows) == 4
    assert page.evaluate(SHOWN) == [
        {
            "name": row["schoolClass"]["name"],
            "cells": [
                {
                    "color": rgb(each["color"]),
                    "icon": each["icon"],
                    "count": each["examCount"],
                    "label": each["status"],
                }
                for each in row["cells"]
            ],
        }
        for row in rows
    ]
    expect(page.locator("#legend li")).to_have_count(
        len({each["status"] for row in rows for each in row["cells"]})
    )


def test_matrix_is_loaded_by_one_query(tab: Tab) -> None:
    page = tab.sign_in("head")
    expect(page.locator("#matrix td button")).to_have_count(960)
    expect(page.get_by_role("status")).to_contain_text("960 cells in one query")
    assert page.locator("#time").inner_text().endswith(" ms")
    assert [operation["query"].split("(")[0].split()[-1] for operation in tab.operations] == [
        "Matrix"
    ]

    tab.take_picture("matrix")
    with tab.one_operation():
        page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#matrix td button")).to_have_count(960)


def test_click_opens_a_cell_with_one_small_query(tab: Tab, ask: Callable[..., Any]) -> None:
    row, opened = with_exams(ask("head", MATRIX)["scheduleMatrix"]["rows"])
    page = tab.sign_in("head")
    button = cell(page, row, "January")
    expect(button).to_be_visible()
    with tab.one_operation():
        button.click()

    panel = page.get_by_role("dialog", name=row["schoolClass"]["name"])
    expect(panel.get_by_text("One query, ")).to_be_visible()
    assert panel.locator(".exams strong").all_text_contents() == [
        exam["name"] for exam in opened["exams"]
    ]
    expect(panel).to_contain_text(f"{opened['exams'][0]['totalQuestions']} questions")
    expect(panel).to_contain_text(f"{int(opened['scheduledDate'][-2:])} January")

    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()


def test_keyboard_can_select_and_open_a_cell(tab: Tab, ask: Callable[..., Any]) -> None:
    rows = ask("teacher", MATRIX)["scheduleMatrix"]["rows"]
    page = tab.sign_in("teacher")
    first = cell(page, rows[0], "January")
    expect(first).to_be_visible()
    page.locator("#matrix").focus()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    # The second key press has no effect in the top row. Rows of different divisions are adjacent.
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    reached = cell(page, rows[2], "February")
    expect(reached).to_be_focused()

    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name=rows[2]["schoolClass"]["name"])
    expect(panel.get_by_text("One query, ")).to_be_visible()
    expect(panel).to_contain_text("February")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(reached).to_be_focused()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_matrix_scrolls_on_a_phone_without_the_page(
    open_tab: Callable[..., Tab], color_scheme: str
) -> None:
    tab = open_tab(viewport={"width": 390, "height": 844}, color_scheme=color_scheme)
    page = tab.sign_in("head")
    matrix = page.locator("#matrix")
    expect(page.locator("#matrix thead .now").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("document.documentElement.scrollHeight") == 844
    assert matrix.evaluate("(matrix) => matrix.scrollWidth > matrix.clientWidth")

    for left, top in ((0, 0), (10_000, 10_000)):
        matrix.evaluate(f"(matrix) => matrix.scrollTo({left}, {top})")
        corner = page.locator("#matrix thead th").first
        expect(corner).to_be_in_viewport(ratio=1)
        assert corner.evaluate("(each) => each.getBoundingClientRect().left") == 0

    page.locator("#matrix td button").last.click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("One query, ")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert panel.bounding_box()["width"] == 390  # type: ignore[index]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_cells_have_enough_contrast_in_light_and_dark_mode(
    open_tab: Callable[..., Tab], color_scheme: str
) -> None:
    page = open_tab(color_scheme=color_scheme).sign_in("head")
    expect(page.locator("#matrix td button")).to_have_count(960)
    contrasts = page.evaluate(CONTRASTS)
    assert set(contrasts) == {"EMPTY", "DRAFT", "SCHEDULED", "IN_PROGRESS", "COMPLETED"}
    assert min(contrasts.values()) >= 4.5


def test_page_without_sign_in_leads_through_sign_in_and_back(tab: Tab) -> None:
    page = tab.open("/?year=2027")
    expect(page.get_by_role("heading", name="A year of exams at a glance")).to_be_visible()
    expect(page.get_by_text("You are not signed in")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    tab.enter_account("teacher")

    expect(page).to_have_url(f"{tab.address}/?year=2027")
    expect(page.locator("#matrix td button")).to_have_count(64)
    expect(page.get_by_text("김민준")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are not signed in")).to_be_visible()


def test_year_and_division_are_stored_in_the_address(tab: Tab, ask: Callable[..., Any]) -> None:
    year = ask("head", MATRIX)["scheduleMatrix"]["academicYear"] + 1
    page = tab.sign_in("head")
    expect(page.locator("#matrix td button")).to_have_count(960)
    with tab.one_operation():
        page.get_by_label("Year", exact=True).select_option(str(year))
    expect(page.get_by_role("status")).to_contain_text(f"{year}: 960 cells")
    expect(page.locator("#matrix .now")).to_have_count(0)
    page.get_by_text("Middle", exact=True).click()
    expect(page.locator("#matrix tbody:not([hidden]) tr:not(.division) th").first).to_contain_text(
        "Middle School"
    )
    expect(page).to_have_url(f"{tab.address}/?year={year}&division=MIDDLE")
    expect(page.get_by_role("status")).to_have_text("288 cells are shown.")

    page.reload()
    expect(page.get_by_role("row").filter(has_text="Middle School Grade 7A")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Primary Grade 1A")).to_be_hidden()
    expect(page.get_by_label("Year", exact=True)).to_have_value(str(year))
    expect(page.get_by_role("radio", name="Middle")).to_be_checked()


def test_teacher_without_a_class_sees_instructions(tab: Tab) -> None:
    page = tab.sign_in("newcomer")
    expect(page.get_by_role("heading", name="No classes yet")).to_be_visible()
    expect(page.get_by_text("requestClassAccess")).to_be_visible()


def test_error_is_shown_with_the_request_id(tab: Tab) -> None:
    page = tab.sign_in("head", next="/?year=1999")
    expect(
        page.get_by_text("Academic year must be between 2020 and 2035, not 1999.")
    ).to_be_visible()
    assert len(page.locator("#request-id code").inner_text()) == 32
    page.get_by_role("link", name="Show the current year").click()
    expect(page.locator("#matrix td button")).to_have_count(960)


def test_page_with_a_replaced_session_asks_for_a_reload(tab: Tab) -> None:
    page = tab.sign_in("head")
    expect(page.locator("#matrix td button")).to_have_count(960)
    tab.expected_statuses.add(403)
    other = tab.context.new_page()
    other.goto(f"{tab.address}/sign-in/")
    other.get_by_label("Username").fill("teacher")
    other.get_by_label("Password").fill("primepath-demo")
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator("#matrix td button")).to_have_count(64)

    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("reload this page")).to_be_visible()
    page.reload()
    expect(page.locator("#matrix td button")).to_have_count(64)


def test_query_of_the_page_opens_and_runs_in_the_explorer(tab: Tab) -> None:
    page = tab.sign_in("teacher", next="/graphql")
    expect(page.locator(".graphiql-tab-button")).to_have_count(len(examples()))
    page = tab.open("/")
    page.get_by_role("link", name="Open the query").first.click()
    expect(page).to_have_url(f"{tab.address}/graphql")
    expect(page.locator(".graphiql-tab-button", has_text=re.compile("^Matrix$"))).to_be_visible()
    expect(page.locator(".graphiql-tab-button")).to_have_count(len(examples()) + 1)
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"scheduleMatrix"')
