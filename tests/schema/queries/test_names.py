"""Names in any language are sorted and found in the same way on every database."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given, settings
from hypothesis import strategies as st

from primepath.domain.text import fold, natural_key
from primepath.domain.viewer import Viewer
from primepath.models import Exam
from tests.client import answer, error_codes
from tests.factories import as_viewer, make_exam, make_teacher
from tests.profiles import examples

pytestmark = pytest.mark.django_db

# In order: by code point, ignoring case and the encoding of accents.
NAMES = [
    " leading space",
    "#1 'quoted' \"twice\"",
    "1st",
    "100%",
    "[brackets]",
    "back\\slash",
    "Banana",
    "e",
    "Emil",
    "ﬁnal",
    "SCHULSTRASSE 1",
    "Schulstraße 2",
    "under_score",
    "zoo",
    "Zoë",
    "Ärger",
    "Éclair",
    "e\N{COMBINING ACUTE ACCENT}cole",
    "E\N{COMBINING ACUTE ACCENT}TUDE",
    "Øre",
    "Žižka",
    "ΣΟΦΟΣ",
    "日本",
    "가나다",
    "나비",
    unicodedata.normalize("NFD", "다람쥐"),
    "한국어 시험",
    "\N{CALENDAR} calendar",
]
# Search texts, and the names that contain them.
SEARCHES = [
    ("BANANA", ["Banana"]),
    ("anan", ["Banana"]),
    ("bananas", []),
    ("%", ["100%"]),
    ("0%", ["100%"]),
    ("1%0", []),
    ("%%", []),
    ("_", ["under_score"]),
    ("under%score", []),
    ("\\", ["back\\slash"]),
    ("\\_", []),
    ("\\%", []),
    ("k\\S", ["back\\slash"]),
    ("'QUOTED'", ["#1 'quoted' \"twice\""]),
    ('"', ["#1 'quoted' \"twice\""]),
    ("'; --", []),
    ("[B", ["[brackets]"]),
    ("*", []),
    ("?", []),
    ("FINAL", ["ﬁnal"]),
    ("strasse", ["SCHULSTRASSE 1", "Schulstraße 2"]),
    ("STRAẞE", ["SCHULSTRASSE 1", "Schulstraße 2"]),
    ("ë", ["Zoë"]),
    ("E\N{COMBINING DIAERESIS}", ["Zoë"]),
    ("é", ["Éclair", "e\N{COMBINING ACUTE ACCENT}cole", "E\N{COMBINING ACUTE ACCENT}TUDE"]),
    ("ÉT", ["E\N{COMBINING ACUTE ACCENT}TUDE"]),
    ("øR", ["Øre"]),
    ("žiŽ", ["Žižka"]),
    ("σοφος", ["ΣΟΦΟΣ"]),
    ("σοφοσ", ["ΣΟΦΟΣ"]),
    ("本", ["日本"]),
    ("나", ["가나다", "나비"]),
    (unicodedata.normalize("NFD", "나비"), ["나비"]),
    ("다람", [unicodedata.normalize("NFD", "다람쥐")]),
    ("\N{CALENDAR}", ["\N{CALENDAR} calendar"]),
]
KINDS = ["exams", "teachers"]


@pytest.fixture
def viewer() -> Viewer:
    """Return a member of staff without a profile, who is in no list."""
    return as_viewer(User.objects.create(username="office", is_staff=True))


def make(kind: str, name: str) -> None:
    if kind == "exams":
        make_exam(name)
    else:
        teacher = make_teacher()
        teacher.name = name
        teacher.save()


def fetch_names(kind: str, text: str | None, viewer: Viewer) -> dict[str, Any]:
    taken = "filter: {nameContains: $text}" if kind == "exams" else "nameContains: $text"
    document = (
        f"query ($text: String) {{ list: {kind}({taken}) {{ edges {{ node {{ name }} }} }} }}"
    )
    return answer(document, viewer, {"text": text})


def found(kind: str, text: str | None, viewer: Viewer) -> list[str]:
    response = fetch_names(kind, text, viewer)
    assert "errors" not in response
    return [edge["node"]["name"] for edge in response["data"]["list"]["edges"]]


@pytest.mark.parametrize("text", [None, ""])
@pytest.mark.parametrize("kind", KINDS)
def test_order_of_names_ignores_case_and_accent_encoding(
    kind: str, text: str | None, viewer: Viewer
) -> None:
    for name in sorted(NAMES, key=len):
        make(kind, name)
    assert found(kind, text, viewer) == NAMES


@pytest.mark.parametrize("kind", KINDS)
def test_equal_names_are_in_order_of_creation(kind: str, viewer: Viewer) -> None:
    spellings = ["été", "ÉTÉ", unicodedata.normalize("NFD", "été"), "Été", "été"]
    for name in spellings:
        make(kind, name)
    assert found(kind, None, viewer) == spellings


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_found_by_any_literal_part(kind: str, viewer: Viewer) -> None:
    for name in NAMES:
        make(kind, name)
    assert {text: found(kind, text, viewer) for text, _ in SEARCHES} == dict(SEARCHES)


@pytest.mark.parametrize("kind", KINDS)
def test_invalid_search_text_is_bad_input(kind: str, viewer: Viewer) -> None:
    make(kind, "name")
    for text in "\0", "na\0me", "\ud800", "name\udfff", "x" * 201, "x" * 100_000:
        response = fetch_names(kind, text, viewer)
        assert response["data"] == {"list": None}
        assert error_codes(response) == {"list": "BAD_USER_INPUT"}
        assert "nameContains" in response["errors"][0]["message"]


@pytest.mark.parametrize("kind", KINDS)
def test_search_text_can_have_200_characters(kind: str, viewer: Viewer) -> None:
    make("exams", "ß" * 200)
    for text in "ß" * 200, "x" * 200, "%" * 200, "\\" * 200, "\N{CALENDAR}" * 200:
        expected = ["ß" * 200] if (kind, text[0]) == ("exams", "ß") else []
        assert found(kind, text, viewer) == expected


@pytest.mark.parametrize(
    "character", ["ﬃ", "ΐ", "ᾷ", "İ", "\ufb2c", "\U0001d160", "힣", "\N{CALENDAR}"]
)
def test_longest_names_are_found_even_if_case_folding_lengthens_them(
    character: str, viewer: Viewer
) -> None:
    make("exams", character * 200)
    make("teachers", character * 100)
    assert found("exams", unicodedata.normalize("NFD", character), viewer) == [character * 200]
    assert found("teachers", character * 100, viewer) == [character * 100]


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_LIKELY = st.text(st.sampled_from("aAbBéÉßsS%_\\'\"e\u0301가ㄱ\u1100\u1161İiı\u0345"), max_size=6)


@settings(max_examples=examples(50))
@given(st.lists(_TEXT | _LIKELY, min_size=1, max_size=5), st.data())
def test_database_sorts_and_finds_like_python(names: list[str], data: st.DataObject) -> None:
    viewer = as_viewer(User.objects.get_or_create(username="office", is_staff=True)[0])
    Exam.objects.all().delete()
    for name in names:
        Exam.objects.create(name=name, type="REVIEW", total_questions=1, timer_minutes=1)
    text = data.draw(_LIKELY | st.sampled_from(names))

    def order(name: str) -> str:
        return natural_key(fold(name))

    assert found("exams", text, viewer) == [
        name for name in sorted(names, key=order) if fold(text) in fold(name)
    ]
