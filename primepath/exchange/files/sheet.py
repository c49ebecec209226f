"""A sheet of a file that was read."""

from __future__ import annotations

from typing import Any, NamedTuple

MAX_ROWS = 100_000
MAX_COLUMNS = 100


class FileError(Exception):
    """The file cannot be read. The text is the reason, and what to do."""


class Sheet(NamedTuple):
    """The rows of a sheet, with the header. Rows are as long as they are filled."""

    name: str
    rows: list[list[Any]]


def address(column: int, row: int) -> str:
    """Return the address of a cell as spreadsheets name it. Both numbers start at 0: ``address(3, 16)`` is ``D17``."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
