"""Each rule finds the style it is made for, and leaves ordinary technical English alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.prose.findings import Finding, check, count
from scripts.prose.rules import BANNED, WORDS
from scripts.prose.text import Kind, Text, hide_code

pytestmark = pytest.mark.one_database


def findings(words: str, kind: Kind) -> list[Finding]:
    return list(check(Text(Path("page.md"), 1, kind, hide_code(words))))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("unless-told", "100 unless told."),
        ("tell-of", "The error tells of it."),
        ("is-said", "What was said to the teacher."),
        ("says-so", "The checkpoint says so."),
        ("of-it/of-them", "Somebody has to know of it."),
        ("of-it/of-them", "Names are made of them, and shown."),
        ("somebody-elses", "That is somebody else's."),
        ("that-is-none", "A number that is none."),
        ("that-is-none", "Zero where there are none."),
        ("is-not-missed", "What is absent is not missed."),
        ("is-to-be", "The token is to be stored."),
        ("come-about", "How an answer comes\nabout."),
        ("a-word-to", "A word to the teacher."),
        ("by-itself", "Apollo does so by itself."),
        ("for-good", "It waits for good."),
        ("in-its-place", "A pseudonym is shown in its place."),
        ("gives-nothing", "It gives nothing."),
        ("at-all", "Not at all."),
        ("at-all", "What is not an id at all is refused."),
        ("as-it-is-now", "The cell as it is now."),
        ("what-is-there", "What is not there stays."),
        ("take-back", "Takes a request back."),
        ("out-of-use", "Put out of use."),
        ("let-in", "Teachers are let in."),
        ("shut-out", "Shuts one out."),
        ("open-the-door", "Opens the door."),
        ("at-once", "All of it at once."),
    ],
)
def test_a_banned_phrase_fails_in_public_text_and_is_counted_elsewhere(
    rule: str, words: str
) -> None:
    (found,) = [each for each in BANNED if each.name == rule and each.pattern.search(words)]
    assert any(each.instead == found.instead for each in findings(words, Kind.PAGE) if each.fails)
    internal = findings(words, Kind.COMMENT)
    assert not any(each.fails for each in internal)
    assert count(internal)["docstrings and comments"]["banned-phrase"] >= 1


def test_every_banned_phrase_is_named_once() -> None:
    names = [rule.name for rule in (*BANNED, *WORDS)]
    assert len(names) == len({*names})


@pytest.mark.parametrize(
    "words",
    [
        "All of them are read, and one of them is locked.",
        "The server keeps a copy of it.",
        "The 36 of them that are public.",
        "Access works at all times, at all levels.",
        "It is null if the value is None.",
        "The limit is to be a safeguard.",
        "There is a reason, for good performance.",
        "Take the reader back to the page.",
        "A setting in the environment.",
        "Call `at once` or ``unless told``.",
        "New values may be added.",
    ],
)
def test_ordinary_english_does_not_fail(words: str) -> None:
    assert not [each for each in findings(words, Kind.PAGE) if each.fails]


@pytest.mark.parametrize(
    "words",
    [
        "The worker holds a row lock.",
        "A request holds its database connection until the end.",
        "Clients give up after ten seconds.",
        "The list where the cells are sorted.",
        "Quarterly exams are in Q1 to Q4.",
    ],
)
def test_technical_terms_are_not_counted(words: str) -> None:
    assert findings(words, Kind.COMMENT) == []


@pytest.mark.parametrize(
    "opening", ["What", "How", "Who", "Where", "Whether", "As", "Those", "One"]
)
def test_a_docstring_does_not_begin_with_a_clause(opening: str) -> None:
    (found,) = findings(f"{opening} is in a cell.", Kind.DOCSTRING)
    assert found.group == "opening-clause"
    assert findings(f"{opening} is in a cell.", Kind.COMMENT) == []


def test_a_description_is_a_sentence_of_at_most_25_words() -> None:
    sentence = " ".join(["Word", *["word"] * 24]) + "."
    assert findings(f"{sentence} {sentence}", Kind.DESCRIPTION) == []
    (found,) = findings(f"Short.\n{sentence[:-1]} more.", Kind.DESCRIPTION)
    assert (found.line, found.fails) == (2, True)
    (found,) = findings(f"{sentence[:-1]} more.", Kind.PAGE)
    assert not found.fails


@pytest.mark.parametrize("words", ["exams of the cell.", "Exams of the cell", ""])
def test_a_description_begins_with_a_capital_and_ends_with_a_full_stop(words: str) -> None:
    assert any(found.fails for found in findings(words, Kind.DESCRIPTION))


@pytest.mark.parametrize("words", ["`id` of the cell.", "100 items.", "Time in `timeZone`."])
def test_a_description_can_begin_with_code_or_a_number(words: str) -> None:
    assert findings(words, Kind.DESCRIPTION) == []
