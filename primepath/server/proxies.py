"""The client's address and scheme, as trusted proxies report them in ``X-Forwarded-For`` and ``X-Forwarded-Proto``.

Each proxy appends the address that it received the request from. So only the end of the list is reliable: the last
address that is not a trusted proxy is the client. Everything before it can be made up by the client.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, TypeAlias

import uvicorn.config

from primepath.setting_formats import UNIX_SOCKET

Address: TypeAlias = IPv4Address | IPv6Address
# Log at most so many addresses of proxies that are not trusted.
_MOST_REPORTED = 20

logger = logging.getLogger("primepath.proxies")


class ProxyHeaders:
    """ASGI middleware that sets the client's address and the scheme of a request.

    ``trusted`` lists addresses and networks of proxies, and `UNIX_SOCKET` for connections through one.
    """

    def __init__(self, application: Any, trusted: Sequence[str]) -> None:
        self._application = application
        self._trusts_unix_socket = UNIX_SOCKET in trusted
        self._networks = [ip_network(each) for each in trusted if each != UNIX_SOCKET]
        self._reported: set[str] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = self.with_client(scope)
        await self._application(scope, receive, send)

    def with_client(self, scope: Any) -> Any:
        """Return the scope with the client's address and scheme."""
        headers = scope["headers"]
        forwarded_for = _items(headers, b"x-forwarded-for")
        schemes = _items(headers, b"x-forwarded-proto")
        if not forwarded_for and not schemes:
            return scope
        peer = scope["client"][0] if scope.get("client") else None
        if not self._trusts_peer(peer):
            self._report(peer)
            return scope
        scope = {**scope}
        if schemes and schemes[-1] in {"http", "https"}:
            scope["scheme"] = schemes[-1]
        if client := self._client(forwarded_for):
            scope["client"] = (client, 0)
        return scope

    def _client(self, forwarded_for: Iterable[str]) -> str | None:
        """Return the last address that is not a trusted proxy, or the first one if all are. None if it is not readable."""
        address = None
        for item in reversed(list(forwarded_for)):
            found = _parse(item)
            if found is None:
                break
            address = found
            if not self._trusts(address):
                break
        return None if address is None else str(address)

    def _trusts_peer(self, peer: str | None) -> bool:
        if not peer:
            # uvicorn knows no address of a client that connects through a socket file.
            return self._trusts_unix_socket
        address = _parse(peer)
        return address is not None and self._trusts(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _report(self, peer: str | None) -> None:
        name = peer or "a Unix socket"
        if name in self._reported or len(self._reported) >= _MOST_REPORTED:
            return
        self._reported.add(name)
        logger.warning(
            "Ignored X-Forwarded-For and X-Forwarded-Proto from %s. If it is your proxy, add it to TRUSTED_PROXIES.",
            name,
        )


def disable_proxy_headers_of_uvicorn() -> None:
    """Let uvicorn pass requests on unchanged.

    By default it applies ``X-Forwarded-For`` itself, for the addresses in ``FORWARDED_ALLOW_IPS``. Then `ProxyHeaders`
    cannot see which peer sent a request. uvicorn imports the application before it builds its own middleware.
    """
    vars(uvicorn.config)["ProxyHeadersMiddleware"] = _pass_on


def _pass_on(application: Any, trusted_hosts: Any) -> Any:
    return application


def _items(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """Return the items of all headers of this name."""
    values = b",".join(value for each, value in headers if each == name).decode("latin1")
    return [item.strip() for item in values.split(",") if item.strip()]


def _parse(text: str) -> Address | None:
    """Return the address in ``text``, which can have a port, as some proxies send it."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket for both versions of IP reports IPv4 addresses as ::ffff:10.0.0.7.
    return getattr(address, "ipv4_mapped", None) or address
