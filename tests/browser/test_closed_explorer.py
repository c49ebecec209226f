"""The explorer with default settings, for signed-in users, on a server that disables introspection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.tab import Tab
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("closed"), INTROSPECTION="nobody") as server:
        yield server


def test_explorer_requires_sign_in_and_explains_missing_docs(tab: Tab) -> None:
    # GraphiQL requests the schema, and then again with a simpler query.
    tab.expected_statuses.add(400)
    page = tab.open("/graphql")
    expect(page).to_have_url(f"{tab.address}/sign-in/?next=/graphql")
    tab.enter_account("teacher")
    expect(page).to_have_url(f"{tab.address}/graphql")
    expect(page.get_by_text("Signed in as teacher (session).")).to_be_visible()
    why = page.get_by_text("Docs and autocompletion are not available")
    expect(why).to_contain_text("Introspection is disabled on this server.")
    expect(why).not_to_contain_text("Sign in")

    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{tab.address}/sign-in/?next=/graphql")
