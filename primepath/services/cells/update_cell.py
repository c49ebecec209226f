"""Change a cell's status, date, times, room, invigilator and notes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.text import is_blank
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, Teacher
from primepath.services.cells.checks import check_access, check_version, visible_levels
from primepath.services.cells.writing import (
    STATUSES_WITH_EXAMS,
    CellState,
    ResultCheck,
    lock_cells,
    write_cells,
)
from primepath.services.rows import max_length
from primepath.services.validation import ValidationErrors

MAX_NOTES_LENGTH = 10_000
MAX_ROOM_LENGTH = max_length(ExamScheduleMatrix, "room")


class CellChanges(TypedDict, total=False):
    """The fields to change. An omitted field stays unchanged; None clears it."""

    status: CellStatus | None
    scheduled_date: datetime.date | None
    start_time: datetime.time | None
    end_time: datetime.time | None
    room: str | None
    invigilator_id: int | None
    notes: str | None


@transaction.atomic
def update_cell(
    *,
    viewer: Viewer,
    cell: CellKey | None,
    changes: CellChanges,
    expected_version: int | None = None,
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
) -> None:
    """Change the cell. With ``expected_version``, change it only if it still has this version.

    Raises `ValidationFailedError` listing every problem: ``NOT_FOUND``, ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``,
    ``STALE_VERSION``, ``INVALID_STATUS``, ``INVALID_TIME_RANGE``, ``DATE_OUTSIDE_PERIOD``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, and ``NOT_FOUND`` for the invigilator.
    """
    errors = ValidationErrors(parse_errors)
    _check_values(changes, errors)
    levels = visible_levels(viewer, [cell])
    if cell is None or not check_access(cell, levels, errors, "cell"):
        errors.raise_if_any()
        raise ValueError("parse_errors must explain a missing cell")
    locked = lock_cells([cell])
    before = locked[cell]
    if expected_version is not None and expected_version != before.version:
        check_version(before, expected_version, errors, "expected_version")
        errors.raise_if_any()
    given: dict[str, Any] = {**changes}
    if given.get("notes", "") is None:
        given["notes"] = ""
    if "room" in given:
        given["room"] = _room(given["room"])
    if (status := given.pop("status", None)) is not None:
        given["status"] = CellStatus(status)
    after = replace(before.state, **given)
    _check_state(cell, after, changes, errors)
    _check_invigilator(given.get("invigilator_id"), errors)
    errors.raise_if_any()
    write_cells(
        viewer=viewer,
        action=HistoryAction.UPDATE_CELL,
        locked=locked,
        wanted={cell: after},
        check_result=check_result,
    )


def _check_values(changes: CellChanges, errors: ValidationErrors) -> None:
    if changes.get("status", CellStatus.EMPTY) is None:
        errors.add(UserErrorCode.BLANK, _("{field} cannot be null."), "status")
    room = _room(changes.get("room"))
    errors.check_text(room, "room", limit=MAX_ROOM_LENGTH, required=bool(room))
    errors.check_text(changes.get("notes") or "", "notes", limit=MAX_NOTES_LENGTH)


def _room(text: str | None) -> str:
    """Return the name of a room without blanks around it, and with one blank for several. It is empty if nothing is visible."""
    return "" if text is None or is_blank(text) else " ".join(text.split())


def _check_invigilator(teacher_id: int | None, errors: ValidationErrors) -> None:
    if teacher_id is not None and not Teacher.objects.filter(pk=teacher_id).exists():
        errors.add(UserErrorCode.NOT_FOUND, _("This teacher does not exist."), "invigilator_id")


def _check_state(
    key: CellKey, state: CellState, changes: CellChanges, errors: ValidationErrors
) -> None:
    """Check the changed fields against the unchanged ones."""
    if "status" in changes:
        if state.status is CellStatus.EMPTY and state.exam_ids:
            template = _("A cell with exams cannot be EMPTY. Remove its exams first.")
            errors.add(UserErrorCode.INVALID_STATUS, template, "status")
        elif state.status in STATUSES_WITH_EXAMS and not state.exam_ids:
            template = _("A cell without exams cannot be {status}. Assign an exam first.")
            errors.add(UserErrorCode.INVALID_STATUS, template, "status", status=state.status)
    if state.end_time is not None and {"start_time", "end_time"} & changes.keys():
        field = "end_time" if "end_time" in changes else "start_time"
        if state.start_time is None:
            template = _("Set a start time before setting an end time.")
            errors.add(UserErrorCode.INVALID_TIME_RANGE, template, field)
        elif state.end_time <= state.start_time:
            template = _("End time {end} must be after start time {start}.")
            errors.add(
                UserErrorCode.INVALID_TIME_RANGE,
                template,
                field,
                end=state.end_time,
                start=state.start_time,
            )
    if state.scheduled_date is not None and "scheduled_date" in changes:
        first, last = key.period.dates(key.academic_year)
        if not first <= state.scheduled_date <= last:
            template = _("The date must be within {period} {year} ({first} to {last}).")
            errors.add(
                UserErrorCode.DATE_OUTSIDE_PERIOD,
                template,
                "scheduled_date",
                period=key.period,
                year=key.academic_year,
                first=first,
                last=last,
            )
