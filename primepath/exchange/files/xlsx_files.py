"""XLSX files. Texts are never written as formulas or links."""

from __future__ import annotations

import datetime
import io
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from primepath.domain.cell import CELL_APPEARANCE, CellStatus
from primepath.exchange.cell_values import file_text, placeholder
from primepath.exchange.columns import Column, Kind, Table
from primepath.exchange.files.sheet import MAX_COLUMNS, MAX_ROWS, FileError, Sheet
from primepath.terms import named

_MAX_UNPACKED_BYTES = 200 * 1024**2
_READER = str(Path(__file__).with_name("spreadsheet_process.py"))
# The largest sheet that is allowed needs less than half of it.
_MEMORY_BYTES = 2 * 1024**3
_SECONDS = 60
_FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.TIME: "hh:mm", Kind.CODE: "@", Kind.TEXT: "@"}
# Texts that would be read as others, or break the file. XlsxWriter takes the first for markup. calamine does not read the
# escape of the second. XlsxWriter does not escape all of the last, which begins like the escape of a character.
_MISREAD = re.compile(
    r"\A<r>.*</r>\Z|[\ufffe\uffff]|_x[0-9A-Fa-f]{4}(?=_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f])",
    re.DOTALL,
)
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def write_xlsx(
    table: Table,
    rows: Iterable[Sequence[Any]],
    *,
    language: str,
    overview: Sequence[Sequence[str]] = (),
) -> bytes:
    """Return the file. ``overview`` is a second sheet for people, with a status in each cell after the first column."""
    # Imported with the first file, to start faster.
    import xlsxwriter

    output = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(output, options) as book:
        _Writer(book, table, language).write(list(rows))
        if overview:
            _write_overview(book, overview)
    return output.getvalue()


class _Writer:
    def __init__(self, book: Any, table: Table, language: str) -> None:
        self._table = table
        self._language = language
        self._sheet = book.add_worksheet(table.name)
        self._formats = [self._format(book, column) for column in table.columns]
        self._header = book.add_format({"bold": True, "bottom": 1})
        self._statuses = {
            status: book.add_format({"bg_color": appearance.color})
            for status, appearance in CELL_APPEARANCE.items()
        }

    def _format(self, book: Any, column: Column) -> Any:
        properties: dict[str, Any] = {"valign": "top"}
        if column.kind in _FORMATS:
            properties["num_format"] = _FORMATS[column.kind]
        if column.kind is Kind.NAMES or column.width >= 40:
            properties["text_wrap"] = True
        return book.add_format(properties)

    def write(self, rows: list[Sequence[Any]]) -> None:
        columns = self._table.columns
        for position, column in enumerate(columns):
            self._sheet.set_column(position, position, column.width)
            self._sheet.write_string(0, position, column.header(self._language), self._header)
        for number, row in enumerate(rows, start=1):
            for position, value in enumerate(row):
                self._write_value(number, position, value)
        self._sheet.freeze_panes(1, 1)
        self._sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        for position, column in enumerate(columns):
            if column.choices and rows:
                rule = {"validate": "list", "source": [str(each) for each in column.choices]}
                self._sheet.data_validation(1, position, len(rows), position, rule)

    def _write_value(self, number: int, position: int, value: Any) -> None:
        format_ = self._formats[position]
        if value is None or value == "" or value == []:
            self._sheet.write_blank(number, position, None, format_)
        elif isinstance(value, bool):
            self._sheet.write_boolean(number, position, value, format_)
        elif isinstance(value, int):
            self._sheet.write_number(number, position, value, format_)
        elif isinstance(value, datetime.time) and value.microsecond:
            # A number would be read with milliseconds.
            self._sheet.write_string(number, position, value.isoformat(), format_)
        elif isinstance(value, datetime.date | datetime.time):
            self._sheet.write_datetime(number, position, value, format_)
        else:
            appearance = self._statuses.get(value) if isinstance(value, CellStatus) else None
            text = file_text(value, self._language)
            if _MISREAD.search(text):
                text = placeholder(self._language)
            self._sheet.write_string(number, position, text, appearance or format_)


def _write_overview(book: Any, overview: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(_("matrix"))
    bold = book.add_format({"bold": True})
    formats = {
        status.value: book.add_format({"bg_color": appearance.color})
        for status, appearance in CELL_APPEARANCE.items()
    }
    for number, row in enumerate(overview):
        for position, text in enumerate(row):
            is_title = number == 0 or position == 0
            format_ = bold if is_title else formats.get(text)
            # The first column has the codes of classes, the others have periods and statuses.
            sheet.write_string(number, position, named(text) if position else text, format_)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 16, 13)
    # It is for reading only: an import ignores this sheet.
    sheet.protect()


def read_workbook(content: bytes) -> Sheet:
    """Return the first sheet of an XLSX, XLS or ODS file. Raises `FileError`."""
    if content.startswith(_ZIP):
        _check_archive(content)
    found = _parse(content)
    if isinstance(found, str):
        raise FileError(_("The spreadsheet cannot be read: {error}.").format(error=found))
    name, height, width, rows = found
    if rows is None:
        template = _(
            "The sheet has {rows} rows and {columns} columns. At most {limit} × {width} are allowed."
        )
        raise FileError(
            template.format(rows=height, columns=width, limit=MAX_ROWS, width=MAX_COLUMNS)
        )
    return Sheet(name, rows)


def _parse(content: bytes) -> tuple[str, int, int, list[list[Any]] | None] | str:
    """Return what `spreadsheet_process` has read, or the reason why it could not."""
    command = [sys.executable, _READER, *map(str, (MAX_ROWS, MAX_COLUMNS, _MEMORY_BYTES))]
    try:
        done = subprocess.run(  # noqa: S603 - a command of ours; the file is its input
            command, input=content, capture_output=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise FileError(_("The spreadsheet is too large.")) from None
    # A signal has ended the process, because it had not enough memory.
    if done.returncode < 0:
        raise FileError(_("The spreadsheet is too large."))
    done.check_returncode()
    found: tuple[str, int, int, list[list[Any]] | None] | str = pickle.loads(done.stdout)  # noqa: S301 - of our own process
    return found


def _check_archive(content: bytes) -> None:
    """Raise `FileError` for macros, and for an archive that is too large when unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileError(_("The spreadsheet cannot be read: {error}.").format(error=error)) from None
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise FileError(_("Files with macros are not accepted. Save the file as XLSX."))
    if sum(entry.file_size for entry in entries) > _MAX_UNPACKED_BYTES:
        raise FileError(_("The spreadsheet is too large."))


def is_workbook(content: bytes) -> bool:
    return content.startswith((_ZIP, _OLD_EXCEL))
