"""A process serves the files of its own version after an upgrade has replaced them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import httpx
import pytest

from scripts.server import Checkout
from tests.databases import demo_template, own_database
from tests.processes import PATIENCE, ROOT

pytestmark = pytest.mark.one_database
STATIC = "primepath/pages/static/"
SCRIPT = "pages/matrix.js"
REPLACED = {".html", ".css", ".js", ".mo"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server. An upgrade replaced the code before the first request."""
    code, folder = (tmp_path_factory.mktemp(name) for name in ("code", "server"))
    for name in ("primepath", "schema", "loaders", "locale"):
        shutil.copytree(ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", code)
    with own_database(folder, demo_template()) as database_url:
        settings = {"DATABASE_URL": database_url, "PRIMEPATH_VAR_DIR": str(folder)}
        checkout = Checkout(code, environment={**os.environ, **settings})
        with checkout.serve(folder / "log") as server:
            (code / "primepath" / "urls.py").unlink()
            for file in code.rglob("*.*"):
                if file.suffix in REPLACED:
                    file.write_bytes(b"{% new %}" * 10_000)
            address = f"http://127.0.0.1:{server.port}"
            with httpx.Client(base_url=address, timeout=PATIENCE) as client:
                yield client


@pytest.mark.parametrize(("language", "title"), [("en", "Sign in"), ("ko", "로그인")])
@pytest.mark.parametrize("path", ["/sign-in/", "/admin/login/"])
def test_pages_are_those_of_the_process(
    client: httpx.Client, path: str, language: str, title: str
) -> None:
    page = client.get(path, headers={"Accept-Language": language})
    assert page.status_code == 200
    assert title in page.text


def test_static_files_are_those_of_the_process(client: httpx.Client) -> None:
    content = (ROOT / STATIC / SCRIPT).read_bytes()
    whole = client.get(f"/static/{SCRIPT}")
    assert (whole.status_code, whole.content) == (200, content)
    part = client.get(f"/static/{SCRIPT}", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    head = client.head(f"/static/{SCRIPT}")
    assert (head.headers["Content-Length"], head.content) == (str(len(content)), b"")
    again = client.get(f"/static/{SCRIPT}", headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304
