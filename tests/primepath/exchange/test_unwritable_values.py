"""Values that a spreadsheet would cut or change: the file has a placeholder, and an import leaves them unchanged."""

from __future__ import annotations

import pytest
from django.utils import translation

from primepath.domain.errors import UserErrorCode
from primepath.domain.period import Period
from primepath.exchange.exporting import FileFormat
from primepath.exchange.rows import Effect, read_file
from primepath.models import ExamScheduleMatrix, MatrixCellExam, SchoolClass
from tests.factories import YEAR, make_cell, make_class, make_exam
from tests.primepath.exchange.test_round_trip import csv_of, export, import_, sheet_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BOTH = pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.XLSX])
PLACEHOLDER = "[does not fit into a spreadsheet; an import leaves it unchanged]"
KOREAN_PLACEHOLDER = "[스프레드시트에 담을 수 없음. 가져와도 바뀌지 않음]"
HEADER = ("class_code", "academic_year", "period")


def sheet_of_march(column: str, value: str, **others: str) -> bytes:
    """Return an XLSX file with a row about March."""
    return sheet_of(
        (*HEADER, *others, column), ("PRIMARY_1A", YEAR, "MAR", *others.values(), value), at=(1, 0)
    )


def make_long_cell() -> ExamScheduleMatrix:
    """Store a cell with exams that have 33,999 characters in a file."""
    exams = [make_exam(f"{number:03}{'x' * 196}") for number in range(170)]
    return make_cell(make_class("PRIMARY_1A"), Period.MAR, exams=exams)


@BOTH
@pytest.mark.parametrize(
    ("language", "placeholder"),
    [("en", PLACEHOLDER), ("ko", KOREAN_PLACEHOLDER)],
    ids=["en", "ko"],
)
def test_long_list_of_exams_stays(format: FileFormat, language: str, placeholder: str) -> None:
    make_long_cell()
    content = export("schedule", format, language=language)
    assert [row[10] for row in read_file(content).rows[1:] if row[10]] == [placeholder]
    with translation.override("ko" if language == "en" else "en"):
        rows = import_("schedule", content).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}
    assert MatrixCellExam.objects.count() == 170


def test_other_values_of_a_row_with_a_placeholder_are_imported() -> None:
    cell = make_long_cell()
    (row,) = import_("schedule", sheet_of_march("exams", PLACEHOLDER, room="3")).rows
    assert [change.column for change in row.changes] == ["room"]
    cell.refresh_from_db()
    assert (cell.room, cell.exams.count()) == ("3", 170)


@pytest.mark.parametrize("length", [32_001, 32_766, 32_767])
def test_text_that_may_have_been_cut_is_a_problem_of_its_cell(length: int) -> None:
    cell = make_long_cell()
    names = "\n".join(cell.exams.order_by("name").values_list("name", flat=True))[:length]
    for content in (
        sheet_of_march("exams", names),
        csv_of("class_code,year,period,exams", f'PRIMARY_1A,{YEAR},MAR,"{names}"'),
    ):
        (row,) = import_("schedule", content).rows
        assert [(each.address, each.code) for each in row.problems] == [
            ("D2", UserErrorCode.TOO_LONG)
        ]
    assert cell.exams.count() == 170


@BOTH
@pytest.mark.parametrize(("extra", "is_written"), [(0, True), (1, False)])
@pytest.mark.parametrize("letter", ["x", "\U0001f4d8"])
def test_limit_is_the_same_in_both_directions(
    format: FileFormat, extra: int, is_written: bool, letter: str
) -> None:
    """The limit is 32,000 UTF-16 units: letters of two units count twice."""
    units = len(letter.encode("utf-16-le")) // 2
    school_class = make_class("PRIMARY_1A")
    text = letter * (31_998 // units) + "y" * (2 + extra)
    # Longer than a service accepts.
    make_cell(school_class, Period.MAR, notes=text)
    content = export("schedule", format)
    assert (text in [row[11] for row in read_file(content).rows]) is is_written
    rows = import_("schedule", content).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "<r>bold</r>",
        "<r>&</r>",
        "<r>\n</r>",
        "U+FFFE: \ufffe",
        "U+FFFF: \uffff",
        "_x0041_x0042_",
        "_x005F_x0041_",
        "_x0041\r",
        "_x0041\x01",
    ],
)
def test_text_that_xlsx_cannot_store_stays(format: FileFormat, text: str) -> None:
    make_cell(make_class("PRIMARY_1A", name=text, stream=text), Period.MAR, notes=text)
    for table, position in (("schedule", 11), ("classes", 1)):
        content = export(table, format)
        written = {row[position] for row in read_file(content).rows[1:] if row[position]}
        assert written == {text if format is FileFormat.CSV else PLACEHOLDER}
        assert {row.effect for row in import_(table, content).rows} == {Effect.UNCHANGED}
    assert SchoolClass.objects.get().stream == text
