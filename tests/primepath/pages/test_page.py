"""Security of all pages: they load and run only files of this server."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from primepath.domain.visibility import Visibility

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
STATIC = Path(settings.BASE_DIR) / "primepath" / "pages" / "static"
OWN = [*(STATIC / "pages").iterdir(), *(each for each in (STATIC / "explorer").glob("*.*"))]
SVG = "http://www.w3.org/2000/svg"
POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
]

pytestmark = [
    pytest.mark.parametrize("address", ["/", "/graphql", "/sign-in/"]),
    pytest.mark.one_database,
]


class Page(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(autouse=True)
def _the_explorer_is_for_everyone(settings: Settings) -> None:
    settings.EXPLORER = Visibility.EVERYONE


@pytest.fixture
def html(client: Client, address: str) -> str:
    return client.get(address, headers={"accept": BROWSER}).content.decode()


def test_page_has_a_strict_policy_and_is_not_cached(client: Client, address: str) -> None:
    response = client.get(address, headers={"accept": BROWSER})

    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    # The explorer's dialogs add a style sheet with a nonce that is new in each response.
    policy = re.sub(r" 'nonce-[\w-]{22}'", "", response["Content-Security-Policy"])
    assert policy.split("; ") == POLICY
    assert ("nonce" in response["Content-Security-Policy"]) is (address == "/graphql")
    assert "no-store" in response["Cache-Control"]


def test_page_has_no_inline_scripts_or_styles(html: str) -> None:
    for tag, attributes in Page(html).tags:
        assert tag != "style"
        assert tag != "script" or "src" in attributes or attributes["type"] == "application/json"
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_every_referenced_file_exists(html: str) -> None:
    prefix = f"/{settings.STATIC_URL.strip('/')}/"
    files = [
        address.removeprefix(prefix)
        for tag, attributes in Page(html).tags
        if tag in {"script", "link", "img"}
        and (address := attributes.get("src") or attributes.get("href"))
    ]

    assert "explorer/icon.svg" in files
    assert "pages/base.css" in files
    assert [file for file in files if not finders.find(file)] == []


def test_page_and_its_files_name_no_other_host(html: str) -> None:
    text = "".join([html, *(file.read_text() for file in OWN)])

    assert set(re.findall(r"https?://[^\"'\s]+", text)) == {SVG}
