"""Values of spreadsheet cells: read as people type them, and written so that they are read back alike."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.text import has_forbidden_characters
from primepath.exchange.columns import Column, Kind

_DATE = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})\s*월\s*(\d{1,2})\s*일")
_TIME = re.compile(
    r"(?P<half>오전|오후|[AaPp][Mm])?\s*(?P<hour>\d{1,2})\s*(?:[:시]\s*(?P<minute>\d{1,2})?)\s*[:분]?\s*(?P<second>\d{1,2})?"
)
_TRUE = {"true", "yes", "y", "1", "x", "예", "참", "o"}
_FALSE = {"false", "no", "n", "0", "아니요", "거짓", ""}
_EXCEL_EPOCH = datetime.date(1899, 12, 30)
_MIDNIGHT = datetime.datetime.combine(_EXCEL_EPOCH, datetime.time())
_DAY = datetime.timedelta(days=1)
_AFTERNOON = {"오후", "pm"}
# Excel cuts a text after 32,767 UTF-16 units, and CSV has an apostrophe before some texts. So a shorter text is whole.
_MAX_LENGTH = 32_000
# Of values that a file cannot contain. Exported files have them, so an import must recognise them in later versions too.
_PLACEHOLDERS = {
    "en": "[does not fit into a spreadsheet; an import leaves it unchanged]",
    "ko": "[스프레드시트에 담을 수 없음. 가져와도 바뀌지 않음]",
}


class InvalidValueError(Exception):
    """A cell cannot be read. The text is the reason."""

    def __init__(self, message: str, code: UserErrorCode = UserErrorCode.OUT_OF_RANGE) -> None:
        super().__init__(message)
        self.code = code


def read_value(column: Column, raw: Any, *, year: int | None = None) -> Any:
    """Return the value of a cell: None if it is empty. ``year`` completes a date without one. Raises `InvalidValueError`."""
    if isinstance(raw, str) and _is_too_long(raw):
        template = _(
            "This text has more than {limit} characters, so a spreadsheet may have cut it. "
            "Shorten it, or remove the column."
        )
        raise InvalidValueError(template.format(limit=_MAX_LENGTH), UserErrorCode.TOO_LONG)
    if isinstance(raw, str) and column.kind not in {Kind.TEXT, Kind.NAMES}:
        raw = unicodedata.normalize("NFKC", raw).strip()
    if raw is None or raw == "":
        return None
    if column.kind is Kind.DATE:
        return _read_date(raw, year)
    if column.kind is Kind.TIME:
        return _read_time(raw)
    if column.kind is Kind.NUMBER:
        return _read_number(raw)
    if column.kind is Kind.FLAG:
        return _read_flag(raw)
    text = as_text(raw)
    if has_forbidden_characters(text):
        template = _("{field} contains an invalid character (NUL or an unpaired surrogate).")
        message = template.format(field=column.name)
        raise InvalidValueError(message, UserErrorCode.INVALID_CHARACTERS)
    if column.kind is Kind.NAMES:
        # `splitlines` would also split at characters that are part of a name.
        return [name.strip() for name in re.split("\r\n|\r|\n", text) if name.strip()]
    if column.kind is Kind.CHOICE:
        return _read_choice(column, text)
    return text


def as_text(raw: Any) -> str:
    """Return what a spreadsheet shows. A whole number has no decimals: the code 204 is read as 204.0."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return raw.isoformat() if isinstance(raw, datetime.date | datetime.time) else str(raw)


def file_text(value: Any, language: str) -> str:
    """Return a value as it is written to a file: a placeholder in this language if spreadsheets would cut it."""
    text = shown(value) or ""
    return placeholder(language) if _is_too_long(text) else text


def placeholder(language: str) -> str:
    """Return the text of a cell with a value that the file cannot contain. An import leaves the value unchanged."""
    return _PLACEHOLDERS.get(language, _PLACEHOLDERS["en"])


def is_placeholder(raw: Any) -> bool:
    """Return whether a cell has the placeholder of any language."""
    return isinstance(raw, str) and raw.strip() in _PLACEHOLDERS.values()


def _is_too_long(text: str) -> bool:
    # A character has one or two UTF-16 units, so short texts need not be encoded.
    if len(text) <= _MAX_LENGTH // 2:
        return False
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * _MAX_LENGTH


def shown(value: Any) -> str | None:
    """Return a value as the preview shows it."""
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.time):
        has_seconds = value.second or value.microsecond
        return value.isoformat() if has_seconds else value.isoformat("minutes")
    return "\n".join(value) if isinstance(value, list) else as_text(value)


def _read_date(raw: Any, year: int | None) -> datetime.date:
    if isinstance(raw, datetime.datetime):
        return raw.date()
    if isinstance(raw, datetime.date):
        return raw
    try:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return _EXCEL_EPOCH + datetime.timedelta(days=int(raw))
        if isinstance(raw, str) and (match := _DATE.fullmatch(raw)):
            return datetime.date(*map(int, match.groups()))
        if isinstance(raw, str) and year is not None and (match := _DAY_OF_YEAR.fullmatch(raw)):
            return datetime.date(year, *map(int, match.groups()))
    except (ValueError, OverflowError):
        pass
    raise InvalidValueError(
        _("{value} is not a date. Write it as 2026-03-12.").format(value=repr(raw))
    )


def _read_time(raw: Any) -> datetime.time:
    if isinstance(raw, datetime.datetime):
        return raw.time()
    if isinstance(raw, datetime.time):
        return raw
    try:
        if isinstance(raw, float) and 0 <= raw < 1:
            raw = datetime.timedelta(seconds=round(raw * 86_400))
        if isinstance(raw, datetime.timedelta) and datetime.timedelta() <= raw < _DAY:
            return (_MIDNIGHT + raw).time()
        if isinstance(raw, str) and (match := _TIME.fullmatch(raw)):
            hour = int(match["hour"])
            half = (match["half"] or "").casefold()
            if half:
                hour = hour % 12 + (12 if half in _AFTERNOON else 0)
            return datetime.time(hour, int(match["minute"] or 0), int(match["second"] or 0))
        if isinstance(raw, str) and (time := datetime.time.fromisoformat(raw)).tzinfo is None:
            return time
    except ValueError:
        pass
    raise InvalidValueError(_("{value} is not a time. Write it as 09:00.").format(value=repr(raw)))


def _read_number(raw: Any) -> int:
    try:
        number = float(raw)
        if number.is_integer() and abs(number) < 2**53:
            return int(number)
    except (ValueError, TypeError, OverflowError):
        pass
    raise InvalidValueError(_("{value} is not a whole number.").format(value=repr(raw)))


def _read_flag(raw: Any) -> bool:
    text = as_text(raw).casefold()
    if text not in _TRUE | _FALSE:
        raise InvalidValueError(_("{value} must be TRUE or FALSE.").format(value=repr(raw)))
    return text in _TRUE


def _read_choice(column: Column, text: str) -> str:
    wanted = text.upper().replace(" ", "_")
    if wanted in column.choices:
        return wanted
    template = _("{value} must be one of {choices}.")
    raise InvalidValueError(
        template.format(value=repr(text), choices=", ".join(map(str, column.choices)))
    )
