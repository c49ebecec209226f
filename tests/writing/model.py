"""What writing should do to cells, in plain Python and from the school's rules alone: it shares no code with the product.

Every action gives the mistakes that the product must find, each as its code and its path, and changes cells only where
there are none.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Key = tuple[str, int, str]
ValidationErrors = set[tuple[str, str]]

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
LOCKED = {"IN_PROGRESS", "COMPLETED"}
MAX_NOTES = 10_000


@dataclass
class ModelExam:
    """``year`` is None for an exam of every year."""

    quarterly: bool = False
    year: int | None = None
    active: bool = True


@dataclass(frozen=True)
class ModelCell:
    """A cell; one that nobody changed is as it is made here."""

    status: str = "EMPTY"
    scheduled_date: datetime.date | None = None
    start_time: datetime.time | None = None
    end_time: datetime.time | None = None
    notes: str = ""
    exams: frozenset[int] = frozenset()
    version: int = 0

    def holding(self, exams: Iterable[int]) -> ModelCell:
        exams = frozenset(exams)
        status = self.status
        if status == "EMPTY" and exams:
            status = "SCHEDULED"
        if status == "SCHEDULED" and not exams:
            status = "EMPTY"
        return replace(self, exams=exams, status=status)


def covers(key: Key, date: datetime.date) -> bool:
    """Whether the date lies in the cell's month or quarter."""
    _, year, period = key
    if period in MONTHS:
        months = [MONTHS.index(period) + 1]
    else:
        quarter = int(period[1])
        months = [3 * quarter - 2, 3 * quarter - 1, 3 * quarter]
    days = calendar.monthrange(year, months[-1])[1]
    return datetime.date(year, months[0], 1) <= date <= datetime.date(year, months[-1], days)


@dataclass
class Model:
    """The cells that were changed, and what decides what may be: ``access`` of the viewer by class, exams, years."""

    access: Mapping[str, str]
    exams: Mapping[int, ModelExam]
    years: range
    cells: dict[Key, ModelCell] = field(default_factory=dict)

    def cell(self, key: Key) -> ModelCell:
        return self.cells.get(key, ModelCell())

    def assign(self, keys: Sequence[Key], exam_ids: Sequence[int]) -> ValidationErrors:
        mistakes = self._places(keys, "cells") | self._unknown(exam_ids)
        known = {id for id in exam_ids if id in self.exams}
        wanted: dict[Key, ModelCell] = {}
        added: set[int] = set()
        for key, path in self._targets(keys, "cells").items():
            wanted[key] = self.cell(key).holding(self.cell(key).exams | known)
            mistakes |= self._exams_change(key, wanted[key], path)
            added |= known - self.cell(key).exams
        for id in added:
            if not self.exams[id].active:
                mistakes.add(("EXAM_INACTIVE", f"exam_ids.{exam_ids.index(id)}"))
        return self._settle(mistakes, wanted)

    def unassign(self, keys: Sequence[Key], exam_ids: Sequence[int]) -> ValidationErrors:
        mistakes = self._places(keys, "cells") | self._unknown(exam_ids)
        wanted = {}
        for key, path in self._targets(keys, "cells").items():
            wanted[key] = self.cell(key).holding(self.cell(key).exams - set(exam_ids))
            mistakes |= self._exams_change(key, wanted[key], path)
        return self._settle(mistakes, wanted)

    def update(self, key: Key, changes: dict[str, Any], expected: int | None) -> ValidationErrors:
        mistakes: ValidationErrors = set()
        given = dict(changes)
        if "status" in given and given["status"] is None:
            mistakes.add(("BLANK", "status"))
            del given["status"]
        if "notes" in given:
            given["notes"] = given["notes"] or ""
            if "\0" in given["notes"] or "\ud800" in given["notes"]:
                mistakes.add(("INVALID_CHARACTERS", "notes"))
            elif len(given["notes"]) > MAX_NOTES:
                mistakes.add(("TOO_LONG", "notes"))
        if problem := self._place(key):
            return mistakes | {(problem, "cell")}
        before = self.cell(key)
        if expected not in {None, before.version}:
            return mistakes | {("STALE_VERSION", "expected_version")}
        after = replace(before, **given)
        needs_exams = after.status not in {"EMPTY", "DRAFT"}
        may_have_exams = after.status != "EMPTY"
        if "status" in given and not needs_exams <= bool(after.exams) <= may_have_exams:
            mistakes.add(("INVALID_STATUS", "status"))
        start, end = after.start_time, after.end_time
        if end and (start is None or start >= end):
            # It was in order before, so at least one of them is new.
            path = "end_time" if "end_time" in given else "start_time"
            mistakes.add(("INVALID_TIME_RANGE", path))
        date = given.get("scheduled_date")
        if date and not covers(key, date):
            mistakes.add(("DATE_OUTSIDE_PERIOD", "scheduled_date"))
        return self._settle(mistakes, {key: after})

    def clone(
        self, source: Key, targets: Sequence[Key], on_existing: str, path: str = "targets"
    ) -> ValidationErrors:
        mistakes = self._places(targets, path)
        if problem := self._place(source, to_edit=False):
            return mistakes | {(problem, "source")}
        given = self.cell(source)
        wanted: dict[Key, ModelCell] = {}
        added: set[int] = set()
        for key, place in self._targets(targets, path).items():
            if on_existing == "REJECT" and self.cell(key).exams and key != source:
                mistakes.add(("NOT_EMPTY", place))
            wanted[key] = self._planned_like(given, key, merge=on_existing == "MERGE")
            mistakes |= self._exams_change(key, wanted[key], place)
            added |= wanted[key].exams - self.cell(key).exams
        if any(not self.exams[id].active for id in added):
            mistakes.add(("EXAM_INACTIVE", "source"))
        return self._settle(mistakes, wanted)

    def share(self, source: Key, class_codes: Sequence[str], on_existing: str) -> ValidationErrors:
        targets = [(code, *source[1:]) for code in class_codes]
        return self.clone(source, targets, on_existing, "class_codes")

    def _planned_like(self, given: ModelCell, key: Key, *, merge: bool) -> ModelCell:
        cell = self.cell(key)
        start, end = given.start_time, given.end_time
        date = given.scheduled_date
        if date and not covers(key, date):
            date = None
        if merge:
            if cell.start_time or cell.end_time:
                start, end = cell.start_time, cell.end_time
            date = cell.scheduled_date or date
            cell = cell.holding(cell.exams | given.exams)
        else:
            cell = cell.holding(given.exams)
        return replace(cell, scheduled_date=date, start_time=start, end_time=end)

    def _place(self, key: Key, *, to_edit: bool = True) -> str | None:
        """Why the viewer may not change the cell, or not see it; None where they may."""
        code, year, _ = key
        if code not in self.access:
            return "NOT_FOUND"
        if year not in self.years:
            return "YEAR_OUT_OF_RANGE"
        if to_edit and self.access[code] not in {"FULL", "CO_TEACHER"}:
            return "FORBIDDEN"
        return None

    def _places(self, keys: Sequence[Key], path: str) -> ValidationErrors:
        problems = ((self._place(key), f"{path}.{index}") for index, key in enumerate(keys))
        return {(problem, place) for problem, place in problems if problem}

    def _targets(self, keys: Sequence[Key], path: str) -> dict[Key, str]:
        """Where each cell that may be changed is first named."""
        return {key: f"{path}.{keys.index(key)}" for key in keys if not self._place(key)}

    def _unknown(self, exam_ids: Sequence[int]) -> ValidationErrors:
        return {
            ("NOT_FOUND", f"exam_ids.{index}")
            for index, id in enumerate(exam_ids)
            if id not in self.exams
        }

    def _exams_change(self, key: Key, wanted: ModelCell, path: str) -> ValidationErrors:
        """What is wrong with the exams that come into the cell or go out of it."""
        mistakes: ValidationErrors = set()
        before = self.cell(key)
        _, year, period = key
        if wanted.exams != before.exams and before.status in LOCKED:
            mistakes.add(("CELL_LOCKED", path))
        for id in wanted.exams - before.exams:
            if self.exams[id].quarterly != (period not in MONTHS):
                mistakes.add(("EXAM_TYPE_MISMATCH", path))
            if self.exams[id].year not in {None, year}:
                mistakes.add(("EXAM_YEAR_MISMATCH", path))
        return mistakes

    def _settle(
        self, mistakes: ValidationErrors, wanted: Mapping[Key, ModelCell]
    ) -> ValidationErrors:
        if not mistakes:
            for key, cell in wanted.items():
                if cell != self.cell(key):
                    self.cells[key] = replace(cell, version=cell.version + 1)
        return mistakes
