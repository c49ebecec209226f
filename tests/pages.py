"""The README and the documentation pages, as their content: documents, responses, programs and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
CLIENTS = DOCS / "clients"
PRODUCTION = DOCS / "production"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]

_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the word after it, such as the name of a file, and its text."""

    language: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A document, its variables as JSON, and the response shown. The last two are empty if the page shows none."""

    document: str
    variables: str
    answer: str


def blocks(text: str) -> list[Block]:
    return [Block(*parts) for parts in _BLOCK.findall(text)]


def examples(text: str) -> list[Example]:
    """Return the documents of a text. ``json variables`` and ``json``, in this order, can follow each."""
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
    """Return the text below a heading of the second level."""
    (found,) = re.findall(rf"^## {heading}$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return str(found)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page: its headings, as GitHub spells links to them."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


def links(text: str) -> list[str]:
    """Return the targets of the links and pictures of a page."""
    return re.findall(r"\]\(([^)\s]+)\)", _BLOCK.sub("", text))


def first_column(text: str) -> list[str]:
    """Return the names in backticks in the first column of all tables of a text."""
    cells = re.findall(r"^\| (`[^|]+) \|", _BLOCK.sub("", text), re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
