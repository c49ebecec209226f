"""The client's address and scheme, behind proxies that are trusted and proxies that are not."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from django.conf import settings

from primepath.demo.accounts import DEMO_PASSWORD, TEACHER
from primepath.server.proxies import ProxyHeaders
from primepath.setting_formats import UNIX_SOCKET
from tests.processes import PATIENCE
from tests.server import running_server

pytestmark = pytest.mark.one_database
TRUSTED = ["127.0.0.1", "::1", "10.0.0.0/8", "2001:db8::/32"]
SIGN_IN = """
mutation ($username: String!) {
  signIn(input: { username: $username, password: "%s" }) { token userErrors { code } }
}
"""


def seen(
    peer: str | None, *headers: tuple[str, str], trusted: list[str] = TRUSTED
) -> tuple[str | None, str]:
    """Return the client's address and the scheme that the application sees."""
    found: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope)

    scope = {
        "type": "http",
        "scheme": "http",
        "client": None if peer is None else (peer, 50_000),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(ProxyHeaders(application, trusted)(scope, None, None))
    (scope,) = found
    client = scope["client"]
    return client and client[0], scope["scheme"]


def address(peer: str | None, *forwarded_for: str, trusted: list[str] = TRUSTED) -> str | None:
    headers = [("X-Forwarded-For", value) for value in forwarded_for]
    return seen(peer, *headers, trusted=trusted)[0]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("127.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.5, 10.1.2.3"], "203.0.113.5"),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.5, 127.0.0.1, 10.1.2.3"], "203.0.113.5"),
        ("127.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"),
        ("127.0.0.1", ["[2001:4860::1]:4711"], "2001:4860::1"),
        ("127.0.0.1", ["2001:4860::1"], "2001:4860::1"),
        ("127.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
        ("::ffff:127.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("::1", ["203.0.113.5"], "203.0.113.5"),
        ("2001:db8::7", ["203.0.113.5"], "203.0.113.5"),
        # All are proxies: one of them is the client.
        ("127.0.0.1", ["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
        # The proxy reported nothing usable, so the client is unknown, and the proxy is what is known.
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.5, , "], "203.0.113.5"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        # Not a trusted proxy.
        ("203.0.113.9", ["6.6.6.6"], "203.0.113.9"),
        ("11.0.0.1", ["10.1.2.3"], "11.0.0.1"),
        ("testclient", ["6.6.6.6"], "testclient"),
        (None, ["6.6.6.6"], None),
    ],
)
def test_the_client_is_the_last_address_that_is_not_a_proxy(
    peer: str | None, forwarded_for: list[str], expected: str | None
) -> None:
    assert address(peer, *forwarded_for) == expected


def test_a_proxy_behind_a_socket_file_can_be_trusted() -> None:
    assert address(None, "203.0.113.5", trusted=[UNIX_SOCKET]) == "203.0.113.5"
    assert address("127.0.0.1", "203.0.113.5", trusted=[UNIX_SOCKET]) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "value", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "http", "http"),
        ("127.0.0.1", "http, https", "https"),
        ("127.0.0.1", "https, http", "http"),
        ("127.0.0.1", "gopher", "http"),
        ("127.0.0.1", "", "http"),
        ("203.0.113.9", "https", "http"),
    ],
)
def test_the_scheme_is_the_last_one_that_a_proxy_reports(
    peer: str, value: str, scheme: str
) -> None:
    assert seen(peer, ("X-Forwarded-Proto", value))[1] == scheme


def test_a_proxy_that_is_not_trusted_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    async def application(*_: Any) -> None:
        pass

    proxies = ProxyHeaders(application, TRUSTED)

    async def send(peer: str) -> None:
        headers = [(b"x-forwarded-for", b"203.0.113.5")]
        await proxies({"type": "http", "client": (peer, 1), "headers": headers}, None, None)

    for _ in range(3):
        asyncio.run(send("11.0.0.1"))
    (record,) = caplog.records
    assert "from 11.0.0.1. If it is your proxy, add it to TRUSTED_PROXIES." in record.getMessage()
    for number in range(100):
        asyncio.run(send(f"11.0.1.{number}"))
    assert len(caplog.records) == 20


def sign_in(address: str, username: str, *, forwarded_for: str) -> list[str]:
    """Return the codes of the errors of a sign-in through a proxy."""
    response = httpx.post(
        f"{address}/graphql",
        json={"query": SIGN_IN % DEMO_PASSWORD, "variables": {"username": username}},
        headers={"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": "https"},
        timeout=PATIENCE,
    )
    payload = response.json()["data"]["signIn"]
    return [error["code"] for error in payload["userErrors"]]


def test_sign_in_limits_count_the_clients_of_a_trusted_proxy(tmp_path: Any) -> None:
    limit = 5
    with running_server(
        tmp_path,
        HTTPS="1",
        TRUSTED_PROXIES="127.0.0.1,10.0.0.0/8",
        FORWARDED_ALLOW_IPS="10.9.9.9",
        SIGN_IN_FAILURES_PER_ADDRESS=str(limit),
    ) as server:
        for number in range(limit):
            # The outsider makes up what precedes the address that the proxy appends.
            forwarded_for = f"198.51.100.{number}, 203.0.113.5, 10.1.2.3"
            errors = sign_in(server.address, f"nobody{number}", forwarded_for=forwarded_for)
            assert errors == ["INVALID_CREDENTIALS"]
        refused = sign_in(server.address, TEACHER, forwarded_for="198.51.100.9, 203.0.113.5")
        assert refused == ["RATE_LIMITED"]
        assert sign_in(server.address, TEACHER, forwarded_for="198.51.100.77") == []
        log = server.log.read_text()
        assert log.count("from 203.0.113.5 failed") == limit
        assert f"Sign-in of '{TEACHER}' from 203.0.113.5 refused" in log
        assert f"Sign-in of '{TEACHER}' from 198.51.100.77 succeeded" in log
        assert "FORWARDED_ALLOW_IPS is ignored" in log

        # A browser that uses plain HTTP is sent to HTTPS, and a page that came through the proxy is not.
        page = f"{server.address}/sign-in/?next=/graphql"
        plain = httpx.get(page)
        assert (plain.status_code, plain.headers["Location"]) == (301, page.replace("p:", "ps:", 1))
        secure = httpx.get(page, headers={"X-Forwarded-Proto": "https"})
        assert secure.status_code == 200
        assert "Secure" in secure.headers["Set-Cookie"]
        assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_uvicorn_does_not_trust_anyone_itself(tmp_path: Any) -> None:
    """By default it trusts 127.0.0.1, and with * it takes the first address of the list."""
    limit = 3
    with running_server(
        tmp_path,
        TRUSTED_PROXIES="10.9.9.9",
        FORWARDED_ALLOW_IPS="*",
        SIGN_IN_FAILURES_PER_ADDRESS=str(limit),
    ) as server:
        for number in range(limit):
            sign_in(server.address, "nobody", forwarded_for=f"198.51.100.{number}")
        refused = sign_in(server.address, TEACHER, forwarded_for="198.51.100.77")
        assert refused == ["RATE_LIMITED"]
        assert "Ignored X-Forwarded-For and X-Forwarded-Proto from 127.0.0.1" in (
            server.log.read_text()
        )


def test_django_itself_believes_no_header() -> None:
    assert settings.SECURE_PROXY_SSL_HEADER is None
    assert not settings.USE_X_FORWARDED_HOST
    assert not settings.USE_X_FORWARDED_PORT
