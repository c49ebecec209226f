"""Collecting what is wrong with an input, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Iterable

from primepath.domain.errors import InputMistake, RejectedInputError, UserErrorCode
from primepath.domain.text import has_forbidden_characters


class Mistakes:
    """The mistakes found in an input so far. ``found`` are those that were noticed while it was read."""

    def __init__(self, found: Iterable[InputMistake] = ()) -> None:
        self._found = list(found)

    def add(self, code: UserErrorCode, message: str, *path: str | int) -> None:
        """Notes a mistake at ``path``, which is taken below ``input``."""
        self._found.append(InputMistake(code, message, ("input", *map(str, path))))

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
        """Raises `RejectedInputError` with all mistakes, where there are any."""
        if self._found:
            raise RejectedInputError(self._found)
