"""A check that a page is in one language, apart from the school's own data."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from primepath.demo.accounts import TEACHERS
from tests.browser.opened_cell import YEAR

_ENGLISH, _KOREAN = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[가-힣]+")
# By the language of the page: the words of its language, and the words of the other one.
_WORDS = {"en": (_ENGLISH, _KOREAN), "ko": (_KOREAN, _ENGLISH)}
# Names that texts in the other language use too: of the product, of keys, of programs' parts, and of the language in the switch.
_SAME = {
    "en": {"한국어"},
    "ko": {
        "API",
        "ID",
        "ms",
        "Shift",
        "Enter",
        "requestClassAccess",
        "JSON",
        "English",
        "Bearer",
    },
}
_DATA = """query($year: Int!, $after: String) {
  school { name } viewer { username teacher { name } }
  teachers(first: 100) { edges { node { name } } }
  exams(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { name curriculumLevel { name } } } }
  classDirectory(first: 100) { edges { node { code name } } }
  scheduleMatrix(academicYear: $year) { rows { curriculum { label } schoolClass { name stream }
    cells { notes room } } } }"""
_TEXTS = """() => {
  const found = [];
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("script, style, .graphiql-container");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (isShown(node.parentElement)) found.push(node.textContent);
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
    if (isShown(element)) for (const name of ["aria-label", "placeholder", "title", "alt"]) found.push(element.getAttribute(name) ?? "");
  }
  return [document.title, ...found];
}"""


def words_of_the_school(ask: Callable[..., Any]) -> set[str]:
    """Return the words of the school's own data, which stay as they are."""
    # "test" is the name of a token.
    after, words = None, {*TEACHERS, "test"}
    while True:
        found = ask("head", _DATA, year=YEAR, after=after)
        for pattern in _ENGLISH, _KOREAN:
            words.update(pattern.findall(str(found)))
        after = found["exams"]["pageInfo"]["endCursor"]
        if not found["exams"]["pageInfo"]["hasNextPage"]:
            return words


def assert_language(page: Page, language: str, data: set[str]) -> None:
    """Check that the page has text in its language, and none in the other one except the ``data`` of the school."""
    own, other = _WORDS[language]
    texts = page.evaluate(_TEXTS)
    left = {
        text.strip(): words
        for text in texts
        if (words := set(other.findall(text)) - data - _SAME[language])
    }
    assert not left, str(left)
    assert any(own.search(text) for text in texts)
