"""Findings in a text: what is wrong, in which line, and what to write instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.prose.rules import (
    BANNED,
    BANNED_PHRASE,
    LONG_SENTENCE,
    MAX_WORDS,
    OPENING,
    OPENING_CLAUSE,
    WORDS,
)
from scripts.prose.text import Kind, Text, count_words, sentences

_PUBLIC = "public text"
_INTERNAL = "docstrings and comments"

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to improve. ``fails``: the tests do not accept it. ``group``: the rule that counts it."""

    path: Path
    line: int
    kind: Kind
    group: str
    shown: str
    instead: str
    fails: bool


def check(text: Text) -> Iterator[Finding]:
    """Yield the findings in a text."""
    yield from _phrases(text)
    is_description = text.kind is Kind.DESCRIPTION
    if is_description:
        yield from _form_of_description(text)
    if text.kind is Kind.DOCSTRING and (found := OPENING.match(text.words)):
        instead = "begin with a verb or a noun"
        yield _finding(text, 0, OPENING_CLAUSE, found[0].strip(), instead)
    for position, sentence in sentences(text.words):
        if (length := count_words(sentence)) > MAX_WORDS:
            shown = f"{length} words: {' '.join(sentence.split())[:60]} …"
            yield _finding(text, position, LONG_SENTENCE, shown, "split it", fails=is_description)


def count(findings: Iterable[Finding]) -> Counts:
    """Return how many findings each rule has, in public text and in docstrings and comments."""
    public = [*(rule.name for rule in WORDS), LONG_SENTENCE]
    counts = {_PUBLIC: Counter(dict.fromkeys(public, 0))}
    counts[_INTERNAL] = Counter(dict.fromkeys([*public, BANNED_PHRASE, OPENING_CLAUSE], 0))
    for finding in findings:
        if not finding.fails:
            counts[_PUBLIC if finding.kind.is_public else _INTERNAL][finding.group] += 1
    return {scope: dict(sorted(by_rule.items())) for scope, by_rule in counts.items()}


def _phrases(text: Text) -> Iterator[Finding]:
    for rule in BANNED:
        for found in rule.pattern.finditer(text.words):
            shown, fails = " ".join(found[0].split()), text.kind.is_public
            yield _finding(text, found.start(), BANNED_PHRASE, shown, rule.instead, fails=fails)
    for rule in WORDS:
        for found in rule.pattern.finditer(text.words):
            shown = " ".join(found[0].split())
            yield _finding(text, found.start(), rule.name, shown, rule.instead)


def _form_of_description(text: Text) -> Iterator[Finding]:
    words = text.words.strip()
    if not (words[:1].isupper() or words[:1].isdigit()):
        yield _finding(text, 0, "form", words[:40], "begin with a capital", fails=True)
    if not words.endswith("."):
        yield _finding(
            text, len(text.words), "form", words[-40:], "end with a full stop", fails=True
        )


def _finding(
    text: Text, position: int, group: str, shown: str, instead: str, *, fails: bool = False
) -> Finding:
    line = text.line_at(position)
    return Finding(text.path, line, text.kind, group, shown, instead, fails)
