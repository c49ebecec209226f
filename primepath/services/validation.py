"""Collect everything that is wrong with an input, so that the caller learns all of it together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import is_class_code
from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.text import has_control_characters, has_forbidden_characters, is_blank
from primepath.school import year_out_of_range


def has_local_time(at: datetime.datetime) -> bool:
    """Return whether UTC and the time zone of the school have this moment in the years 1 to 9999.

    Django converts a moment to one of them for each page and each statement, and fails if Python has no such date.
    """
    try:
        at.astimezone(datetime.UTC)
        at.astimezone(timezone.get_default_timezone())
    except OverflowError:
        return False
    return True


class ValidationErrors:
    """The errors found in an input so far, starting with those the caller found while parsing it."""

    def __init__(self, parse_errors: Iterable[InputError] = ()) -> None:
        self._errors = list(parse_errors)

    def add(
        self, code: UserErrorCode, template: str, /, *path: str | int, **values: object
    ) -> None:
        """Add an error at ``path``; see `InputError` for ``template`` and ``values``."""
        self._errors.append(InputError(code, template, path, values))

    def check_text(self, value: str, *path: str | int, limit: int, required: bool = False) -> None:
        """Add an error if a text cannot be stored or is longer than ``limit``.

        People read a ``required`` text, so it also cannot be blank (see `is_blank`) or contain control characters other
        than tabs and line breaks.
        """
        if has_forbidden_characters(value):
            template = _("{field} contains an invalid character (NUL or an unpaired surrogate).")
            self.add(UserErrorCode.INVALID_CHARACTERS, template, *path)
        elif required and has_control_characters(value):
            template = _("{field} contains an invalid character (a control character).")
            self.add(UserErrorCode.INVALID_CHARACTERS, template, *path)
        elif len(value) > limit:
            template = _("{field} has {length} characters, which exceeds the limit of {limit}.")
            self.add(UserErrorCode.TOO_LONG, template, *path, length=len(value), limit=limit)
        elif required and is_blank(value):
            self.add(UserErrorCode.BLANK, _("{field} is required."), *path)

    def check_range(self, value: int, lowest: int, highest: int, *path: str | int) -> None:
        """Add an error if a number is not between ``lowest`` and ``highest``, both included."""
        if not lowest <= value <= highest:
            template = _("{field} must be between {lowest} and {highest}, not {value}.")
            self.add(
                UserErrorCode.OUT_OF_RANGE,
                template,
                *path,
                lowest=lowest,
                highest=highest,
                value=value,
            )

    def check_version(
        self, template: str, *path: str | int, current: int, expected: int | None
    ) -> None:
        """Add an error if an object has changed since the caller loaded it. No version is expected if it is None."""
        if expected is not None and expected != current:
            self.add(
                UserErrorCode.STALE_VERSION, template, *path, current=current, expected=expected
            )

    def check_academic_year(self, year: int, *path: str | int) -> bool:
        """Add an error if the school does not plan this academic year; return whether it does."""
        if year in settings.ACADEMIC_YEARS:
            return True
        self.add(UserErrorCode.YEAR_OUT_OF_RANGE, year_out_of_range(year), *path)
        return False

    def __iter__(self) -> Iterator[InputError]:
        return iter(self._errors)

    def raise_if_any(self, *, current: object = None) -> None:
        """Raise `ValidationFailedError` with all of the errors, and with the ``current`` object, if there are any."""
        if self._errors:
            raise ValidationFailedError(self._errors, current)


def shown_code(class_code: str) -> str:
    """Return a class code as a message shows it: quoted and escaped if no class can have this code."""
    return class_code if is_class_code(class_code) else repr(class_code)
