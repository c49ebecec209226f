"""``DATABASE_URL``, which can name several hosts of PostgreSQL."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url

_DEFAULT_PORT = 5432


def parse_database_url(url: str) -> dict[str, Any]:
    """Return Django's settings of the database at ``url``, with the engine of Django. Raises `ValueError`.

    With several hosts, as in ``postgresql://user@first:5432,second:5433/name``, libpq tries one after the other and uses the
    first that fits ``target_session_attrs``. It defaults to ``read-write``: a server that accepts changes.
    """
    address = urlsplit(url)
    user, at, hosts = address.netloc.rpartition("@")
    if "," not in hosts or "postgres" not in address.scheme:
        return dict(dj_database_url.parse(url))
    names, ports = zip(*map(_host_and_port, hosts.split(",")), strict=True)
    # The library knows one host only.
    one = address._replace(netloc=f"{user}{at}host").geturl()
    config: dict[str, Any] = dict(dj_database_url.parse(one))
    return {
        **config,
        "HOST": ",".join(names),
        "PORT": ",".join(ports),
        "OPTIONS": {"target_session_attrs": "read-write", **config.get("OPTIONS", {})},
    }


def _host_and_port(text: str) -> tuple[str, str]:
    """Return the host and the port in ``text``. Raises `ValueError`."""
    address = urlsplit(f"//{text}")
    if not address.hostname:
        raise ValueError(f"{text!r} is not a host.")
    return unquote(address.hostname), str(address.port or _DEFAULT_PORT)
