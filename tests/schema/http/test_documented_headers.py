"""The page on HTTP lists every header and status that a client can receive."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.pages import CLIENTS, ROOT, first_column, section
from tests.server import Server

pytestmark = pytest.mark.one_database

PAGE = (CLIENTS / "http.md").read_text()
QUERY = '{"query": "{ school { name } }"}'
JSON = {"Content-Type": "application/json"}
LARGE = "{ scheduleMatrix { rows { cells { id status } } } }"
_HEADER = re.compile(r"(?:[A-Z][A-Za-z]*-)+[A-Z][A-Za-z]+|ETag|Vary|Allow|Location|Expires")
_CORS = "Access-Control-"


def documented(heading: str) -> set[str]:
    """Return the headers of a table, in lower case."""
    return {name.lower() for name in first_column(section(PAGE, heading))}


def responses(server: Server) -> Iterator[httpx.Response]:
    """Send one request for each kind of response."""
    bearer = {"Authorization": f"Bearer {server.token}"}
    browser = {"Accept": "text/html"}
    with httpx.Client(base_url=server.address) as client:
        yield client.post("/graphql", content=QUERY, headers=JSON)
        yield client.post("/graphql", content=QUERY, headers={**JSON, **bearer})
        large = client.get("/graphql", params={"query": LARGE}, headers=bearer)
        yield large
        for name in ("If-None-Match", "If-Match"):
            tag = large.headers["ETag"] if name == "If-None-Match" else '"other"'
            headers = {**bearer, name: tag}
            yield client.get("/graphql", params={"query": LARGE}, headers=headers)
        yield client.get("/graphql", params={"query": "mutation { signOut { __typename } }"})
        yield client.put("/graphql")
        yield client.post("/graphql", content="[]", headers=JSON)
        yield client.post("/graphql", content="{}", headers={"Content-Type": "text/plain"})
        yield client.post("/graphql", content=b" " * 2_000_000, headers=JSON)
        yield client.post("/graphql", content=QUERY, headers={**JSON, "Authorization": "Bearer x"})
        yield client.get("/graphql", headers={"Host": "elsewhere.example"})
        yield client.get("/nothing")
        yield client.post("/sign-in/", headers=browser)
        for page in ("/", "/graphql", "/sign-in/", "/admin/", "/admin/login/"):
            yield client.get(page, headers=browser)


@pytest.fixture(scope="module")
def received(demo_server: Server) -> list[httpx.Response]:
    return list(responses(demo_server))


def test_every_header_of_a_response_is_documented(received: list[httpx.Response]) -> None:
    names = {name.lower() for response in received for name in response.headers}
    assert {"x-request-id", "etag", "content-encoding", "www-authenticate", "allow"} <= names
    assert names - documented("Response headers") == set()


def test_every_status_is_documented(received: list[httpx.Response]) -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", section(PAGE, "Statuses"), re.MULTILINE)
    statuses = {int(status) for row in rows for status in row.split(", ")}
    found = {response.status_code for response in received}
    assert {200, 304, 400, 401, 403, 404, 405, 412, 413, 415} <= found
    assert found <= statuses | {302}


def test_every_header_in_the_code_is_documented() -> None:
    """Headers and statuses that need a rare failure or a setting are included."""
    files = [*ROOT.glob("schema/http/*.py"), *ROOT.glob("primepath/**/*.py")]
    names = {
        node.value.lower()
        for file in files
        if "migrations" not in file.parts
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _HEADER.fullmatch(node.value)
        and not node.value.startswith(_CORS)
    }
    assert {"retry-after", "x-request-id", "etag"} <= names
    assert names <= documented("Request headers") | documented("Response headers")
