"""Pages of other origins: rejected by default, and accepted with bearer tokens if their origin is listed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings

from tests.server import Server, running_server

pytestmark = pytest.mark.one_database

ORIGIN = "https://app.school.example"
OTHERS = [
    "https://elsewhere.example",
    "http://app.school.example",
    "https://app.school.example:8443",
    "https://app.school.example.elsewhere.example",
    "https://xapp.school.example",
    "null",
    "",
    "*",
]
VIEWER = {"query": "{ viewer { username } }"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that accepts the pages of two origins."""
    with running_server(
        tmp_path_factory.mktemp("cors"),
        CORS_ALLOWED_ORIGINS=f"{ORIGIN}, http://localhost:5173",
        CORS_ALLOWED_HEADERS="X-School-App, x-app-version",
    ) as server:
        yield server


def preflight(
    server: Server,
    origin: str,
    *,
    path: str = "/graphql",
    method: str = "POST",
    headers: str = "authorization,content-type",
) -> httpx.Response:
    """Send the preflight request of a browser."""
    return httpx.options(
        f"{server.address}{path}",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


def allowed(response: httpx.Response) -> dict[str, str]:
    """Return what the response allows a page of another origin, by the names of the headers without their common prefix."""
    prefix = "access-control-"
    return {
        name.removeprefix(prefix): value
        for name, value in response.headers.items()
        if name.startswith(prefix)
    }


def words(header: str) -> set[str]:
    return {word.strip().lower() for word in header.split(",")}


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:5173"])
def test_preflight_of_an_allowed_origin_lists_methods_and_headers(
    server: Server, origin: str
) -> None:
    for method in "GET", "POST":
        response = preflight(server, origin, method=method)
        assert response.status_code == 200
        assert response.content == b""
        found = allowed(response)
        assert found["allow-origin"] == origin
        assert words(found["allow-methods"]) == {"get", "post"}
        assert words(found["allow-headers"]) >= {"authorization", "content-type", "if-none-match"}
        assert "allow-credentials" not in found
        assert len(response.headers["X-Request-ID"]) == 32
        assert "origin" in words(response.headers["Vary"])


def test_allowed_origin_can_read_responses_errors_and_request_ids(server: Server) -> None:
    address = f"{server.address}/graphql"
    token = {"Authorization": f"Bearer {server.token}", "Origin": ORIGIN}
    responses = [
        httpx.post(address, json=VIEWER, headers=token),
        httpx.get(address, params=VIEWER, headers=token),
        httpx.post(address, json=VIEWER, headers={**token, "Authorization": "Bearer wrong"}),
        httpx.post(address, content=b"nonsense", headers=token),
        httpx.put(address, headers=token),
        httpx.post(address, json=VIEWER, headers={**token, "Host": "elsewhere.example"}),
    ]
    assert [response.status_code for response in responses] == [200, 200, 401, 415, 405, 400]
    for response in responses:
        found = allowed(response)
        assert found.pop("allow-origin") == ORIGIN
        assert words(found.pop("expose-headers")) == {
            *("etag", "retry-after", "traceparent", "www-authenticate", "x-request-id")
        }
        assert found == {}
        assert "origin" in words(response.headers["Vary"])
    known = {**token, "If-None-Match": responses[1].headers["ETag"]}
    again = httpx.get(address, params=VIEWER, headers=known)
    assert again.status_code == 304
    assert allowed(again)["allow-origin"] == ORIGIN


# As the clients' own documentation names them.
USUAL_HEADERS = {
    "Apollo": "apollographql-client-name apollographql-client-version apollo-require-preflight",
    "Apollo on Android and iOS": "x-apollo-operation-id x-apollo-operation-name x-apollo-operation-type",
    "Sentry": "sentry-trace baggage",
    "W3C": "traceparent tracestate",
    "Datadog": "x-datadog-trace-id x-datadog-parent-id x-datadog-origin x-datadog-sampling-priority",
    "Zipkin": "b3 x-b3-traceid x-b3-spanid x-b3-sampled",
    "axios, jQuery": "x-requested-with cache-control pragma accept",
    "settings": "x-school-app X-App-Version",
}


@pytest.mark.parametrize("client", USUAL_HEADERS)
def test_usual_headers_of_clients_are_allowed(server: Server, client: str) -> None:
    asked = USUAL_HEADERS[client].lower().split()
    response = preflight(server, ORIGIN, headers=",".join(sorted(asked)))
    assert set(asked) <= words(allowed(response)["allow-headers"])


@pytest.mark.parametrize("origin", OTHERS)
def test_other_origins_get_no_cors_headers(server: Server, origin: str) -> None:
    assert allowed(preflight(server, origin)) == {}
    response = httpx.post(f"{server.address}/graphql", json=VIEWER, headers={"Origin": origin})
    assert response.status_code == 200
    assert allowed(response) == {}
    assert "origin" in words(response.headers["Vary"])


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/sign-out/", "/admin/login/", "/graphql/"])
def test_only_the_api_allows_other_origins(server: Server, path: str) -> None:
    assert allowed(preflight(server, ORIGIN, path=path)) == {}
    assert allowed(httpx.get(f"{server.address}{path}", headers={"Origin": ORIGIN})) == {}


def test_without_origins_cors_is_not_installed(
    demo_server: Server,
) -> None:
    for origin in ORIGIN, *OTHERS:
        response = preflight(demo_server, origin)
        assert response.status_code == 405
        assert allowed(response) == {}
    response = httpx.post(f"{demo_server.address}/graphql", json=VIEWER, headers={"Origin": ORIGIN})
    assert allowed(response) == {}
    assert "origin" not in words(response.headers["Vary"])
    assert not [name for name in settings.MIDDLEWARE if name.startswith("corsheaders")]
