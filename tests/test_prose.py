"""Texts for people stay in plain English. ``python -m scripts.prose PATH`` prints the findings of one file or folder."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

import pytest

from scripts.prose.files import COUNTS_FILE, files, texts
from scripts.prose.findings import Finding, check, count

pytestmark = [pytest.mark.one_database, pytest.mark.slow]


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return [found for path in files() for text in texts(path) for found in check(text)]


def test_public_text_has_no_banned_phrase_and_descriptions_are_short_sentences(
    findings: Sequence[Finding],
) -> None:
    assert [str(found) for found in findings if found.fails] == []


def test_no_habit_becomes_more_frequent(findings: Sequence[Finding]) -> None:
    """To record lower counts, run this test with ``UPDATE_PROSE_COUNTS=1``. It never records higher ones."""
    recorded = json.loads(COUNTS_FILE.read_text())
    more, fewer = [], []
    for scope, counts in count(findings).items():
        for rule, number in counts.items():
            record = recorded[scope][rule]
            change = f"{rule} in {scope}: {number}, recorded: {record['now']}"
            if number > record["now"]:
                more.append(change)
            elif number < record["now"]:
                fewer.append(change)
                record["now"] = number
    assert more == [], "See python -m scripts.prose for what to write instead."
    if os.environ.get("UPDATE_PROSE_COUNTS"):
        COUNTS_FILE.write_text(json.dumps(recorded, indent=2) + "\n")
    else:
        assert fewer == [], "Record the lower counts: set UPDATE_PROSE_COUNTS=1 and run this test."


def test_docstrings_and_comments_have_less_than_a_fifth_of_the_findings_of_0_1_0() -> None:
    counts = json.loads(COUNTS_FILE.read_text())["docstrings and comments"].values()
    assert 5 * sum(each["now"] for each in counts) < sum(each["at 0.1.0"] for each in counts)
