"""Reference implementation of the cell mutations in plain Python. It shares no code with the product.

Every action returns the errors that the product must report, each as code and path. It changes cells only without errors.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Key = tuple[str, int, str]
ValidationErrors = set[tuple[str, str]]
Versions = Sequence[tuple[Key, int]]
BAD_LIST: ValidationErrors = {("BAD_USER_INPUT", "expected_versions")}
"""The result of expected versions that repeat a cell or name another one."""

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
LOCKED = {"IN_PROGRESS", "COMPLETED"}
MAX_NOTES = 10_000


@dataclass
class ModelExam:
    """An exam. ``year`` is None if it fits every year."""

    quarterly: bool = False
    year: int | None = None
    active: bool = True


@dataclass(frozen=True)
class ModelCell:
    """A cell. The defaults are the values of an unchanged cell."""

    status: str = "EMPTY"
    scheduled_date: datetime.date | None = None
    start_time: datetime.time | None = None
    end_time: datetime.time | None = None
    notes: str = ""
    exams: frozenset[int] = frozenset()
    version: int = 0

    def with_exams(self, exams: Iterable[int]) -> ModelCell:
        exams = frozenset(exams)
        status = self.status
        if status == "EMPTY" and exams:
            status = "SCHEDULED"
        if status == "SCHEDULED" and not exams:
            status = "EMPTY"
        return replace(self, exams=exams, status=status)


def covers(key: Key, date: datetime.date) -> bool:
    """Return whether the date is in the cell's month or quarter."""
    _, year, period = key
    if period in MONTHS:
        months = [MONTHS.index(period) + 1]
    else:
        quarter = int(period[1])
        months = [3 * quarter - 2, 3 * quarter - 1, 3 * quarter]
    days = calendar.monthrange(year, months[-1])[1]
    return datetime.date(year, months[0], 1) <= date <= datetime.date(year, months[-1], days)


def lists_once(expected: Versions, concerned: Sequence[Key]) -> bool:
    keys = [key for key, _ in expected]
    return len(set(keys)) == len(keys) and set(keys) <= set(concerned)


@dataclass
class Model:
    """The changed cells, and the facts that the rules depend on: the viewer's access by class, exams, years."""

    access: Mapping[str, str]
    exams: Mapping[int, ModelExam]
    years: range
    cells: dict[Key, ModelCell] = field(default_factory=dict)

    def cell(self, key: Key) -> ModelCell:
        return self.cells.get(key, ModelCell())

    def assign(
        self, keys: Sequence[Key], exam_ids: Sequence[int], expected: Versions = ()
    ) -> ValidationErrors:
        if not lists_once(expected, keys):
            return BAD_LIST
        errors = self._access_errors(keys, "cells") | self._unknown_exams(exam_ids)
        errors |= self._stale(expected, self._editable(keys, "cells"))
        known = {id for id in exam_ids if id in self.exams}
        wanted: dict[Key, ModelCell] = {}
        added: set[int] = set()
        for key, path in self._editable(keys, "cells").items():
            wanted[key] = self.cell(key).with_exams(self.cell(key).exams | known)
            errors |= self._exam_errors(key, wanted[key], path)
            added |= known - self.cell(key).exams
        for id in added:
            if not self.exams[id].active:
                errors.add(("EXAM_INACTIVE", f"exam_ids.{exam_ids.index(id)}"))
        return self._apply_unless_errors(errors, wanted)

    def unassign(
        self, keys: Sequence[Key], exam_ids: Sequence[int], expected: Versions = ()
    ) -> ValidationErrors:
        if not lists_once(expected, keys):
            return BAD_LIST
        errors = self._access_errors(keys, "cells") | self._unknown_exams(exam_ids)
        errors |= self._stale(expected, self._editable(keys, "cells"))
        wanted = {}
        for key, path in self._editable(keys, "cells").items():
            wanted[key] = self.cell(key).with_exams(self.cell(key).exams - set(exam_ids))
            errors |= self._exam_errors(key, wanted[key], path)
        return self._apply_unless_errors(errors, wanted)

    def update(self, key: Key, changes: dict[str, Any], expected: int | None) -> ValidationErrors:
        errors: ValidationErrors = set()
        given = dict(changes)
        if "status" in given and given["status"] is None:
            errors.add(("BLANK", "status"))
            del given["status"]
        if "notes" in given:
            given["notes"] = given["notes"] or ""
            if "\0" in given["notes"] or "\ud800" in given["notes"]:
                errors.add(("INVALID_CHARACTERS", "notes"))
            elif len(given["notes"]) > MAX_NOTES:
                errors.add(("TOO_LONG", "notes"))
        if problem := self._access_error(key):
            return errors | {(problem, "cell")}
        before = self.cell(key)
        if expected not in {None, before.version}:
            return errors | {("STALE_VERSION", "expected_version")}
        after = replace(before, **given)
        needs_exams = after.status not in {"EMPTY", "DRAFT"}
        may_have_exams = after.status != "EMPTY"
        if "status" in given and not needs_exams <= bool(after.exams) <= may_have_exams:
            errors.add(("INVALID_STATUS", "status"))
        start, end = after.start_time, after.end_time
        if end and (start is None or start >= end):
            # The times were valid before, so at least one of them is new.
            path = "end_time" if "end_time" in given else "start_time"
            errors.add(("INVALID_TIME_RANGE", path))
        date = given.get("scheduled_date")
        if date and not covers(key, date):
            errors.add(("DATE_OUTSIDE_PERIOD", "scheduled_date"))
        return self._apply_unless_errors(errors, {key: after})

    def clone(
        self,
        source: Key,
        targets: Sequence[Key],
        on_existing: str,
        expected: Versions = (),
        path: str = "targets",
    ) -> ValidationErrors:
        if not lists_once(expected, [source, *targets]):
            return BAD_LIST
        errors = self._access_errors(targets, path)
        if problem := self._access_error(source, to_edit=False):
            return errors | {(problem, "source")}
        errors |= self._stale(expected, {source, *self._editable(targets, path)})
        given = self.cell(source)
        wanted: dict[Key, ModelCell] = {}
        added: set[int] = set()
        for key, target_path in self._editable(targets, path).items():
            if on_existing == "REJECT" and self.cell(key).exams and key != source:
                errors.add(("NOT_EMPTY", target_path))
            wanted[key] = self._copy_plan(given, key, merge=on_existing == "MERGE")
            errors |= self._exam_errors(key, wanted[key], target_path)
            added |= wanted[key].exams - self.cell(key).exams
        if any(not self.exams[id].active for id in added):
            errors.add(("EXAM_INACTIVE", "source"))
        return self._apply_unless_errors(errors, wanted)

    def share(
        self,
        source: Key,
        class_codes: Sequence[str],
        on_existing: str,
        expected: Versions = (),
    ) -> ValidationErrors:
        targets = [(code, *source[1:]) for code in class_codes]
        return self.clone(source, targets, on_existing, expected, "class_codes")

    def _stale(self, expected: Versions, locked: Collection[Key]) -> ValidationErrors:
        return {
            ("STALE_VERSION", f"expected_versions.{index}")
            for index, (key, version) in enumerate(expected)
            if key in locked and version != self.cell(key).version
        }

    def _copy_plan(self, given: ModelCell, key: Key, *, merge: bool) -> ModelCell:
        cell = self.cell(key)
        start, end = given.start_time, given.end_time
        date = given.scheduled_date
        if date and not covers(key, date):
            date = None
        if merge:
            if cell.start_time or cell.end_time:
                start, end = cell.start_time, cell.end_time
            date = cell.scheduled_date or date
            cell = cell.with_exams(cell.exams | given.exams)
        else:
            cell = cell.with_exams(given.exams)
        return replace(cell, scheduled_date=date, start_time=start, end_time=end)

    def _access_error(self, key: Key, *, to_edit: bool = True) -> str | None:
        """Return the code of the error if the viewer cannot change the cell, or cannot see it."""
        code, year, _ = key
        if code not in self.access:
            return "NOT_FOUND"
        if year not in self.years:
            return "YEAR_OUT_OF_RANGE"
        if to_edit and self.access[code] not in {"FULL", "CO_TEACHER"}:
            return "FORBIDDEN"
        return None

    def _access_errors(self, keys: Sequence[Key], path: str) -> ValidationErrors:
        problems = ((self._access_error(key), f"{path}.{index}") for index, key in enumerate(keys))
        return {(problem, target_path) for problem, target_path in problems if problem}

    def _editable(self, keys: Sequence[Key], path: str) -> dict[Key, str]:
        """Return the first path of each cell that the viewer can edit."""
        return {key: f"{path}.{keys.index(key)}" for key in keys if not self._access_error(key)}

    def _unknown_exams(self, exam_ids: Sequence[int]) -> ValidationErrors:
        return {
            ("NOT_FOUND", f"exam_ids.{index}")
            for index, id in enumerate(exam_ids)
            if id not in self.exams
        }

    def _exam_errors(self, key: Key, wanted: ModelCell, path: str) -> ValidationErrors:
        """Return the errors of the exams that are added to or removed from the cell."""
        errors: ValidationErrors = set()
        before = self.cell(key)
        _, year, period = key
        if wanted.exams != before.exams and before.status in LOCKED:
            errors.add(("CELL_LOCKED", path))
        for id in wanted.exams - before.exams:
            if self.exams[id].quarterly != (period not in MONTHS):
                errors.add(("EXAM_TYPE_MISMATCH", path))
            if self.exams[id].year not in {None, year}:
                errors.add(("EXAM_YEAR_MISMATCH", path))
        return errors

    def _apply_unless_errors(
        self, errors: ValidationErrors, wanted: Mapping[Key, ModelCell]
    ) -> ValidationErrors:
        if not errors:
            for key, cell in wanted.items():
                if cell != self.cell(key):
                    self.cells[key] = replace(cell, version=cell.version + 1)
        return errors
