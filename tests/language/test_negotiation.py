"""Which language a request gets."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from primepath.domain.language import Language, known_language
from primepath.server.language import accepted_language, language_of_scope
from tests.factories import make_class

KO, EN = Language.KO, Language.EN

HEADERS = [
    ("ko-KR", KO),
    ("ko", KO),
    ("KO-kr", KO),
    ("en-US,en;q=0.9", EN),
    ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", KO),
    ("en;q=0.5, ko;q=0.8", KO),
    ("en;q=0.8,ko;q=0.8", EN),
    ("fr-FR,fr;q=0.9,ko;q=0.1", KO),
    ("ko;q=0,en;q=0.1", EN),
    ("ko;q=0", None),
    ("fr,de;q=0.9,*;q=0.5", None),
    ("*", None),
    ("", None),
    (",,;q=1,", None),
    ("ko;q=high,en", EN),
    ("ko;q=2", None),
    ("korean", None),
    ("k" * 100_000, None),
    ("fr," * 100_000 + "ko", None),
]


@pytest.mark.parametrize(("header", "language"), HEADERS, ids=lambda value: str(value)[:40])
def test_header(header: str, language: Language | None) -> None:
    assert accepted_language(header) is language


@given(st.text())
def test_every_header_is_read(header: str) -> None:
    assert accepted_language(header) in {None, *Language}


@pytest.mark.parametrize("tag", ["", "kor", "k", "한국어", "ko_KR"])
def test_unknown_tag(tag: str) -> None:
    assert known_language(tag) is None


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ([], "en"),
        ([(b"accept-language", b"ko")], "ko"),
        ([(b"accept-language", b"fr"), (b"accept-language", b"ko")], "ko"),
        ([(b"cookie", b"a=b; primepath_language=ko"), (b"accept-language", b"en")], "ko"),
        ([(b"cookie", b"primepath_language=xx"), (b"accept-language", b"ko")], "ko"),
        ([(b"cookie", b"\xff=\xfe;;=")], "en"),
    ],
)
def test_request_that_is_refused(headers: list[tuple[bytes, bytes]], language: str) -> None:
    assert language_of_scope({"headers": headers}) == language


@pytest.mark.django_db
@pytest.mark.parametrize(("header", "language"), HEADERS[:-2], ids=lambda value: str(value)[:40])
def test_page_and_api_agree(header: str, language: Language | None) -> None:
    make_class()
    client = Client(headers={"Accept-Language": header})
    expected = language or "en"
    page = client.get("/")
    assert page["Content-Language"] == expected
    assert f'<html lang="{expected}"' in page.content.decode()
    answer = client.post("/graphql", "{", content_type="application/json")
    assert answer["Content-Language"] == expected
    assert ("본문" in answer.json()["errors"][0]["message"]) is (expected == "ko")
    for response in (page, answer):
        assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))
