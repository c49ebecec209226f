"""The outcome of each row of the file."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import IO, Any


class Outcome(StrEnum):
    """Result of importing a row, the gravest first."""

    REJECTED = "REJECTED"
    CHANGED = "CHANGED"
    NOT_CARRIED = "NOT_CARRIED"
    MERGED = "MERGED"
    IMPORTED = "IMPORTED"
    UNCHANGED = "UNCHANGED"


_SHOWN_LINES = 200
_PLAIN = {Outcome.IMPORTED, Outcome.UNCHANGED}


class CountsDifferError(Exception):
    """The outcomes do not add up to the rows of the file. This is an error of the program."""


class Report:
    """The outcomes of all rows. Each is written to ``file`` immediately, as a line of JSON.

    ``shown`` contains the lines that people have to read: at most 200, because the file has all of them.
    """

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = file
        self.counts: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
        self.notes: list[str] = []
        self.shown: list[str] = []
        self.hidden = 0

    def add(
        self,
        table: str,
        key: object,
        outcome: Outcome,
        reasons: Iterable[str] = (),
        *,
        target: str = "",
        message: str = "",
    ) -> None:
        """Add the outcome of a row. ``reasons`` are stable codes; ``message`` contains the values before and after."""
        self.counts[table][outcome] += 1
        reasons = list(dict.fromkeys(reasons))
        if self._file is not None:
            line = {
                "table": table,
                "id": key,
                "outcome": outcome,
                "reasons": reasons,
                "target": target,
                "message": message,
            }
            self._file.write(json.dumps(line, ensure_ascii=False, default=_plain) + "\n")
        if outcome in _PLAIN and not reasons:
            return
        if len(self.shown) < _SHOWN_LINES:
            line_for_people = f"{outcome:<11}  {table} {_shown(key)}  {', '.join(reasons)}"
            self.shown.append(f"{line_for_people}  {message}".rstrip())
        else:
            self.hidden += 1

    def note(self, text: str) -> None:
        """Add a sentence that concerns no single row."""
        self.notes.append(text)

    def total(self, outcome: Outcome) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    def check(self, rows: dict[str, int]) -> None:
        """Raise `CountsDifferError` unless each row of each table has one outcome."""
        reported = {table: counts.total() for table, counts in self.counts.items()}
        expected = {table: count for table, count in rows.items() if count}
        if reported != expected:
            raise CountsDifferError(f"Rows: {expected}. Outcomes: {reported}.")


def _shown(key: object) -> str:
    return str(key).encode("utf-8", "replace").decode("utf-8")


def _plain(value: Any) -> str:
    return _shown(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
