"""Changes as their clients know them: acknowledged, refused, or unknown."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

BULK_CELLS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN")
BULK_YEARS = 5
_VERSION = re.compile(rb'"version":\s*(\d+)')
# Refused before anything ran. Any other error can follow the commit, for example if the payload could not be read.
_REFUSED = ("503 OVERLOADED", "401", "400")
SERVED = "served"
SAVED = "saved"


class HasClasses(Protocol):
    """The part of the school that the ledger needs."""

    @property
    def year(self) -> int: ...
    @property
    def classes(self) -> Sequence[str]: ...


@dataclass(slots=True)
class Note:
    """A text that one mutation writes to a cell. ``version`` is the cell's in the response, which can be a later one."""

    cell: str
    text: str
    outcome: str = "unknown"
    version: int = 0

    def done(self, outcome: str, body: bytes) -> None:
        self.outcome = outcome
        if outcome == SERVED and (found := _VERSION.search(body)):
            self.version = int(found[1])

    @property
    def is_acknowledged(self) -> bool:
        return self.outcome in (SERVED, SAVED)

    @property
    def is_refused(self) -> bool:
        return self.outcome.startswith(_REFUSED)


@dataclass(slots=True)
class Bulk:
    """Cells that only this client changes, all of them together. ``versions`` are the acknowledged ones, in order."""

    cells: Sequence[str]
    versions: list[int] = field(default_factory=list)
    unknown: int = 0
    problems: list[str] = field(default_factory=list)
    _removes: bool = True

    def next_removes(self) -> bool:
        """Return whether the next mutation removes the exam that the last one assigned."""
        self._removes = not self._removes
        return self._removes

    def done(self, outcome: str, body: bytes) -> None:
        if outcome != SERVED:
            if outcome.startswith(_REFUSED):
                self._removes = not self._removes
            else:
                self.unknown += 1
            return
        found = [int(version) for version in _VERSION.findall(body)]
        if len(found) != len(self.cells) or len(set(found)) != 1:
            self.problems.append(f"{self.cells[0]}: the payload has versions {found}")
        # After a change with an unknown outcome, the next one can find the exam as it wants it.
        elif not self.versions or found[0] != self.versions[-1]:
            self.versions.append(found[0])


class Ledger:
    """All changes of a scenario."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.bulks: dict[str, Bulk] = {}
        self._run = secrets.token_hex(4)
        self._number = count()

    def new_note(self, cell: str) -> Note:
        """Return a change that the caller sends once, and reports to its `done`."""
        note = Note(cell, f"{self._run}-{next(self._number)}")
        self.notes.append(note)
        return note

    def bulk_of(self, school: HasClasses, number: int) -> Bulk:
        """Return the cells of client ``number``: six months of one class, in a year that other requests do not read."""
        position, turn = number % len(school.classes), number // len(school.classes)
        year = school.year + 2 + turn % BULK_YEARS
        cells = [f"{school.classes[position]}/{year}/{period}" for period in BULK_CELLS]
        return self.bulks.setdefault(cells[0], Bulk(cells))

    @property
    def acknowledged(self) -> int:
        """Number of acknowledged changes."""
        notes = sum(note.is_acknowledged for note in self.notes)
        return notes + sum(len(bulk.versions) for bulk in self.bulks.values())
