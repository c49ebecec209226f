"""Metrics and details of `/readyz` are for internal addresses and for the holder of the token."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pytest_django import Settings

from primepath.server.monitoring.access import can_monitor
from primepath.server.proxies import ProxyHeaders

pytestmark = pytest.mark.one_database
TOKEN = "wq1mT8sV0yZk3uRb6cXe9hJp2nLd5gAf"


def is_allowed(peer: str | None, trusted: tuple[str, ...] = ("127.0.0.1",), **headers: str) -> bool:
    """Return whether a request from ``peer`` can monitor, as the application behind `ProxyHeaders` decides."""
    found: list[bool] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        found.append(can_monitor(scope))

    scope = {
        "type": "http",
        "client": None if peer is None else (peer, 50_000),
        "headers": [
            (name.lower().replace("_", "-").encode(), value.encode())
            for name, value in headers.items()
        ],
    }
    asyncio.run(ProxyHeaders(application, trusted)(scope, None, None))
    return found[0]


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.5.7", True),
        ("10.0.6.7", False),
        ("203.0.113.5", False),
        ("testclient", False),
        (None, False),
    ],
)
def test_internal_addresses_can_monitor(
    settings: Settings, peer: str | None, allowed: bool
) -> None:
    settings.MONITORING_NETWORKS = ["127.0.0.1", "::1", "10.0.5.0/24"]
    assert is_allowed(peer) is allowed


def test_socket_file_is_internal_if_it_is_listed(settings: Settings) -> None:
    settings.MONITORING_NETWORKS = ["unix:"]
    assert is_allowed(None)
    assert not is_allowed("127.0.0.1")


def test_request_through_a_trusted_proxy_counts_with_its_client() -> None:
    assert is_allowed("127.0.0.1", X_Forwarded_For="127.0.0.1")
    assert not is_allowed("127.0.0.1", X_Forwarded_For="203.0.113.5")
    assert not is_allowed("127.0.0.1", X_Forwarded_For="127.0.0.1, 203.0.113.5")
    assert not is_allowed("127.0.0.1", X_Forwarded_For="unknown")


def test_request_through_another_proxy_is_not_internal() -> None:
    assert not is_allowed("127.0.0.1", trusted=(), X_Forwarded_For="127.0.0.1")
    assert not is_allowed("127.0.0.1", Forwarded="for=127.0.0.1")
    assert not is_allowed(None, trusted=("unix:",), X_Forwarded_For="unknown")


def test_token_opens_monitoring_from_any_address(settings: Settings) -> None:
    assert not is_allowed("203.0.113.5", Authorization="Bearer ")
    settings.MONITORING_TOKEN = TOKEN
    assert is_allowed("203.0.113.5", Authorization=f"Bearer {TOKEN}")
    assert not is_allowed("203.0.113.5", Authorization=f"Bearer {TOKEN[:-1]}")
    assert not is_allowed("203.0.113.5", Authorization=TOKEN)
    assert not is_allowed("203.0.113.5")
