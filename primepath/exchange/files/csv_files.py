"""CSV files, as spreadsheets write and read them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from primepath.exchange.cell_values import file_text
from primepath.exchange.columns import Column, Kind, Table
from primepath.exchange.files.sheet import FileError, Sheet

# A spreadsheet would run a text that begins with one of them as a formula. The full-width ones too.
_FORMULA = tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001
_TEXTS = {Kind.TEXT, Kind.CODE, Kind.NAMES}
_SEPARATORS = ",;\t"
_MAX_FIELD = 1_000_000


def write_csv(table: Table, rows: Iterable[Sequence[Any]], *, language: str) -> bytes:
    """Return the file: UTF-8 with a byte order mark, without which Excel shows broken Hangul."""
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow([column.header(language) for column in table.columns])
    for row in rows:
        writer.writerow(
            _escaped(column, file_text(value, language))
            for column, value in zip(table.columns, row, strict=True)
        )
    return codecs.BOM_UTF8 + output.getvalue().encode()


def _escaped(column: Column, text: str) -> str:
    return f"'{text}" if column.kind in _TEXTS and _looks_like_a_formula(text) else text


def _looks_like_a_formula(text: str) -> bool:
    """Return whether ``text``, without apostrophes before it, begins like a formula. A lone ``-`` does not."""
    rest = text.lstrip("'")
    return rest.startswith(_FORMULA) and text != "-"


def _unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and _looks_like_a_formula(text) else text


def read_csv(content: bytes) -> Sheet:
    """Return the rows. The encoding and the separator are recognised. Raises `FileError`."""
    text = _decode(content)
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    csv.field_size_limit(_MAX_FIELD)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows: list[list[Any]] = [[_unescaped(value) for value in row] for row in reader]
    except csv.Error as error:
        raise FileError(_("The CSV file is not valid: {error}.").format(error=error)) from None
    return Sheet("", rows)


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        # Excel in Korea saves "CSV" in CP949. Its Hangul is not valid UTF-8.
        encodings = ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError(_("The encoding of the file is unknown. Save it as CSV UTF-8."))
