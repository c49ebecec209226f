"""Access to metrics and to the details of `/readyz`: for internal addresses, and with `MONITORING_TOKEN`."""

from __future__ import annotations

import hmac
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings

from primepath.setting_formats import UNIX_SOCKET


def can_monitor(scope: Any) -> bool:
    """Return whether an ASGI request can read metrics. Call it inside `ProxyHeaders`, which sets the client's address."""
    headers = scope["headers"]
    return _has_token(headers) or _is_internal(scope.get("client"), headers)


def _has_token(headers: list[tuple[bytes, bytes]]) -> bool:
    if not settings.MONITORING_TOKEN:
        return False
    expected = b"Bearer " + settings.MONITORING_TOKEN.encode()
    return any(
        name == b"authorization" and hmac.compare_digest(value, expected) for name, value in headers
    )


def _is_internal(client: tuple[str, int] | None, headers: list[tuple[bytes, bytes]]) -> bool:
    # `ProxyHeaders` reports the client of a trusted proxy with port 0. Otherwise the address is that of a proxy, and the
    # client can be anyone.
    if any(name in {b"x-forwarded-for", b"forwarded"} for name, _ in headers) and (
        client is None or client[1] != 0
    ):
        return False
    internal = settings.MONITORING_NETWORKS
    if client is None or not client[0]:
        # A client that connects through a socket file.
        return UNIX_SOCKET in internal
    try:
        address = ip_address(client[0])
    except ValueError:
        return False
    # A socket for both versions of IP reports IPv4 addresses as ::ffff:10.0.0.7.
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _networks(tuple(internal)))


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(each) for each in names if each != UNIX_SOCKET]
