"""Read values as if a stranger had typed them, because SQLite checks no types and no lengths."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

from primepath.domain.text import has_forbidden_characters
from primepath.services.validation import has_local_time

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?")
_YEAR = re.compile(r"[1-9]\d{3}", re.ASCII)
_FORBIDDEN = re.compile("[\0\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
SMALL = 32_767
"""The largest number of a column for small integers."""


class UnreadableError(Exception):
    """The value is not of its type. ``args[0]`` is its text."""


def text(value: object) -> str:
    """Return the value as a text: empty for NULL."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return "" if value is None else str(value)


def clean(value: object, limit: int, reasons: list[str]) -> str:
    """Return a text that the database stores. Add ``TEXT`` to the reasons if characters were replaced, ``TEXT_CUT`` if it was cut."""
    found = text(value)
    if has_forbidden_characters(found):
        found = _FORBIDDEN.sub(REPLACEMENT, found)
        reasons.append("TEXT")
    if len(found) > limit:
        found = found[:limit]
        reasons.append("TEXT_CUT")
    return found


def printable(value: object) -> str:
    """Return a text that can be stored and shown."""
    found = text(value)
    return found if found.isalnum() and found.isascii() else _FORBIDDEN.sub(REPLACEMENT, found)


def integer(value: object) -> int | None:
    """Return a whole number, also one that is stored as text. None if the text is not a number."""
    try:
        return int(text(value).strip())
    except ValueError:
        return None


def boolean(value: object, *, default: bool) -> bool:
    """Return a truth value. ``default`` for NULL and unreadable values."""
    known = {"0": False, "1": True, "false": False, "true": True}
    return known.get(text(value).strip().casefold(), default)


def year(value: object) -> int | None:
    """Return an academic year of four digits, or None."""
    stripped = text(value).strip()
    return int(stripped) if _YEAR.fullmatch(stripped) else None


def date(value: object) -> datetime.date | None:
    """Return a date, or None for an empty value. Raises `UnreadableError`."""
    stripped = text(value).strip()
    if not stripped:
        return None
    if not _DATE.fullmatch(stripped):
        raise UnreadableError(printable(stripped))
    try:
        return datetime.date.fromisoformat(stripped)
    except ValueError:
        raise UnreadableError(stripped) from None


def time(value: object) -> datetime.time | None:
    """Return a time of the day, or None for an empty value. Raises `UnreadableError`."""
    stripped = text(value).strip()
    if not stripped:
        return None
    if not _TIME.fullmatch(stripped):
        raise UnreadableError(printable(stripped))
    try:
        return datetime.time.fromisoformat(stripped.zfill(5) if len(stripped) < 5 else stripped)
    except ValueError:
        raise UnreadableError(stripped) from None


def moment(value: object) -> datetime.datetime | None:
    """Return a date-time with its offset, or None for an empty value. Without an offset it is UTC.

    Raises `UnreadableError`, also if the time zone of the school has no such date.
    """
    stripped = text(value).strip()
    if not stripped:
        return None
    try:
        found = datetime.datetime.fromisoformat(stripped)
        at = found.replace(tzinfo=datetime.UTC) if found.tzinfo is None else found
        if not has_local_time(at):
            raise UnreadableError(printable(stripped))
        return at.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise UnreadableError(printable(stripped)) from None


def moment_or(value: object, default: datetime.datetime) -> datetime.datetime:
    """Return a date-time, or ``default`` for an empty value or one that cannot be read."""
    try:
        return moment(value) or default
    except UnreadableError:
        return default


def parsed(value: object) -> Any:
    """Return what a JSON text contains. A text that is not JSON is returned unchanged."""
    found = text(value)
    try:
        return json.loads(found)
    except (ValueError, RecursionError):
        return printable(found)


def texts(value: object) -> list[str]:
    """Return the texts of a JSON list. Anything else contains none."""
    found = parsed(value) if text(value) else []
    return [printable(each) for each in found] if isinstance(found, list) else []


def key(value: object) -> str:
    """Return a key in the form in which keys are compared: lower case, without hyphens."""
    return printable(value).replace("-", "").lower()
