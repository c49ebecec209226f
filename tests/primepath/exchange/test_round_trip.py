"""An exported file that is imported again changes nothing, and a changed one changes exactly that."""

from __future__ import annotations

import datetime
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import PERIODS, Period
from primepath.domain.viewer import COMMAND_LINE
from primepath.exchange.columns import TABLES
from primepath.exchange.exporting import FileFormat, export_table
from primepath.exchange.files.csv_files import read_csv
from primepath.exchange.files.sheet import FileError, address
from primepath.exchange.files.xlsx_files import read_workbook
from primepath.exchange.importing import Imported, import_table
from primepath.exchange.rows import Effect
from primepath.models import Exam, ExamScheduleMatrix, HistoryEntry, SchoolClass, Teacher
from primepath.services.cells.import_cells import WantedCell, import_cells
from tests.factories import (
    YEAR,
    as_viewer,
    make_cell,
    make_class,
    make_classes,
    make_exam,
    make_teacher,
)

pytestmark = pytest.mark.django_db

NASTY = [
    "=1+1",
    "'=x",
    "''=x",
    "'quoted'",
    "+82 10",
    "-",
    "--",
    "@here",
    "\t tab first",
    "＝전각",
    "two\nlines",
    "old\r\nlines",
    'with "quotes", commas; and\ttabs',
    "한국어 메모 \U0001f4d8",
    "_x0041_ is no letter",
    "  blanks around  ",
    "1234",
    "2026-03-12",
    "TRUE",
    "n" * 10_000,
]


def fill() -> None:
    """Store cells with every kind of value."""
    make_class("PRIMARY_1A", name="=SUM(A1)")
    make_class("Young-cho2", grade=0, section="")
    teacher = make_teacher("mina")
    exams = [
        make_exam(name=name).pk for name in ("=cmd", "Twin", "Twin", "Ends with [#12]", " blank ")
    ]
    cells = [
        CellKey("PRIMARY_1A", year, period) for year in (YEAR, YEAR + 1) for period in PERIODS[:12]
    ]
    wanted = [
        WantedCell(cell, {"notes": notes, "room": "'=R"})
        for cell, notes in zip(cells, NASTY, strict=False)
    ]
    planned: dict[str, Any] = {
        "scheduled_date": datetime.date(YEAR, 3, 12),
        "start_time": datetime.time(9, 0),
        "end_time": datetime.time(10, 30, 15),
        "invigilator_id": teacher.pk,
        "room": "204",
        "exam_ids": frozenset(exams),
    }
    wanted.append(WantedCell(CellKey("Young-cho2", YEAR, Period.MAR), planned))
    import_cells(viewer=COMMAND_LINE, wanted=wanted)


def export(table: str, format: FileFormat = FileFormat.CSV, **options: Any) -> bytes:
    options = {"viewer": COMMAND_LINE, "academic_year": YEAR, **options}
    return export_table(table, format=format, **options)


def import_(table: str, content: bytes, **options: Any) -> Imported:
    return import_table(table, content, **{"viewer": COMMAND_LINE, "is_dry_run": False, **options})


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.XLSX])
@pytest.mark.parametrize("table", TABLES)
def test_export_imported_again_changes_nothing(
    table: str, format: FileFormat, language: str
) -> None:
    fill()
    entries = HistoryEntry.objects.count()
    for year in (YEAR, YEAR + 1):
        content = export(table, format, language=language, academic_year=year)
        imported = import_(table, content)
        changed = [row for row in imported.rows if row.effect is not Effect.UNCHANGED]
        assert not changed
        assert imported.rows
    assert HistoryEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("cp949", ","), ("utf-8", ";"), ("utf-16", "\t"), ("utf-8-sig", ",")],
)
def test_csv_in_other_encodings_is_read(encoding: str, separator: str) -> None:
    make_class("PRIMARY_1A")
    lines = ["반 코드,연도,기간,메모", f"PRIMARY_1A,{YEAR},JAN,한국어"]
    content = "\r\n".join(lines).replace(",", separator).encode(encoding)
    assert import_("schedule", content).count(Effect.CHANGE) == 1
    assert ExamScheduleMatrix.objects.get().notes == "한국어"


def test_formulas_are_texts() -> None:
    fill()
    csv = export("schedule").decode("utf-8-sig")
    assert "'=1+1" in csv
    assert ",=" not in csv
    with zipfile.ZipFile(io.BytesIO(export("schedule", FileFormat.XLSX))) as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/sheet" in name]
    assert sheets
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def csv_of(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def test_each_problem_has_its_address() -> None:
    make_class("PRIMARY_1A")
    make_exam(name="Quarterly", type="QUARTERLY")
    header = "class_code,year,period,status,date,start,end,exams,invigilator,version"
    content = csv_of(
        header,
        f"PRIMARY_1A,{YEAR},JAN,,03/04/{YEAR},,,,,",
        f"PRIMARY_1A,{YEAR},FEB,LATE,,,,,,",
        f"NOWHERE,{YEAR},FEB,DRAFT,,,,,,",
        f"PRIMARY_1A,{YEAR},MAR,DRAFT,{YEAR}-04-01,,,,,",
        f"PRIMARY_1A,{YEAR},APR,DRAFT,,10:00,9:00,,,",
        f"PRIMARY_1A,{YEAR},MAY,,,,,Missing,nobody,",
        f"PRIMARY_1A,{YEAR},JUN,,,,,Quarterly,,",
        f"PRIMARY_1A,{YEAR},JUL,DRAFT,,,,,,7",
        f"PRIMARY_1A,{YEAR},JUL,DRAFT,,,,,,",
        "PRIMARY_1A,,AUG,DRAFT,,,,,,",
        "PRIMARY_1A,1999,AUG,DRAFT,,,,,,",
    )
    imported = import_("schedule", content)
    found = [
        (problem.address, str(problem.code)) for row in imported.rows for problem in row.problems
    ]
    assert found == [
        ("E2", "OUT_OF_RANGE"),
        ("D3", "OUT_OF_RANGE"),
        ("A4", "NOT_FOUND"),
        ("E5", "DATE_OUTSIDE_PERIOD"),
        ("G6", "INVALID_TIME_RANGE"),
        ("I7", "NOT_FOUND"),
        ("H7", "NOT_FOUND"),
        ("H8", "EXAM_TYPE_MISMATCH"),
        ("J9", "STALE_VERSION"),
        ("A10", "DUPLICATE"),
        ("B11", "BLANK"),
        ("A12", "YEAR_OUT_OF_RANGE"),
    ]
    assert not ExamScheduleMatrix.objects.filter(version__gte=1).exists()


def test_rejected_rows_can_be_skipped() -> None:
    make_class("PRIMARY_1A")
    lines = ("class_code,year,period,notes", f"PRIMARY_1A,{YEAR},JAN,x", f"NO,{YEAR},JAN,x")
    imported = import_("schedule", csv_of(*lines), skip_rejected=True)
    assert (imported.count(Effect.CHANGE), imported.count(Effect.REJECT)) == (1, 1)
    assert ExamScheduleMatrix.objects.get(pk=f"PRIMARY_1A/{YEAR}/JAN").notes == "x"


def test_empty_cell_clears_and_missing_column_does_not() -> None:
    make_class("PRIMARY_1A")
    key = CellKey("PRIMARY_1A", YEAR, Period.MAR)
    given = {"notes": "Notes", "room": "3", "scheduled_date": datetime.date(YEAR, 3, 12)}
    import_cells(viewer=COMMAND_LINE, wanted=[WantedCell(key, given)])
    import_("schedule", csv_of("class_code,year,period,date,notes", f"PRIMARY_1A,{YEAR},MAR,,"))
    cell = ExamScheduleMatrix.objects.get(pk=str(key))
    assert (cell.notes, cell.room, cell.scheduled_date) == ("", "3", None)


def test_dates_and_times_as_people_write_them() -> None:
    make_class("PRIMARY_1A")
    for date, start, end in (
        (f"{YEAR}. 3. 12.", "오전 9:00", "오후 2시 30분"),
        ("3월 12일", "9:00", "14:30:00"),
        (f"{YEAR}/3/12", "09:00", "2:30 pm"),
    ):
        content = csv_of(
            "class_code,year,period,date,start,end,x",
            f"PRIMARY_1A,{YEAR},MAR,{date},{start},{'' if 'pm' in end else end},?",
        )
        imported = import_("schedule", content)
        assert imported.ignored == ["x"]
        assert not [row.problems for row in imported.rows if row.problems]
        cell = ExamScheduleMatrix.objects.get(pk=f"PRIMARY_1A/{YEAR}/MAR")
        assert cell.scheduled_date == datetime.date(YEAR, 3, 12)
        assert cell.start_time == datetime.time(9)


def test_dry_run_shows_each_change_and_saves_nothing() -> None:
    make_class("PRIMARY_1A")
    content = csv_of("class_code,year,period,notes", f"PRIMARY_1A,{YEAR},MAR,New")
    (row,) = import_("schedule", content, is_dry_run=True).rows
    assert [(change.column, change.before, change.after) for change in row.changes] == [
        ("notes", None, "New")
    ]
    assert not ExamScheduleMatrix.objects.exists()


def test_import_is_one_change_set_and_its_statements_do_not_depend_on_the_cells() -> None:
    counts = []
    make_classes(60)
    for period, number in ((Period.JAN, 1), (Period.FEB, 60)):
        lines = [f"C{index:03},{YEAR},{period},Notes" for index in range(number)]
        content = csv_of("class_code,year,period,notes", *lines)
        with CaptureQueriesContext(connection) as queries:
            assert import_("schedule", content).count(Effect.CHANGE) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert HistoryEntry.objects.values("change_set").distinct().count() == 2


def test_teacher_imports_only_what_they_can_change() -> None:
    make_class("PRIMARY_1A")
    viewer = as_viewer(make_teacher())
    content = csv_of("class_code,year,period,notes", f"PRIMARY_1A,{YEAR},MAR,New")
    (row,) = import_("schedule", content, viewer=viewer).rows
    assert [str(problem.code) for problem in row.problems] == ["NOT_FOUND"]


def test_classes_teachers_and_exams_are_created_and_changed() -> None:
    make_class("PRIMARY_1A")
    lines = ("code,name,division,grade,section,active", "PRIMARY_1A,New,PRIMARY,1,A,TRUE")
    imported = import_(
        "classes", csv_of(*lines, "PS1,Playgroup,PRIMARY,0,,TRUE", "P/S,x,PRIMARY,1,,TRUE")
    )
    assert [problem.address for row in imported.rows for problem in row.problems] == ["A4"]
    assert not SchoolClass.objects.filter(pk="PS1").exists()
    import_("classes", csv_of(*lines, "PS1,Playgroup,PRIMARY,0,,TRUE"))
    assert SchoolClass.objects.get(pk="PS1").grade == 0
    assert SchoolClass.objects.get(pk="PRIMARY_1A").name == "New"
    import_("teachers", csv_of("username,name,head teacher", "mina,김민아,TRUE"))
    assert Teacher.objects.get(user__username="mina").is_head_teacher
    import_("exams", csv_of("id,name,type,questions,minutes,active", ",Reading,REVIEW,20,30,TRUE"))
    exam = Exam.objects.get()
    import_("exams", csv_of("id,name,type", f"{exam.pk},Listening,REVIEW"))
    exam.refresh_from_db()
    assert (exam.name, exam.version) == ("Listening", 2)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\r\n1,2", b"\xff\xff\xff", b"PK\x03\x04 no archive", b'class_code,"']
)
def test_unreadable_file_is_an_error(content: bytes) -> None:
    with pytest.raises(FileError):
        import_("schedule", content)


@pytest.mark.parametrize(("language", "header"), [("en", "Class code"), ("ko", "반 코드")])
def test_missing_column_has_the_header_of_the_language(language: str, header: str) -> None:
    with translation.override(language), pytest.raises(FileError, match=header):
        import_("schedule", b"a,b\r\n1,2")


def test_macros_and_archives_that_grow_are_refused() -> None:
    for name, content in (("xl/vbaProject.bin", b""), ("xl/sheet.xml", b"\0" * 210 * 1024**2)):
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(name, content)
        with pytest.raises(FileError, match=r"macros|too large"):
            read_workbook(output.getvalue())


def test_addresses_are_those_of_a_spreadsheet() -> None:
    assert [address(3, 16), address(25, 0), address(26, 0), address(701, 9)] == [
        "D17",
        "Z1",
        "AA1",
        "ZZ10",
    ]


@pytest.mark.slow
def test_600_classes_are_exported_in_time() -> None:
    make_classes(600)
    started = time.process_time()
    content = export("schedule", FileFormat.XLSX)
    # 1.3 s of processor time when this was written.
    assert time.process_time() - started < 6
    assert len(read_workbook(content).rows) == 1 + 600 * 16


def test_commands_export_and_import(tmp_path: Path) -> None:
    make_class("PRIMARY_1A")
    file = tmp_path / "schedule.csv"
    call_command("export_school", "schedule", file, year=YEAR, stdout=io.StringIO())
    header, *rows = read_csv(file.read_bytes()).rows
    rows[0][header.index("Notes")] = "=now"
    text = "\r\n".join(",".join(f'"{value}"' for value in row) for row in (header, *rows))
    file.write_text(text, encoding="utf-8")
    output = io.StringIO()
    call_command("import_school", "schedule", file, stdout=output)
    assert "notes: - -> =now" in output.getvalue()
    assert "1 to change, 15 unchanged, 0 rejected" in output.getvalue()
    assert not ExamScheduleMatrix.objects.exists()
    call_command("import_school", "schedule", file, apply=True, stdout=io.StringIO())
    assert ExamScheduleMatrix.objects.get(version=1).notes == "=now"
    with pytest.raises(CommandError, match="xlsx or"):
        call_command("export_school", "schedule", tmp_path / "schedule.pdf")


def test_exams_of_a_completed_cell_stay() -> None:
    make_class("PRIMARY_1A")
    first, _second = make_exam(name="First"), make_exam(name="Second")
    key = CellKey("PRIMARY_1A", YEAR, Period.MAR)
    given = {"exam_ids": [first.pk], "status": CellStatus.COMPLETED}
    import_cells(viewer=COMMAND_LINE, wanted=[WantedCell(key, given)])
    header = "class_code,year,period,status,exams"
    for status, rejected in (("COMPLETED", 1), ("IN_PROGRESS", 1), ("SCHEDULED", 0)):
        content = csv_of(header, f"PRIMARY_1A,{YEAR},MAR,{status},Second")
        assert import_("schedule", content).count(Effect.REJECT) == rejected
    assert [exam.name for exam in ExamScheduleMatrix.objects.get().exams.all()] == ["Second"]


def sheet_of(*rows: tuple[Any, ...], format: str = "", at: tuple[int, int] = (0, 0)) -> bytes:
    """Return an XLSX file with these rows, the first at the top and the others from the place ``at``."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
        sheet = book.add_worksheet("schedule")
        form = book.add_format({"num_format": format})
        for number, row in enumerate(rows):
            place = (0, 0) if number == 0 else (at[0] + number - 1, at[1])
            for position, value in enumerate(row):
                is_last = position == len(row) - 1
                sheet.write(place[0], place[1] + position, value, form if is_last else None)
    return output.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("at", [(1_048_575, 16_383), (1_048_575, 50), (100_000, 0), (1, 100)])
def test_sheet_with_a_cell_far_away_is_refused(at: tuple[int, int]) -> None:
    with pytest.raises(FileError, match=r"too large|At most"):
        read_workbook(sheet_of(("class_code",), ("x",), at=at))


def test_fault_of_the_parser_is_refused() -> None:
    with pytest.raises(FileError, match="cannot be read"):
        read_workbook(sheet_of(("start",), (-1e300,), format="[h]:mm", at=(1, 0)))


@pytest.mark.parametrize(
    ("column", "value", "format"),
    [
        ("date", 0.375, "hh:mm"),
        ("date", 1.5, "[h]:mm"),
        ("date", True, ""),
        ("start", 20_260_312, "[h]:mm"),
        ("start", 1.0625, "[h]:mm"),
        ("start", "09:00+09:00", ""),
        ("start", "09:00Z", ""),
        ("start", "24:00", ""),
    ],
)
def test_value_of_another_kind_is_a_problem_of_its_cell(
    column: str, value: Any, format: str
) -> None:
    make_class("PRIMARY_1A")
    header = ("class_code", "academic_year", "period", column)
    row = ("PRIMARY_1A", YEAR, "JAN", value)
    (found,) = import_("schedule", sheet_of(header, row, format=format, at=(1, 0))).rows
    assert found.effect is Effect.REJECT
    assert [each.address for each in found.problems] == ["D2"]


@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.XLSX])
@pytest.mark.parametrize("name", ["Reading\nWriting", "Reading\r\nWriting", "Reading\u2028Writing"])
def test_exam_with_a_line_break_in_its_name_stays(name: str, format: FileFormat) -> None:
    make_class("PRIMARY_1A")
    exams = [make_exam(name=each).pk for each in (name, "Reading", "Writing")]
    cell = CellKey("PRIMARY_1A", YEAR, Period.JAN)
    values = {"exam_ids": frozenset(exams[:1])}
    import_cells(viewer=COMMAND_LINE, wanted=[WantedCell(cell, values)])
    rows = import_("schedule", export("schedule", format)).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}


@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.XLSX])
def test_sections_are_free_text(format: FileFormat) -> None:
    for number, section in enumerate(("①", "㉮", "Ⅱ", "½", " x"), start=1):
        make_class(f"PRIMARY_{number}", section=section)
    rows = import_("classes", export("classes", format)).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}


def test_blanks_of_a_room_stay() -> None:
    """Rooms that an earlier version imported can have more than one blank."""
    make_cell(make_class("PRIMARY_1A"), Period.MAR, room=" Hall  1")
    rows = import_("schedule", export("schedule")).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}
    (row,) = import_(
        "schedule", csv_of("class_code,year,period,room", f"PRIMARY_1A,{YEAR},MAR,Hall 2")
    ).rows
    assert [(each.before, each.after) for each in row.changes] == [(" Hall  1", "Hall 2")]


@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.XLSX])
def test_microseconds_stay(format: FileFormat) -> None:
    times: dict[str, Any] = {
        "start_time": datetime.time(9, 0, 0, 123_456),
        "end_time": datetime.time(23, 59, 59, 999_999),
    }
    make_cell(make_class("PRIMARY_1A"), Period.MAR, **times)
    rows = import_("schedule", export("schedule", format)).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}
