"""A text for people: its file, line, kind and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"')\]*_]*\s+(?=[\"'(\[*_]*[A-Z0-9])|\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)"
)
_WORD = re.compile(r"\w[\w'.,/:+-]*")


class Kind(StrEnum):
    """Use of a text. Docstrings and comments are for developers; everything else is public."""

    DOCSTRING = "docstring"
    COMMENT = "comment"
    DESCRIPTION = "description"
    STRING = "string"
    PAGE = "page"

    @property
    def is_public(self) -> bool:
        return self not in {Kind.DOCSTRING, Kind.COMMENT}


@dataclass(frozen=True, slots=True)
class Text:
    """A text without code. It keeps the line breaks of the file, so a position has a line."""

    path: Path
    line: int
    kind: Kind
    words: str

    def line_at(self, position: int) -> int:
        return self.line + self.words.count("\n", 0, position)


def hide_code(text: str) -> str:
    """Replace each code span with one word, and keep the line breaks."""
    return _CODE_SPAN.sub(lambda found: "CODE" + "\n" * found[0].count("\n"), text)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence with its position. Blank lines and list items end a sentence."""
    start = 0
    for end in [*(found.span() for found in _SENTENCE_END.finditer(text)), (len(text), len(text))]:
        sentence = text[start : end[0]]
        if stripped := sentence.strip():
            yield start + sentence.index(stripped[0]), stripped
        start = end[1]


def count_words(sentence: str) -> int:
    return len(_WORD.findall(sentence))
