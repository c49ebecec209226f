"""Formats of settings: which values are valid, and how a message describes them."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from primepath.environment import Format

_LABEL = r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+", re.IGNORECASE)
_URL_PATH = re.compile(r"(/[\w.~-]+)+", re.ASCII)
_COUNTRY_LENGTH = 2
_KEY_LENGTH = 32
_KEY_CHARACTERS = 10

UNIX_SOCKET = "unix:"


def _is_host(value: str) -> bool:
    if value.startswith("[") and value.endswith("]"):
        return _is_address(value[1:-1], version=6)
    return value == "*" or bool(_HOST_NAME.fullmatch(value.removeprefix(".")))


def _is_address(value: str, *, version: int) -> bool:
    try:
        return ip_address(value).version == version
    except ValueError:
        return False


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    spelled = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    return (
        parts.scheme in {"http", "https"}
        and bool(host)
        and host != "*"
        and _is_host(host or "")
        and spelled == value.lower()
    )


def _is_trusted_origin(value: str) -> bool:
    return _is_origin(value.replace("://*.", "://", 1))


def _is_proxy(value: str) -> bool:
    if value == UNIX_SOCKET:
        return True
    try:
        ip_network(value)
    except ValueError:
        return False
    return True


def _is_postgresql_url(value: str) -> bool:
    parts = urlsplit(value)
    try:
        return parts.scheme in {"postgresql", "postgres"} and (parts.port or 1) > 0
    except ValueError:
        # The port is no number.
        return False


def _is_redis_url(value: str) -> bool:
    # Imported only if the setting has a value, because it takes a tenth of the time of a start.
    from redis import ConnectionPool

    try:
        # Connects to nothing. Unknown options are a TypeError.
        ConnectionPool.from_url(value).make_connection()
    except (ValueError, TypeError):
        return False
    return (
        value.startswith("unix:")
        or urlsplit(value).path.strip("/").isdecimal()
        or not (urlsplit(value).path.strip("/"))
    )


def _is_country(value: str) -> bool:
    # Imported only if the setting has a value: it takes longer than the other settings together.
    from holidays import list_supported_countries

    return len(value) == _COUNTRY_LENGTH and value in list_supported_countries()


def _is_time_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_key(value: str) -> bool:
    return (
        len(value) >= _KEY_LENGTH
        and len(set(value)) >= _KEY_CHARACTERS
        and not value.startswith("django-insecure-")
    )


def _is_token(value: str) -> bool:
    return (
        len(value) >= _KEY_LENGTH and value.isascii() and value.isprintable() and " " not in value
    )


HOST = Format(
    _is_host,
    "host names such as schedule.school.example, without a scheme, a port or a path",
)
ONE_HOST = Format(
    lambda value: bool(_HOST_NAME.fullmatch(value)), "a host name such as schedule.school.example"
)
ORIGIN = Format(
    _is_origin, "origins such as https://app.school.example, without a path or a slash at the end"
)
TRUSTED_ORIGIN = Format(
    _is_trusted_origin,
    "origins such as https://schedule.school.example or https://*.school.example, without a path "
    "or a slash at the end",
)
PROXY = Format(
    _is_proxy, f"addresses such as 10.0.0.7, networks such as 10.0.0.0/24, or {UNIX_SOCKET}"
)
HEADER_NAME = Format(lambda value: bool(_HEADER_NAME.fullmatch(value)), "names of HTTP headers")
REDIS_URL = Format(
    _is_redis_url, "an address such as redis://cache:6379/0, rediss://... or unix:///path"
)
LISTEN_URL = Format(
    _is_postgresql_url,
    "the address of a PostgreSQL database, such as postgresql://primepath:password@db/primepath",
)
TIME_ZONE = Format(_is_time_zone, "the name of a time zone such as Asia/Seoul")
COUNTRY = Format(
    _is_country,
    "a country with two capital letters as in ISO 3166, such as KR",
)
SECRET_KEY = Format(
    _is_key,
    f"at least {_KEY_LENGTH} random characters, such as the output of: "
    'python -c "import secrets; print(secrets.token_urlsafe(50))"',
)
OLD_SECRET_KEY = Format(
    _is_key, f"earlier values of SECRET_KEY, each of at least {_KEY_LENGTH} random characters"
)
TOKEN = Format(
    _is_token,
    f"at least {_KEY_LENGTH} letters, digits and signs without spaces, such as the output of: "
    'python -c "import secrets; print(secrets.token_urlsafe(50))"',
)
URL_PATH = Format(
    lambda value: bool(_URL_PATH.fullmatch(value)),
    "a path such as /schedule, with a slash at the start and none at the end",
)
HTTP_ADDRESS = Format(
    lambda value: value.startswith(("http://", "https://")) and bool(urlsplit(value).hostname),
    "an address such as http://collector:4318",
)
NAME = Format(str.isprintable, "a name without line breaks and control characters")
