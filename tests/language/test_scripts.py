"""The scripts of the pages contain no text for people: it comes from the server, in the language of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from primepath.domain.cell import CellStatus
from primepath.domain.period import Period
from primepath.domain.school_class import Division
from primepath.pages.texts import texts
from primepath.pages.words import explorer_words
from scripts.messages import ROOT, placeholders

pytestmark = pytest.mark.one_database
STATIC = ROOT / "primepath" / "pages" / "static"
SCRIPTS = sorted(each for each in STATIC.rglob("*.js") if "vendor" not in each.parts)
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
_NAME_OF_TEXT = re.compile(r'\btext\(\s*"(\w+)"')
_CHOICE_OF_TEXTS = re.compile(r'\btext\([^("]*\?\s*"(\w+)"\s*:\s*"(\w+)"')
# A sentence, or a word that begins with a capital letter and goes on in small ones.
_PROSE = re.compile(r"[A-Za-z]{2,}[.!?]? +[A-Za-z]{2,}|\A[A-Z][a-z]+\Z")
_NOT_SHOWN = re.compile(
    r"\A(Accept|Authorization|Bearer .*|application/.*|Enter|Escape|Home|End|\w+ button\b.*|.*[\[\]#>:=/].*)\Z"
    # "Time" is the end of a name of a field.
    r"|\A(td button|use strict|Time)\Z",
    re.DOTALL,
)


def _code(script: Path) -> str:
    return _COMMENT.sub("", script.read_text(encoding="utf-8"))


def _prose(code: str) -> list[str]:
    found = []
    for quoted, template in _LITERAL.findall(code):
        text = re.sub(r"\$\{[^}]*\}", "", quoted or template)
        if _PROSE.search(text) and not _NOT_SHOWN.match(text):
            found.append(text)
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_contains_no_prose(script: Path) -> None:
    assert _prose(_code(script)) == []


@pytest.mark.parametrize("code", ['a = "No cells"', 'a("Save")', "`${n} cells are shown`"])
def test_prose_is_found(code: str) -> None:
    assert _prose(code)


def _names(folder: str) -> set[str]:
    code = "".join(_code(script) for script in SCRIPTS if script.parent.name == folder)
    return {*_NAME_OF_TEXT.findall(code), *sum(_CHOICE_OF_TEXTS.findall(code), ())}


def test_every_text_of_a_script_exists() -> None:
    assert len(_names("pages")) > 80
    assert _names("pages") <= texts().keys()
    api = set(_NAME_OF_TEXT.findall(_code(STATIC / "pages" / "api.js")))
    assert _names("explorer") | api <= explorer_words().keys()
    assert _names("explorer")


def test_every_value_has_a_name() -> None:
    values = {*CellStatus, *Period, *Division}
    assert values <= texts().keys()


@pytest.mark.parametrize("make", [texts, explorer_words])
def test_both_languages_fill_in_the_same_values(make: object) -> None:
    assert callable(make)
    found = {}
    for language in ("en", "ko"):
        with translation.override(language):
            found[language] = make()
    assert found["en"].keys() == found["ko"].keys()
    for name, text in found["en"].items():
        assert placeholders(text) == placeholders(found["ko"][name]), name
    different = [name for name, text in found["en"].items() if text != found["ko"][name]]
    # Only values such as `{from}` alone could be the same.
    assert len(different) == len(found["en"])
