"""The texts of an HTML page that people read or hear."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_READ_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "label"}
_BUTTONS = {"submit", "button", "reset"}
_NOT_READ = {"script", "style", "svg", "code"}
_WORD = re.compile(r"[A-Za-z]{2,}")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _NOT_READ:
            self._inside.append(tag)
        if tag == "input" and given.get("type") in _BUTTONS:
            self._add(given.get("value"))
        for name in _READ_ATTRIBUTES & set(given):
            self._add(given[name])

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._add(data)

    def _add(self, text: str | None) -> None:
        if text and (text := " ".join(text.split())):
            self.texts.add(text)


def texts_of(page: str) -> set[str]:
    """Return the texts and the attributes that are read. The language switch names each language in that language."""
    reader = _Texts()
    reader.feed(page)
    return reader.texts - {"English", "한국어"}


def english_words(text: str) -> list[str]:
    """Return the words of at least two Latin letters."""
    return _WORD.findall(text)
