"""Requests that are refused before Django reads them are answered in their language too."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from primepath.server.admission.kinds import Reason
from primepath.traffic import render_refusal

pytestmark = pytest.mark.one_database


def _content(language: bytes, accept: bytes, path: str) -> str:
    scope = {
        "method": "POST",
        "path": path,
        "headers": [(b"accept", accept), (b"accept-language", language)],
    }
    return render_refusal(scope, Reason.DATABASE, 3).body.decode()


def test_api() -> None:
    found = {}
    for language in ("en", "ko"):
        (found[language],) = json.loads(
            _content(language.encode(), b"application/json", "/graphql")
        )["errors"]
    assert found["en"].pop("message").startswith("The server has no connection")
    assert found["ko"].pop("message").startswith("서버가 데이터베이스에")
    assert found["en"] == found["ko"]


def test_page() -> None:
    with translation.override("en"):
        page = _content(b"ko-KR,en;q=0.5", b"text/html", "/")
        assert translation.get_language() == "en"
    assert '<html lang="ko">' in page
    assert "지금은 서비스를 이용할 수 없습니다" in page
    assert '<html lang="en">' in _content(b"fr", b"text/html", "/")


def test_text() -> None:
    assert "연결되어 있지 않습니다" in _content(b"ko", b"*/*", "/elsewhere")
