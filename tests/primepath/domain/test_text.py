"""Text as people see it, and usernames as they type them."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from django.contrib.auth.forms import UsernameField
from hypothesis import given
from hypothesis import strategies as st

from primepath.domain.text import has_control_characters, is_blank, natural_key, normalize_username

pytestmark = pytest.mark.one_database

BLANK_CHARACTERS = {
    "space": " ",
    "line break": "\n",
    "no-break space": "\u00a0",
    "soft hyphen": "\u00ad",
    "grapheme joiner": "\u034f",
    "Hangul choseong filler": "\u115f",
    "Hangul jungseong filler": "\u1160",
    "Mongolian vowel separator": "\u180e",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "right-to-left mark": "\u200f",
    "line separator": "\u2028",
    "word joiner": "\u2060",
    "Braille blank": "\u2800",
    "ideographic space": "\u3000",
    "Hangul filler": "\u3164",
    "variation selector": "\ufe0f",
    "byte order mark": "\ufeff",
    "half-width Hangul filler": "\uffa0",
    "tag space": "\U000e0020",
}
VISIBLE = {
    "jamo": "ᄀ",
    "compatibility jamo": "ㄱ",
    "vowel with filler": "\u115fᅡ",
    "decomposed syllable": unicodedata.normalize("NFD", "가"),
    "family": "👨\u200d👩\u200d👧",
    "heart with selector": "❤\ufe0f",
    "flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "Persian with joiner": "نامه\u200cای",
    "word with soft hyphen": "ex\u00adam",
    "single dot": "·",
    "combining accent": "\u0301",
}


@pytest.mark.parametrize("text", BLANK_CHARACTERS.values(), ids=BLANK_CHARACTERS)
def test_text_that_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)
    assert is_blank(f" {text}\u200b{text}")
    assert not is_blank(f"{text}A{text}")


@pytest.mark.parametrize("text", VISIBLE.values(), ids=VISIBLE)
def test_text_that_shows_something_is_not_blank(text: str) -> None:
    assert not is_blank(text)
    assert not has_control_characters(text)


def test_every_letter_number_and_symbol_is_visible() -> None:
    """Except the fillers and blanks that Unicode counts as letters and symbols."""
    hidden = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code))[0] in "LNSP" and is_blank(chr(code))
    ]
    assert hidden == [*"\u115f\u1160\u2800\u3164\uffa0\U0001d159"]


def test_control_characters_are_those_of_unicode_without_line_breaks_and_tabs() -> None:
    found = {chr(code) for code in range(0x110000) if has_control_characters(chr(code))}
    controls = {chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"}
    assert found == controls - {"\t", "\n", "\r"}


@given(st.text(max_size=150))
def test_usernames_are_those_of_django_s_forms(text: str) -> None:
    assert normalize_username(text) == UsernameField(strip=True).to_python(text)


def test_long_text_is_not_normalized() -> None:
    """Ordering combining characters takes quadratic time: minutes for a body of the greatest length."""
    marks = "\u0301\u0316" * 250_000
    before = time.monotonic()
    assert normalize_username(f" {marks} ") == marks
    assert time.monotonic() - before < 5


SORTED_NAMES = [
    "",
    "0",
    "1",
    "1.5",
    "1A",
    "1a",
    "2",
    "9",
    "10",
    "11",
    "99999999",
    "100000000",
    "100000001",
    "1" + "0" * 150,
    "Unit",
    "Unit 9",
    "Unit 9-2",
    "Unit 9-10",
    "Unit 10",
    "Unit 10b",
    "Unit A",
]


def test_numbers_in_names_are_compared_by_value() -> None:
    assert sorted(SORTED_NAMES, key=natural_key) == SORTED_NAMES


@pytest.mark.parametrize(("one", "other"), [("1", "01"), ("10", "１０"), ("Unit 7", "Unit 007")])
def test_spellings_of_a_number_sort_alike(one: str, other: str) -> None:
    assert natural_key(one) == natural_key(other)


@given(st.text(), st.text(), st.integers(0, 10**40), st.integers(0, 10**40))
def test_texts_that_differ_in_a_number_are_in_its_order(
    before: str, after: str, one: int, other: int
) -> None:
    before, after = (re.sub(r"\d", "", text) for text in (before, after))
    keys = [natural_key(f"{before}{number}{after}") for number in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)
    assert (keys[0] == keys[1]) == (one == other)


@given(
    st.text(st.characters(exclude_categories=["Nd"])),
    st.text(st.characters(exclude_categories=["Nd"])),
)
def test_texts_without_numbers_keep_their_order(one: str, other: str) -> None:
    assert (natural_key(one) < natural_key(other)) == (one < other)
