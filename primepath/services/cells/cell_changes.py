"""Changes of a cell's status, date, times, room, invigilator and notes: their rules, for one cell or several."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.errors import UserErrorCode
from primepath.domain.text import is_blank
from primepath.models import ExamScheduleMatrix, Teacher
from primepath.services.cells.writing import STATUSES_WITH_EXAMS, UNUSED, CellState, LockedCell
from primepath.services.rows import max_length
from primepath.services.validation import ValidationErrors
from primepath.terms import named, shown_date

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


Path = tuple[str | int, ...]
"""Path of the changes in the input of the service. Empty if they are its parameters."""


def check_values(changes: CellChanges, errors: ValidationErrors, *path: str | int) -> None:
    """Check the values that are invalid in every cell."""
    if changes.get("status", CellStatus.EMPTY) is None:
        errors.add(UserErrorCode.BLANK, _("{field} cannot be null."), *path, "status")
    room = clean_room(changes.get("room"))
    errors.check_text(room, *path, "room", limit=MAX_ROOM_LENGTH, required=bool(room))
    errors.check_text(changes.get("notes") or "", *path, "notes", limit=MAX_NOTES_LENGTH)


def clean_room(text: str | None) -> str:
    """Return the name of a room without blanks around it, and with one blank for several. It is empty if nothing is visible."""
    return "" if text is None or is_blank(text) else " ".join(text.split())


def check_invigilators(given: Iterable[tuple[CellChanges, Path]], errors: ValidationErrors) -> None:
    """Add an error for each invigilator who does not exist, at the path of its changes. One SELECT, if there are any."""
    wanted = [
        (teacher_id, path)
        for changes, path in given
        if (teacher_id := changes.get("invigilator_id")) is not None
    ]
    if not wanted:
        return
    teachers = Teacher.objects.filter(pk__key_in=sorted({teacher_id for teacher_id, _ in wanted}))
    known = set(teachers.values_list("pk", flat=True))
    for teacher_id, path in wanted:
        if teacher_id not in known:
            template = _("This teacher does not exist.")
            errors.add(UserErrorCode.NOT_FOUND, template, *path, "invigilator_id")


def change_state(
    cell: LockedCell, changes: CellChanges, errors: ValidationErrors, *path: str | int
) -> CellState:
    """Return the state of the cell after the changes. Add an error for each change that does not fit the other fields."""
    status = changes.get("status")
    given: dict[str, Any] = {
        name: getattr(UNUSED, name) if value is None else value
        for name, value in changes.items()
        if name != "status"
    }
    if "room" in given:
        given["room"] = clean_room(given["room"])
    if status is not None:
        given["status"] = CellStatus(status)
    after = replace(cell.state, **given)
    check_state(cell.key, after, changes.keys(), errors, path)
    return after


def check_state(
    key: CellKey,
    state: CellState,
    changes: Collection[str],
    errors: ValidationErrors,
    path: Path,
) -> None:
    """Check the fields named by ``changes`` against the others."""
    if "status" in changes:
        if state.status is CellStatus.EMPTY and state.exam_ids:
            template = _("A cell with exams cannot be EMPTY. Remove its exams first.")
            errors.add(UserErrorCode.INVALID_STATUS, template, *path, "status")
        elif state.status in STATUSES_WITH_EXAMS and not state.exam_ids:
            template = _("A cell without exams cannot be {status}. Assign an exam first.")
            errors.add(
                UserErrorCode.INVALID_STATUS, template, *path, "status", status=named(state.status)
            )
    if state.end_time is not None and {"start_time", "end_time"} & set(changes):
        field = "end_time" if "end_time" in changes else "start_time"
        if state.start_time is None:
            template = _("Set a start time before setting an end time.")
            errors.add(UserErrorCode.INVALID_TIME_RANGE, template, *path, field)
        elif state.end_time <= state.start_time:
            template = _("End time {end} must be after start time {start}.")
            errors.add(
                UserErrorCode.INVALID_TIME_RANGE,
                template,
                *path,
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
                *path,
                "scheduled_date",
                period=named(key.period),
                year=key.academic_year,
                first=shown_date(first),
                last=shown_date(last),
            )
