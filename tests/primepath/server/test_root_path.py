"""The server under a path, such as https://school.example/schedule/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from django.conf import settings
from django.templatetags.static import static
from django.urls import clear_script_prefix, set_script_prefix

from primepath.demo.accounts import ADMINISTRATOR, DEMO_PASSWORD
from tests.nginx import nginx
from tests.processes import PATIENCE
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database
PREFIX = "/schedule"
# The list of classes shows one class: the links to all 60 of them are of the same kind.
PAGES = ["/", "/sign-in/", "/graphql", "/admin/", "/admin/primepath/schoolclass/?q=PRIMARY_1A"]
_ADDRESSES = re.compile(r'(?:href|src|action|data-endpoint)="([^"#]*)')


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Both ways to set the path."""
    with (
        running_server(tmp_path_factory.mktemp("uvicorn"), UVICORN_ROOT_PATH=PREFIX) as uvicorn,
        running_server(tmp_path_factory.mktemp("setting"), FORCE_SCRIPT_NAME=PREFIX) as setting,
    ):
        yield {"--root-path": uvicorn, "FORCE_SCRIPT_NAME": setting}


@pytest.fixture(
    params=[("--root-path", True), ("FORCE_SCRIPT_NAME", True), ("FORCE_SCRIPT_NAME", False)],
    ids=["--root-path", "FORCE_SCRIPT_NAME", "FORCE_SCRIPT_NAME, prefix passed on"],
)
def address(
    servers: dict[str, Server], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The address under which nginx serves PrimePath."""
    way, removes_prefix = request.param
    with nginx(tmp_path, servers[way].port, PREFIX, removes_prefix=removes_prefix) as address:
        yield address


def signed_in(address: str) -> httpx.Client:
    browser = httpx.Client(headers={"Accept": "text/html"}, follow_redirects=True, timeout=PATIENCE)
    page = browser.get(f"{address}/sign-in/", params={"next": f"{PREFIX}/admin/"})
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
    form = {"username": ADMINISTRATOR, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token}
    form["next"] = f"{PREFIX}/admin/"
    response = browser.post(f"{address}/sign-in/", data=form, headers={"Referer": address})
    assert str(response.url) == f"{address}/admin/"
    return browser


def test_every_link_of_a_page_leads_to_the_prefix_and_works(address: str) -> None:
    with closing(signed_in(address)) as browser:
        seen = set()
        for path in PAGES:
            page = browser.get(f"{address}{path}")
            assert page.status_code == 200
            seen |= {urljoin(str(page.url), found) for found in _ADDRESSES.findall(page.text)}
        assert {urlsplit(each).path.split("/")[1] for each in seen} == {PREFIX[1:]}
        assert f"{address}/static/pages/base.css" in seen
        assert f"{address}/static/admin/css/base.css" in seen
        broken = {each for each in seen if browser.get(each).status_code not in {200, 405}}
        assert broken == set()


def test_anonymous_browsers_return_to_the_prefix_after_signing_in(address: str) -> None:
    page = httpx.get(f"{address}/", headers={"Accept": "text/html"})
    assert f'href="{PREFIX}/sign-in/?next={PREFIX}/"' in page.text
    explorer = httpx.get(f"{address}/graphql", headers={"Accept": "text/html"})
    assert explorer.headers["Location"] == f"{PREFIX}/sign-in/?next={PREFIX}/graphql"
    admin = httpx.get(f"{address}/admin/", headers={"Accept": "text/html"})
    assert admin.headers["Location"] == f"{PREFIX}/admin/login/?next={PREFIX}/admin/"
    other = httpx.get(f"{address}/sign-in/?next=https://elsewhere.example/")
    assert "elsewhere" not in other.text


def test_api_and_its_messages_have_the_prefix(address: str) -> None:
    response = httpx.post(f"{address}/graphql", json={"query": "{ school { name } }"})
    assert response.json() == {"data": {"school": {"name": settings.SCHOOL_NAME}}}
    missing = httpx.get(f"{address}/nothing").json()["errors"][0]["message"]
    assert missing.endswith(f"{PREFIX}/graphql.")


@pytest.mark.parametrize("way", ["--root-path", "FORCE_SCRIPT_NAME"])
def test_server_itself_accepts_the_path_that_its_proxy_sends(
    servers: dict[str, Server], way: str
) -> None:
    """With ``--root-path``, uvicorn adds the prefix to every path."""
    server = servers[way]
    paths = [""] if way == "--root-path" else ["", PREFIX]
    for prefix in paths:
        for path in "/graphql?query={__typename}", "/static/pages/base.css", "/":
            assert httpx.get(f"{server.address}{prefix}{path}").status_code == 200
    assert httpx.get(f"{server.address}{PREFIX}graphql").status_code == 404
    file = httpx.get(f"{server.address}/static/pages/base.css")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Type"].startswith("text/css")


def test_static_files_follow_the_prefix_of_each_request() -> None:
    assert static("pages/base.css") == "/static/pages/base.css"
    try:
        set_script_prefix(PREFIX)
        assert static("pages/base.css") == f"{PREFIX}/static/pages/base.css"
    finally:
        clear_script_prefix()
    assert static("pages/base.css") == "/static/pages/base.css"
