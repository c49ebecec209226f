"""The pages on a server that runs registered documents only, although nothing was registered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from primepath.demo.accounts import ADMINISTRATOR
from tests.browser.opened_cell import OpenedCell
from tests.browser.tab import Tab
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("trusted"), TRUSTED_DOCUMENTS_ONLY="1", EXPLORER="everyone"
    ) as server:
        yield server


def test_matrix_page_reads_changes_and_undoes(tab: Tab, server: Server) -> None:
    rows: list[dict[str, Any]] = [
        {"schoolClass": {"code": "PRIMARY_1A", "name": "Primary Grade 1A"}}
    ]
    cell = OpenedCell(tab.sign_in("teacher"), rows[0], "FEB", "February")
    panel = cell.edit()
    panel.get_by_label("Room").fill("Hall 9")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("Undone: change of")).to_be_visible()

    headers = {"Authorization": f"Bearer {server.token}"}
    refused = httpx.post(
        f"{server.address}/graphql", json={"query": "{ school { name } }"}, headers=headers
    )
    assert refused.json()["errors"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}


def test_explorer_is_off(tab: Tab) -> None:
    tab.expected_statuses.add(403)
    page = tab.open("/graphql")
    expect(page.get_by_text("This server runs registered documents only")).to_be_visible()


def test_admin_site_works(tab: Tab) -> None:
    page = tab.sign_in(ADMINISTRATOR, next="/admin/")
    page.get_by_role("link", name="Exams", exact=True).first.click()
    expect(page.get_by_role("heading", name="Select exam to change")).to_be_visible()
