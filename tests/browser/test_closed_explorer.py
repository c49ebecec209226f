"""The explorer as it is by default, for those who are signed in; here on a server that shows its schema to nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.tab import Tab
from tests.server import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("closed"), INTROSPECTION="nobody") as server:
        yield server


def test_one_is_led_to_sign_in_and_back_and_told_why_there_are_no_docs(tab: Tab) -> None:
    # GraphiQL asks for the schema, and asks again for less of it.
    tab.expected_statuses.add(400)
    page = tab.open("/graphql")
    expect(page).to_have_url(f"{tab.address}/sign-in/?next=/graphql")
    tab.enter_account("teacher")
    expect(page).to_have_url(f"{tab.address}/graphql")
    expect(page.get_by_text("Signed in as teacher (session).")).to_be_visible()
    why = page.get_by_text("Docs and autocompletion are not available")
    expect(why).to_contain_text("Nobody can read the schema on this server.")
    expect(why).not_to_contain_text("Sign in")

    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{tab.address}/sign-in/?next=/graphql")
