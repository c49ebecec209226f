"""Formats of settings."""

from __future__ import annotations

import pytest

from primepath import setting_formats
from primepath.environment import Format

pytestmark = pytest.mark.one_database
VALID = {
    "HOST": [
        *("localhost", "127.0.0.1", "[::1]", "schedule.school.example", ".school.example"),
        *("*", "xn--hrb.example", "a_b.local", "school.example."),
    ],
    "ONE_HOST": ["localhost", "schedule.school.example", "xn--hrb.example"],
    "ORIGIN": [
        *("https://app.school.example", "http://localhost:5173", "https://[::1]:8443"),
        "HTTPS://App.School.example",
    ],
    "TRUSTED_ORIGIN": ["https://schedule.school.example", "https://*.school.example:8443"],
    "PROXY": ["10.0.0.7", "10.0.0.0/24", "::1", "2001:db8::/32", "unix:"],
    "HEADER_NAME": ["X-School-App", "traceparent"],
    "REDIS_URL": [
        *("redis://cache:6379/0", "rediss://user:pass@cache/1", "redis://cache"),
        *("unix:///run/redis.sock?db=1", "redis://cache/0?socket_timeout=1"),
    ],
    "LISTEN_URL": ["postgresql://primepath:password@db/primepath", "postgres://db:5432/school"],
    "COUNTRY": ["KR", "DE"],
    "TIME_ZONE": ["Asia/Seoul", "UTC", "Europe/Paris"],
    "SECRET_KEY": ["iGm3x0Wc9vT2qLr8sZk5yNd7bHf4jPaE", "0123456789abcdef" * 4],
    "OLD_SECRET_KEY": ["iGm3x0Wc9vT2qLr8sZk5yNd7bHf4jPaE"],
    "URL_PATH": ["/schedule", "/a/b", "/~school/v1.0"],
    "NAME": ["PrimePath Academy", "한강 어학원"],
    "TOKEN": ["Zr4vK9sWq2LxT7bNc5yHj8mDp3fGa6eU"],
    "HTTP_ADDRESS": ["http://collector:4318", "https://collector.school.example/v1/traces"],
}
INVALID = {
    "HOST": [
        *("https://school.example", "school.example:8000", "school.example/", "a b", "[::1"),
        *("[::1]:80", "[10.0.0.1]", "-x.example", "*.school.example", "school..example", "."),
    ],
    "ONE_HOST": ["https://school.example", "a.example,b.example", "a b", "school.example/", "*"],
    "ORIGIN": [
        *("app.school.example", "https://app.school.example/", "https://app.school.example/x"),
        *("ftp://app.school.example", "https://", "https://*.school.example", "*", "null"),
        *("https://user@app.school.example", "https://a:99999", "https://a:b", "https://a?b"),
        *("https://a:", "https://*"),
    ],
    "TRUSTED_ORIGIN": ["schedule.school.example", "https://a.*.example", "https://*.x/"],
    "PROXY": ["proxy", "10.0.0.1:80", "10.0.0.0/33", "10.0.0.7/24", "10.0.0", "*", "unix"],
    "HEADER_NAME": ["X School", "X:A", "헤더", ""],
    "REDIS_URL": [
        *("localhost:6379", "cache", "http://cache", "redis://cache:port/0", "redis://cache/zero"),
        *("redis://cache/0?nonsense=1", "redis://cache/0?socket_timeout=soon"),
    ],
    "LISTEN_URL": ["mysql://a/b", "db.internal", "postgresql://db:port/school", ""],
    "COUNTRY": ["KOR", "kr", "XX", "Korea", "한국", ""],
    "TIME_ZONE": ["Mars/Olympus", "Seoul", "Asia", "../etc/passwd", "/etc/localtime", "UTC+9"],
    "SECRET_KEY": ["abc", "a" * 60, "django-insecure-iGm3x0Wc9vT2qLr8sZk5yNd7bHf4jPaE", "x" * 31],
    "OLD_SECRET_KEY": ["abc", "a" * 60],
    "URL_PATH": ["schedule", "/schedule/", "/", "//a", "/a b", "/a?b", "/한"],
    "NAME": ["a\nb", "a\x00b"],
    "TOKEN": ["", "abc", "x" * 31, "a" * 20 + " " + "b" * 20],
    "HTTP_ADDRESS": ["collector:4318", "grpc://collector:4318", "http://", "https://:4318"],
}


def cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in table.items() for value in values]


def format_named(name: str) -> Format:
    found = getattr(setting_formats, name)
    assert isinstance(found, Format)
    return found


@pytest.mark.parametrize(("name", "value"), cases(VALID))
def test_a_valid_value_is_accepted(name: str, value: str) -> None:
    assert format_named(name).accepts(value)


@pytest.mark.parametrize(("name", "value"), cases(INVALID))
def test_an_invalid_value_is_refused(name: str, value: str) -> None:
    assert not format_named(name).accepts(value)


def test_every_format_has_cases() -> None:
    formats = {name for name, each in vars(setting_formats).items() if isinstance(each, Format)}
    assert set(VALID) == set(INVALID) == formats
