"""No browser guesses the type of a response, whichever part of the server sends it."""

from __future__ import annotations

import httpx
import pytest

from primepath.server.small_responses import headers_of
from tests.server import Server

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/graphql?query={__typename}", 200),
        ("/static/pages/base.css", 200),
        ("/sign-in/", 200),
        ("/nothing", 404),
    ],
)
def test_type_of_each_response_is_final(demo_server: Server, path: str, status: int) -> None:
    response = httpx.get(f"{demo_server.address}{path}")
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_live_updates_have_a_final_type(demo_server: Server) -> None:
    document = {"query": "subscription { scheduleChanged { position } }"}
    headers = {
        "Accept": "text/event-stream",
        "Authorization": f"Bearer {demo_server.token}",
    }
    with httpx.stream(
        "POST", f"{demo_server.address}/graphql", json=document, headers=headers
    ) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_no_cache_stores_a_small_response() -> None:
    assert dict(headers_of("text/plain", b"ab")) == {
        b"content-type": b"text/plain",
        b"content-length": b"2",
        b"cache-control": b"no-store",
        b"x-content-type-options": b"nosniff",
    }
