"""Headers of a response, revalidation, and compression."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.server import Server

pytestmark = pytest.mark.one_database

GRAPHQL_JSON = "application/graphql-response+json"
SCHOOL = "{ school { name } }"
# About 2 kB.
CLASSES = "{ classDirectory(first: 20) { edges { node { code name } } } }"
MATRIX = "{ scheduleMatrix { rows { schoolClass { name } cells { id period status color exams { id name } } } } }"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def api(demo_server: Server) -> Iterator[httpx.Client]:
    """A client of the head teacher that accepts no compression."""
    with httpx.Client(
        base_url=demo_server.address,
        headers={"Authorization": f"Bearer {demo_server.token}", "Accept-Encoding": "identity"},
    ) as client:
        yield client


def get(api: httpx.Client, query: str = CLASSES, **headers: str) -> httpx.Response:
    return api.get("/graphql", params={"query": query}, headers=headers)


def post(api: httpx.Client, query: str = CLASSES, **headers: str) -> httpx.Response:
    return api.post("/graphql", json={"query": query}, headers=headers)


def vary(response: httpx.Response) -> set[str]:
    return {name.strip() for name in response.headers["Vary"].split(",")}


ANSWERS: list[Any] = [
    pytest.param({"query": SCHOOL}, 200, id="an answer"),
    pytest.param({"query": CLASSES}, 200, id="a large answer"),
    pytest.param({"query": "{ nonsense }"}, 200, id="an invalid document"),
    pytest.param({"query": "mutation { signOut { signedOut } }"}, 405, id="a mutation"),
    pytest.param({}, 400, id="no query"),
]


VARY = {"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie"}


@pytest.mark.parametrize(("parameters", "status"), ANSWERS)
def test_every_response_has_vary_and_nosniff(
    api: httpx.Client, parameters: dict[str, str], status: int
) -> None:
    response = api.get("/graphql", params=parameters)
    assert response.status_code == status
    assert vary(response) == VARY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize("query", [SCHOOL, CLASSES])
def test_get_response_is_private_and_must_be_revalidated(api: httpx.Client, query: str) -> None:
    response = get(api, query)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert response.headers["ETag"].startswith('W/"')


def test_post_and_error_responses_are_not_cached(api: httpx.Client) -> None:
    for response in (
        post(api),
        post(api, "{ nonsense }"),
        get(api, "{ nonsense }"),
        get(api, '{ node(id: "nonsense") { id } }'),
        get(api, ""),
        get(api, SCHOOL, Authorization="Bearer wrong"),
        api.put("/graphql"),
    ):
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_matching_etag_returns_304(api: httpx.Client, encoding: str) -> None:
    api.headers["Accept-Encoding"] = encoding
    first = get(api)
    assert first.headers.get("Content-Encoding", "identity") == encoding
    known = first.headers["ETag"]
    for given in known, known.removeprefix("W/"), f'"other", {known}', "*":
        again = get(api, **{"If-None-Match": given})
        assert again.status_code == 304
        assert again.content == b""
        assert "Content-Type" not in again.headers
        assert again.headers["ETag"] == known
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
        assert vary(again) == vary(first)


def test_etag_matches_with_and_without_compression(
    api: httpx.Client,
) -> None:
    known = get(api, **{"Accept-Encoding": "gzip"}).headers["ETag"]
    assert get(api, **{"If-None-Match": known}).status_code == 304
    assert get(api).headers["ETag"] == known


def test_changed_response_is_sent_in_full(api: httpx.Client, demo_server: Server) -> None:
    known = get(api, MATRIX).headers["ETag"]
    changed = get(api, CLASSES, **{"If-None-Match": known})
    assert changed.status_code == 200
    assert changed.json()["data"]
    of_teacher = get(
        api,
        MATRIX,
        **{
            "If-None-Match": known,
            "Authorization": f"Bearer {demo_server.tokens['teacher']}",
        },
    )
    assert of_teacher.status_code == 200


def test_post_ignores_etags(api: httpx.Client) -> None:
    known = get(api).headers["ETag"]
    response = post(api, **{"If-None-Match": known})
    assert response.status_code == 200
    assert response.json()["data"]


def test_failed_precondition_is_a_graphql_error(api: httpx.Client) -> None:
    response = get(api, **{"If-Match": '"other"'})
    assert response.status_code == 412
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert response.headers["Cache-Control"] == "no-store"


def test_head_returns_the_headers_of_get(api: httpx.Client) -> None:
    for encoding in "identity", "gzip":
        headers = {"Accept-Encoding": encoding}
        full = get(api, **headers)
        head = api.head("/graphql", params={"query": CLASSES}, headers=headers)
        assert head.status_code == 200
        assert head.content == b""
        for name in "Content-Type", "ETag", "Vary", "Cache-Control":
            assert head.headers[name] == full.headers[name]
        assert head.headers.get("Content-Encoding") == full.headers.get("Content-Encoding")
    assert head.headers["Content-Length"] != "0"
    mutation = api.head("/graphql", params={"query": "mutation { signOut { signedOut } }"})
    assert mutation.status_code == 405


def raw(api: httpx.Client, request: httpx.Request) -> bytes:
    """Return the body as it was sent."""
    response = api.send(request, stream=True)
    return b"".join(response.iter_raw())


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("accept", ["gzip", "br, gzip;q=0.5", "gzip, deflate, br, zstd"])
def test_large_response_is_compressed_if_accepted(
    api: httpx.Client, method: str, accept: str
) -> None:
    parameters: dict[str, Any] = (
        {"params": {"query": MATRIX}} if method == "GET" else {"json": {"query": MATRIX}}
    )
    plain = api.request(method, "/graphql", **parameters)
    assert "Content-Encoding" not in plain.headers
    request = api.build_request(
        method, "/graphql", headers={"Accept-Encoding": accept}, **parameters
    )
    compressed = raw(api, request)
    assert len(compressed) * 10 < len(plain.content)
    assert gzip.decompress(compressed) == plain.content


@pytest.mark.parametrize("accept", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br"])
def test_response_is_not_compressed_if_not_accepted(api: httpx.Client, accept: str) -> None:
    response = post(api, MATRIX, **{"Accept-Encoding": accept})
    assert "Content-Encoding" not in response.headers
    assert "Accept-Encoding" in vary(response)


def test_small_response_is_not_compressed(api: httpx.Client) -> None:
    assert "Content-Encoding" not in post(api, SCHOOL, **{"Accept-Encoding": "gzip"}).headers
    assert post(api, **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_size_of_a_compressed_response_varies(api: httpx.Client) -> None:
    """Otherwise the size would reveal the content besides the attacker's own text."""
    request = api.build_request(
        "POST", "/graphql", json={"query": CLASSES}, headers={"Accept-Encoding": "gzip"}
    )
    assert len({len(raw(api, request)) for _ in range(20)}) > 1


def test_explorer_has_a_request_id_and_is_compressed(api: httpx.Client) -> None:
    response = api.get("/graphql", headers={"Accept": BROWSER, "Accept-Encoding": "gzip"})
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.headers["X-Request-ID"]) == 32
    assert vary(response) == VARY
