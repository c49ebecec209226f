"""Restore cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.history import HistoryAction
from primepath.domain.text import camel_case
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix
from primepath.services.cells.cell_changes import check_state
from primepath.services.cells.checks import (
    check_active,
    check_fit,
    check_unlocked,
    lock_exams,
)
from primepath.services.cells.writing import (
    CellState,
    LockedCell,
    ResultCheck,
    lock_cells,
    write_cells,
)
from primepath.services.undo.recorded import PATH, Fields
from primepath.services.validation import ValidationErrors

_NAMES = {camel_case(field.name): field.name for field in fields(CellState)}


class CellRestoration:
    """Cells of a change set, locked, and the states that they had before it."""

    def __init__(self, changed: Mapping[str, Fields]) -> None:
        self._changed = {key: each for id, each in changed.items() if (key := CellKey.parse(id))}
        self._locked: dict[CellKey, LockedCell] = {}
        self._wanted: dict[CellKey, CellState] = {}

    def lock(self, errors: ValidationErrors, *, activated: Collection[int]) -> None:
        """Lock the cells and their exams. Add an error for each state that is no longer allowed.

        ``activated``: the exams that become active together with this.
        """
        self._locked = lock_cells(self._changed)
        self._wanted = {
            key: _restored(cell.state, self._changed[key]) for key, cell in self._locked.items()
        }
        returning = {
            key: state.exam_ids - self._locked[key].state.exam_ids
            for key, state in self._wanted.items()
        }
        exams = lock_exams(frozenset().union(*returning.values()))
        for key, state in self._wanted.items():
            cell, found = self._locked[key], ValidationErrors()
            check_fit(key, [exams[id] for id in sorted(returning[key])], found)
            if state.status is cell.state.status:
                check_unlocked(cell, state, found)
            check_state(key, state, _NAMES.values(), found, ())
            for each in found:
                reason = each.message_for(each.field_name or "")
                errors.add(each.code, "{cell}: {reason}", PATH, cell=key, reason=reason)
        for exam in exams.values():
            if exam.pk not in activated:
                check_active(exam, errors, PATH)

    def write(self, viewer: Viewer, check_result: ResultCheck | None) -> None:
        write_cells(
            viewer=viewer,
            action=HistoryAction.UNDO_CHANGES,
            locked=self._locked,
            wanted=self._wanted,
            check_result=check_result,
        )


def _restored(state: CellState, changed: Fields) -> CellState:
    values: dict[str, Any] = {}
    for name, change in changed.items():
        if name == "exams":
            values["exam_ids"] = frozenset(change.before or ())
            continue
        field = _NAMES[name]
        column: Any = ExamScheduleMatrix._meta.get_field(field)
        values[field] = getattr(column, "target_field", column).to_python(change.before)
    if "status" in values:
        values["status"] = CellStatus(values["status"])
    return replace(state, **values)
