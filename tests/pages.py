"""The README and the pages for front-end teams, as what is in them: documents, answers and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [README, *sorted(DOCS.glob("*.md"))]

_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between fences: its language, what is said beside it, such as the name of a file, and the text."""

    language: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A document, its variables as JSON, and the answer that is shown; the last two empty where there are none."""

    document: str
    variables: str
    answer: str


def blocks(text: str) -> list[Block]:
    return [Block(*parts) for parts in _BLOCK.findall(text)]


def examples(text: str) -> list[Example]:
    """The documents of a text. ``json variables`` and ``json``, in this order, may follow each."""
    return list(_examples(blocks(text)))


def _examples(found: Sequence[Block]) -> Iterator[Example]:
    for index, block in enumerate(found):
        if block.language != "graphql":
            continue
        followers = list(found[index + 1 : index + 3])
        given = {"variables": "", "": ""}
        for word in given:
            if followers and (followers[0].language, followers[0].word) == ("json", word):
                given[word] = followers.pop(0).text
        yield Example(block.text, given["variables"], given[""])


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    (found,) = re.findall(rf"^## {heading}$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return str(found)


def anchors(text: str) -> set[str]:
    """What a link can point to in a page: its headings, spelled as links to them are."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


def links(text: str) -> list[str]:
    """Where the links and pictures of a page point to."""
    return re.findall(r"\]\(([^)\s]+)\)", _BLOCK.sub("", text))
