"""The rows of a file: their values, and what an import does with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.stored_file import MAX_FILE_BYTES
from primepath.exchange.cell_values import InvalidValueError, is_placeholder, read_value
from primepath.exchange.columns import Column, Table
from primepath.exchange.files.csv_files import read_csv
from primepath.exchange.files.sheet import FileError, Sheet, address
from primepath.exchange.files.xlsx_files import is_workbook, read_workbook


class Effect(StrEnum):
    """Effect of a row on what is stored."""

    CHANGE = "CHANGE"
    UNCHANGED = "UNCHANGED"
    REJECT = "REJECT"


class Problem(NamedTuple):
    """A problem with a cell of the file. ``address`` is the cell as spreadsheets name it, such as ``D17``."""

    code: UserErrorCode
    address: str
    message: str


class Change(NamedTuple):
    """A value before and after the import."""

    column: str
    before: str | None
    after: str | None


class ParsedRow(NamedTuple):
    """A row of the file. ``number`` is as in a spreadsheet: the header is row 1. ``values`` lacks what the file lacks."""

    number: int
    values: Mapping[str, Any]
    problems: list[Problem]
    positions: Mapping[str, int]

    def address(self, column: str) -> str:
        return address(self.positions.get(column, 0), self.number - 1)

    def problem(self, code: UserErrorCode, column: str, message: str) -> Problem:
        return Problem(code, self.address(column), message)

    def problems_of(
        self, errors: Sequence[InputError], columns: Mapping[str, str]
    ) -> list[Problem]:
        """Return the errors of a service as problems. ``columns`` maps its fields to columns."""
        found = []
        for error in errors:
            field = error.field_name or ""
            column = columns.get(field, field)
            found.append(self.problem(error.code, column, error.message_for(column)))
        return found


class RowPlan(NamedTuple):
    """The effect of an import on a row. ``key`` names the object."""

    number: int
    key: str
    effect: Effect
    changes: Sequence[Change] = ()
    problems: Sequence[Problem] = ()


class ParsedFile(NamedTuple):
    """The rows of a file, and the headers that are unknown and therefore ignored."""

    rows: list[ParsedRow]
    ignored: list[str]


def read_file(content: bytes) -> Sheet:
    """Return the first sheet of a file of any known format. Raises `FileError`."""
    if len(content) > MAX_FILE_BYTES:
        template = _("The file has {size} bytes, which exceeds the limit of {limit}.")
        raise FileError(template.format(size=len(content), limit=MAX_FILE_BYTES))
    return read_workbook(content) if is_workbook(content) else read_csv(content)


def parse(table: Table, sheet: Sheet) -> ParsedFile:
    """Return the rows of a sheet. Values that cannot be read are problems. Raises `FileError` if a key column is missing."""
    header = [str(cell or "").strip() for cell in sheet.rows[0]] if sheet.rows else []
    columns: dict[int, Column] = {}
    ignored = []
    for position, text in enumerate(header):
        column = table.find(text) if text else None
        if column is not None and column not in columns.values():
            columns[position] = column
        elif text:
            ignored.append(text)
    if missing := [key for key in table.columns if key.is_key and key not in columns.values()]:
        language = get_language() or "en"
        names = ", ".join(key.header(language) for key in missing)
        template = _("The file has no column {columns}. The first row must contain the headers.")
        raise FileError(template.format(columns=names))
    positions = {column.name: position for position, column in columns.items()}
    return ParsedFile(list(_rows(sheet, columns, positions)), ignored)


def _rows(
    sheet: Sheet, columns: Mapping[int, Column], positions: Mapping[str, int]
) -> Iterator[ParsedRow]:
    seen: dict[tuple[Any, ...], int] = {}
    keys = [column.name for column in columns.values() if column.is_key]
    for number, cells in enumerate(sheet.rows[1:], start=2):
        if all(cell is None or cell == "" for cell in cells):
            continue
        row = ParsedRow(number, {}, [], positions)
        values: dict[str, Any] = {}
        # Keys first, because the year completes dates.
        for position, column in sorted(columns.items(), key=lambda item: not item[1].is_key):
            raw = cells[position] if position < len(cells) else None
            if column.is_read_only or is_placeholder(raw):
                continue
            try:
                values[column.name] = read_value(column, raw, year=values.get("academic_year"))
            except InvalidValueError as error:
                row.problems.append(row.problem(error.code, column.name, str(error)))
        key = tuple(values.get(name) for name in keys)
        if any(part is not None for part in key):
            first = seen.setdefault(key, number)
            if first != number:
                message = _("Row {row} is about the same object.").format(row=first)
                row.problems.append(row.problem(UserErrorCode.DUPLICATE, keys[0], message))
        yield row._replace(values=values)
