"""Collecting what is wrong with an input, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Iterable

from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.text import has_forbidden_characters


class ValidationErrors:
    """The errors found in an input so far. ``parse_errors`` are those that were noticed while it was read."""

    def __init__(self, parse_errors: Iterable[InputError] = ()) -> None:
        self._errors = list(parse_errors)

    def add(self, code: UserErrorCode, message: str, *path: str | int) -> None:
        """Notes an error at ``path``, which is taken below ``input``."""
        self._errors.append(InputError(code, message, ("input", *map(str, path))))

    def check_text(self, value: str, *path: str | int, limit: int, required: bool = False) -> None:
        """Notes what makes a text one that cannot be kept."""
        if has_forbidden_characters(value):
            self.add(
                UserErrorCode.INVALID_CHARACTERS,
                f"{path[-1]} contains a character that text cannot have (NUL or half of a pair).",
                *path,
            )
        elif len(value) > limit:
            self.add(
                UserErrorCode.TOO_LONG,
                f"{path[-1]} has {len(value)} characters; at most {limit} are allowed.",
                *path,
            )
        elif required and not value.strip():
            self.add(UserErrorCode.BLANK, f"{path[-1]} must not be empty.", *path)

    def check_range(self, value: int, lowest: int, highest: int, *path: str | int) -> None:
        """Notes a number that is not from ``lowest`` to ``highest``."""
        if not lowest <= value <= highest:
            self.add(
                UserErrorCode.OUT_OF_RANGE,
                f"{path[-1]} is {value}; it must be from {lowest} to {highest}.",
                *path,
            )

    def raise_if_any(self) -> None:
        """Raises `ValidationFailedError` with all errors, where there are any."""
        if self._errors:
            raise ValidationFailedError(self._errors)
