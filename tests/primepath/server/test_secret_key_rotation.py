"""A new `SECRET_KEY` with the old one in `SECRET_KEY_FALLBACKS`: no user must sign in or load anything again."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from primepath.demo.accounts import DEMO_PASSWORD, HEAD_TEACHER
from scripts.server import free_port, serving
from tests.databases import demo_template, own_database
from tests.processes import PATIENCE, ROOT

pytestmark = pytest.mark.one_database
OLD, NEW = "iGm3x0Wc9vT2qLr8sZk5yNd7bHf4jPaE", "Zk5yNd7bHf4jPaEiGm3x0Wc9vT2qLr8s"
SYNC = (
    "query ($after: String) { scheduleMatrix(changesAfter: $after) { syncToken rows { canEdit } } }"
)


@contextmanager
def server(folder: Path, database_url: str, **keys: str) -> Iterator[str]:
    """Run the server of production with these keys, and yield its address."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    settings = {"DATABASE_URL": database_url, "PRIMEPATH_VAR_DIR": str(folder), **keys}
    environment = {**os.environ, **settings}
    with serving(command, port, folder / "log", folder=ROOT, environment=environment):
        yield f"http://127.0.0.1:{port}"


def sign_in(browser: httpx.Client, address: str) -> None:
    browser.get(f"{address}/sign-in/")
    form = {
        "username": HEAD_TEACHER,
        "password": DEMO_PASSWORD,
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    assert browser.post(f"{address}/sign-in/", data=form).status_code == 302


def is_signed_in(browser: httpx.Client, address: str) -> bool:
    answer = browser.get(f"{address}/graphql", params={"query": "{ viewer { username } }"})
    return bool(answer.json() == {"data": {"viewer": {"username": HEAD_TEACHER}}})


def sync(address: str, bearer: str, after: str | None) -> Any:
    body = {"query": SYNC, "variables": {"after": after}}
    headers = {"Authorization": f"Bearer {bearer}"}
    return httpx.post(f"{address}/graphql", json=body, headers=headers, timeout=PATIENCE).json()


def test_sessions_and_tokens_survive_a_rotation_in_two_steps(tmp_path: Path) -> None:
    template = demo_template()
    bearer = template.tokens[HEAD_TEACHER]
    with (
        own_database(tmp_path, template) as url,
        httpx.Client(timeout=PATIENCE) as browser,
        httpx.Client(timeout=PATIENCE) as away,
    ):
        with server(tmp_path, url, SECRET_KEY=OLD) as address:
            sign_in(browser, address)
            sign_in(away, address)
            first = sync(address, bearer, None)["data"]["scheduleMatrix"]["syncToken"]
        with server(tmp_path, url, SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=OLD) as address:
            assert is_signed_in(browser, address)
            matrix = sync(address, bearer, first)["data"]["scheduleMatrix"]
            assert matrix["rows"] == []
        with server(tmp_path, url, SECRET_KEY=NEW) as address:
            # Both used the server in the meantime.
            assert is_signed_in(browser, address)
            assert (
                sync(address, bearer, matrix["syncToken"])["data"]["scheduleMatrix"]["rows"] == []
            )
            # These did not.
            assert not is_signed_in(away, address)
            (error,) = sync(address, bearer, first)["errors"]
            assert error["extensions"]["code"] == "SYNC_TOKEN_EXPIRED"
    assert not re.search(f"{OLD}|{NEW}", (tmp_path / "log").read_text())
