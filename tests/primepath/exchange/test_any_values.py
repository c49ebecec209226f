"""Random values: an export that is imported again changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from primepath.domain.period import MONTHS, Period
from primepath.domain.text import has_control_characters, is_blank, normalize_username
from primepath.exchange.columns import TABLES
from primepath.exchange.exporting import FileFormat
from primepath.exchange.rows import Effect
from primepath.models import Teacher
from primepath.services.cells.cell_changes import clean_room
from tests.factories import YEAR, make_cell, make_class, make_exam, make_level, make_teacher
from tests.primepath.exchange.test_round_trip import export, import_
from tests.profiles import examples

pytestmark = pytest.mark.django_db

# Texts that mean something to a file format, to a spreadsheet or to the import.
_PIECES = [
    *("=", "+", "-", "@", "'", '"', ",", ";", "\t", "\n", "\r", "\r\n", " ", "\\", "＝"),
    *("(", " (", ")", " [#1]", "[#", "]", "#", "<r>", "</r>", "&amp;", "]]>", "_x", "0041_"),
    *("_x0041", "_x005F_", "_x000D_", "\x01", "\x1f", "\x85", "\u2028", "\u3000", "\ufeff"),
    *("\ufffe", "\uffff", "\ud7a3", "e\u0301", "\U0001f4d8", "①", "Ａ", "한국어"),
    *("TRUE", "FALSE", "1e5", "007", "1.0", "2026-03-01", "09:00", "오전", "#N/A", "NULL", "x"),
]
# NUL and half of a pair cannot be stored.
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_TEXTS = st.lists(st.sampled_from(_PIECES) | _CHARACTERS, max_size=8).map("".join)


def texts(limit: int) -> st.SearchStrategy[str]:
    return _TEXTS.map(lambda text: text[:limit])


def names(limit: int) -> st.SearchStrategy[str]:
    """Return texts that people can read."""
    return texts(limit).filter(lambda text: not has_control_characters(text) and not is_blank(text))


# A row is found by its username, so every file must have it.
usernames = (
    names(150)
    .map(normalize_username)
    .filter(lambda name: normalize_username(name) == name and not set(name) & {*"<_\ufffe\uffff"})
)
teachers = st.tuples(usernames, names(100))
# Some names can be confused with a username, or with the number of an exam.
bracketed = (
    st.lists(st.sampled_from([*"ab()x12]\n", " ", " (", " [#", "[#1]"]), min_size=1, max_size=7)
    .map("".join)
    .filter(lambda name: not is_blank(name))
)
bracketed_teachers = st.tuples(bracketed.map(normalize_username), bracketed)
times = st.tuples(st.times(), st.times()).filter(lambda both: both[0] < both[1])
cells = st.fixed_dictionaries(
    {
        "scheduled_date": st.none()
        | st.dates(datetime.date(YEAR, 3, 1), datetime.date(YEAR, 3, 31)),
        "times": st.just((None, None)) | times,
        "room": texts(100).map(clean_room),
        "notes": texts(10_000) | st.just("\U0001f4d8" * 10_000),
    }
)
exams = st.fixed_dictionaries(
    {
        "name": names(200),
        "instructions": texts(10_000),
        "academic_year": st.none() | st.just(YEAR),
        "total_questions": st.integers(1, 1_000),
        "passing_score": st.none() | st.integers(0, 100),
        "is_active": st.booleans(),
    }
)
classes = st.fixed_dictionaries(
    {
        "name": names(100),
        "grade": st.integers(0, 12),
        "section": st.just("") | names(10),
        "stream": texts(100),
    }
)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def store_teacher(username: str, name: str) -> Teacher:
    teacher = make_teacher(username)
    teacher.name = name
    teacher.save()
    return teacher


def store_cell(
    cell: Mapping[str, Any],
    school_class: Mapping[str, Any],
    exams: list[dict[str, Any]],
    **values: Any,
) -> None:
    start, end = cell["times"]
    values |= {name: value for name, value in cell.items() if name != "times"}
    values |= {"start_time": start, "end_time": end}
    level = make_level(exams[0]["name"][:50])
    stored = [make_exam(**each, curriculum_level=level) for each in exams]
    make_cell(make_class("A", **school_class), Period.MAR, exams=stored, **values)


@settings(max_examples=examples(40))
@given(
    cell=cells,
    school_class=classes,
    exams=st.lists(exams, min_size=1, max_size=3),
    teachers=st.lists(teachers, min_size=1, max_size=2, unique_by=lambda each: each[0]),
    format=st.sampled_from([FileFormat.CSV, FileFormat.XLSX]),
    language=st.sampled_from(["en", "ko"]),
)
def test_export_imported_again_changes_nothing(
    cell: dict[str, Any],
    school_class: dict[str, Any],
    exams: list[dict[str, Any]],
    teachers: list[tuple[str, str]],
    format: FileFormat,
    language: str,
) -> None:
    with rolled_back():
        first, *_others = [store_teacher(*each) for each in teachers]
        store_cell(cell, school_class, exams, invigilator=first)
        for table in TABLES:
            rows = import_(table, export(table, format, language=language)).rows
            assert {row.effect for row in rows} == {Effect.UNCHANGED}


@settings(max_examples=examples(100))
@given(
    teachers=st.lists(bracketed_teachers, min_size=3, max_size=12, unique_by=lambda each: each[0]),
    exam_names=st.lists(bracketed, min_size=6, max_size=12),
    first_id=st.integers(1, 20),
)
def test_names_with_brackets_are_read_back(
    teachers: list[tuple[str, str]], exam_names: list[str], first_id: int
) -> None:
    with rolled_back():
        school_class = make_class("A")
        exams = [make_exam(name, id=id_) for id_, name in enumerate(exam_names, first_id)]
        stored = [store_teacher(*each) for each in teachers]
        for number, (month, teacher) in enumerate(zip(MONTHS, stored, strict=False)):
            make_cell(school_class, month, exams=exams[number % 3 :: 3], invigilator=teacher)
        rows = import_("schedule", export("schedule")).rows
        assert {row.effect for row in rows} == {Effect.UNCHANGED}
