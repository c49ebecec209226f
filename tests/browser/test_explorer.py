"""The explorer: GraphiQL and the sign-in bar."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from primepath.pages.explorer import examples
from tests.browser.opened_cell import YEAR
from tests.browser.tab import Tab
from tests.server import Server

pytestmark = pytest.mark.one_database

NAMES = [
    re.findall(r"^(?:query|mutation) (\w+)", each["query"], re.MULTILINE)[0] for each in examples()
]
ROW = {"classCode": "PRIMARY_5A", "period": "JUL"}
NOTE = """mutation ($at: CellKey!, $notes: String) {
  updateCell(input: { cell: { at: $at }, notes: $notes }) { userErrors { message } }
}"""
CELL = """query ($at: CellKey!) { matrixCell(at: $at) { status examCount exams { id } } }"""


def run(tab: Tab, name: str) -> dict[str, Any]:
    """Run the document in the tab with this name, wait until GraphiQL shows the response, and return it."""
    page = tab.page
    page.locator(".graphiql-tab-button", has_text=name).click()
    # GraphiQL detects the operation of the tab a moment later.
    page.wait_for_function(
        "(name) => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === name",
        arg=name,
    )
    with page.expect_response(
        lambda response: (response.request.post_data_json or {}).get("operationName") == name
    ) as response:
        page.get_by_role("button", name="Execute query").click()
    answer: dict[str, Any] = response.value.json()
    (member,) = answer["data"]
    expect(page.locator(".graphiql-response")).to_contain_text(f'"{member}"')
    return answer


def ready(page: Page) -> Page:
    """Wait until GraphiQL has loaded the schema, and return the page."""
    expect(page.locator(".graphiql-tab-button", has_text=NAMES[0])).to_be_visible()
    expect(page.locator("#viewer")).to_contain_text("igned in")
    return page


def test_every_example_tab_shows_data_without_errors(tab: Tab) -> None:
    page = ready(tab.sign_in("teacher", next="/graphql"))
    assert [
        each.split()[0] for each in page.locator(".graphiql-tab-button").all_text_contents()
    ] == NAMES
    for name in NAMES:
        answer = run(tab, name)
        assert "errors" not in answer, name
        (found,) = answer["data"].values()
        assert found, name
        assert found.get("userErrors", []) == []


def test_mutation_changes_the_schedule_and_the_history(tab: Tab, ask: Callable[..., Any]) -> None:
    year = json.loads(examples()[3]["variables"])["academicYear"]
    at = {"classCode": "PRIMARY_1A", "academicYear": year, "period": "DEC"}
    # Another test can have assigned it before.
    ask(
        "head",
        """mutation ($at: CellKey!) {
          unassignExams(input: { cells: [{ at: $at }], examIds: ["Exam:4"] }) { userErrors { code } }
        }""",
        at=at,
    )
    before = ask("teacher", CELL, at=at)["matrixCell"]["examCount"]
    cell = "Primary Grade 1A, December: "
    page = tab.sign_in("teacher")
    expect(page.get_by_role("button", name=cell)).to_contain_text(str(before or ""))

    ready(tab.open("/graphql"))
    run(tab, "AssignAnExam")
    (newest, *_) = run(tab, "WhatChanged")["data"]["matrixCell"]["history"]["edges"]
    assert newest["node"]["byName"] == "김민준"
    assert newest["node"]["action"] == "ASSIGN_EXAMS"

    page = tab.open("/")
    button = page.get_by_role("button", name=cell)
    expect(button.locator(".count")).to_have_text(str(before + 1))
    button.click()
    expect(page.get_by_role("dialog").locator(".exams li")).to_have_count(before + 1)


def test_sign_in_from_the_explorer_returns_to_it(tab: Tab) -> None:
    page = ready(tab.open("/graphql"))
    expect(page.get_by_text("Not signed in.")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    tab.enter_account("teacher")
    expect(page).to_have_url(f"{tab.address}/graphql")
    expect(page.get_by_text("Signed in as teacher (session).")).to_be_visible()
    assert len(run(tab, "MyMatrix")["data"]["scheduleMatrix"]["rows"]) == 4
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Not signed in.")).to_be_visible()


def test_pasted_token_authenticates_until_it_is_removed(tab: Tab, server: Server) -> None:
    page = ready(tab.open("/graphql"))
    page.get_by_label("Bearer token").fill(f"Bearer {server.tokens['head']}")
    page.get_by_role("button", name="Use token").click()
    expect(page.get_by_text("Signed in as head (token).")).to_be_visible()
    assert len(run(tab, "MyMatrix")["data"]["scheduleMatrix"]["rows"]) == 60
    page.reload()
    expect(page.get_by_text("Signed in as head (token).")).to_be_visible()
    page.get_by_role("button", name="Remove token").click()
    expect(page.get_by_text("Not signed in.")).to_be_visible()


def test_wrong_token_shows_a_message(tab: Tab) -> None:
    tab.expected_statuses.add(401)
    page = ready(tab.open("/graphql"))
    page.get_by_label("Bearer token").fill("wrong")
    page.get_by_role("button", name="Use token").click()
    expect(page.get_by_role("alert")).to_contain_text("Invalid, expired or revoked bearer token.")
    expect(page.get_by_text("Not signed in.")).to_be_visible()


def test_wrong_password_shows_a_message(tab: Tab) -> None:
    page = tab.open("/sign-in/?next=/graphql")
    page.get_by_label("Username").fill("seoyeon")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password")
    expect(page.get_by_label("Username")).to_have_value("seoyeon")


def test_response_without_sign_in_explains_the_error(tab: Tab) -> None:
    ready(tab.open("/graphql"))
    answer = run(tab, "MyMatrix")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    expect(tab.page.locator(".graphiql-response")).to_contain_text("UNAUTHENTICATED")


def test_docs_describe_a_cell(tab: Tab) -> None:
    page = ready(tab.sign_in("teacher", next="/graphql"))
    page.get_by_role("button", name="Show Documentation Explorer").click()
    search = page.get_by_role("combobox")
    search.fill("MatrixCell")
    page.get_by_role("option", name="MatrixCell", exact=True).click()
    docs = page.locator(".graphiql-doc-explorer")
    expect(docs).to_contain_text("One cell of the matrix")
    expect(docs).to_contain_text("scheduledDate")
    expect(docs).to_contain_text("Background colour of the status")


def test_examples_can_be_restored(tab: Tab) -> None:
    page = ready(tab.open("/graphql"))
    page.get_by_role("button", name="New tab").click()
    expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES) + 1)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Examples").click()
    expect(page.locator(".graphiql-tab-button")).to_have_count(len(NAMES))


def test_subscription_shows_changes_until_it_is_stopped(tab: Tab, ask: Callable[..., Any]) -> None:
    document = """subscription Live($year: Int!, $after: String!) {
  scheduleChanged(academicYear: $year, classCodes: ["PRIMARY_5A"], after: $after) { cells { notes } }
}"""
    tab.sign_in("head")
    # "From now on" begins only some time after the response has begun.
    token = ask(
        "head",
        "query ($year: Int!) { scheduleMatrix(academicYear: $year) { syncToken } }",
        year=YEAR,
    )
    after = token["scheduleMatrix"]["syncToken"]
    variables = json.dumps({"year": YEAR, "after": after})
    linked = urlencode({"query": document, "variables": variables})
    page = tab.open(f"/graphql#{linked}")
    expect(page.locator("#viewer")).to_have_text("Signed in as head (session).")
    execute = page.get_by_role("button", name="Execute query")
    with page.expect_response(lambda response: tab.is_stream(response.request)):
        execute.click()
    for notes in "First", "Second":
        ask("head", NOTE, at={**ROW, "academicYear": YEAR}, notes=notes)
        expect(page.locator(".graphiql-response")).to_contain_text(f'"notes": "{notes}"')
    stop = page.get_by_role("button", name="Stop query")
    with page.expect_event("requestfailed", tab.is_stream):
        stop.click()
    expect(execute).to_be_visible()
    expect(page.locator(".graphiql-response")).to_contain_text('"notes": "Second"')


def test_refused_subscription_shows_the_error(tab: Tab) -> None:
    tab.expected_statuses.add(400)
    document = "subscription { scheduleChanged(academicYear: 2026) { cell } }"
    page = ready(tab.open(f"/graphql#{urlencode({'query': document})}"))
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text("Cannot query field 'cell'")
