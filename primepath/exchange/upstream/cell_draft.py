"""A cell that is read from the file, before it is compared with ours."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from primepath.domain.cell import CellKey, CellStatus
from primepath.exchange.upstream import values
from primepath.exchange.upstream.source import Row
from primepath.services.cells.cell_changes import MAX_NOTES_LENGTH
from primepath.services.imports.planned import Ref

_STARTED = {CellStatus.IN_PROGRESS, CellStatus.COMPLETED}
_SPELLING = {"CLASS_CODE", "PERIOD_SPELLING", "PERIOD_TYPE"}
"""Reasons that say how the cell is named in the file, and nothing about its content."""


@dataclass(slots=True)
class CellDraft:
    """The values of a cell. ``reasons`` and ``messages`` say how they differ from the file's; ``remarks`` go into the notes."""

    key: CellKey
    ref: Ref
    status: CellStatus = CellStatus.EMPTY
    scheduled_date: datetime.date | None = None
    start_time: datetime.time | None = None
    end_time: datetime.time | None = None
    notes: str = ""
    room: str = ""
    exams: list[Ref] = field(default_factory=list)
    created_by: Ref | None = None
    modified_by: Ref | None = None
    created_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None
    reasons: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_untouched(self) -> bool:
        """True if the product shows the same cell without storing it."""
        return self.status is CellStatus.EMPTY and not (
            self.exams
            or self.scheduled_date
            or self.start_time
            or self.end_time
            or self.notes
            or self.room
            or set(self.reasons) - _SPELLING
        )

    def changed(self, reason: str, before: object, after: object) -> None:
        self.reasons.append(reason)
        self.messages.append(f"{values.printable(before)} -> {after}")

    def read_dates(self, row: Row) -> None:
        """Set the date and the times. What cannot be stored goes into the notes."""
        date = self._read(row, "scheduled_date", values.date)
        start = self._read(row, "scheduled_start_time", values.time)
        end = self._read(row, "scheduled_end_time", values.time)
        if date is not None:
            first, last = self.key.period.dates(self.key.academic_year)
            if not first <= date <= last:
                outside = f"{date} (outside {self.key.period} {self.key.academic_year})"
                self.remarks.append(f"Imported date: {outside}")
                self.changed("DATE_OUTSIDE_PERIOD", date, "no date")
                date = None
        if end is not None and (start is None or end <= start):
            self.remarks.append(f"Imported times: {start or '?'} to {end}")
            self.changed("TIME_RANGE", f"{start or '?'} to {end}", start or "no times")
            end = None
        self.scheduled_date, self.start_time, self.end_time = date, start, end

    def settle_status(self, stored: str) -> None:
        """Set the status that fits the exams. Call it when the exams and the date are known."""
        known = stored.strip().upper()
        status = CellStatus(known) if known in {*CellStatus} else None
        has_exams = bool(self.exams)
        if status is None:
            self.status = CellStatus.SCHEDULED if has_exams else CellStatus.EMPTY
            self.changed("STATUS_UNKNOWN", stored, self.status)
            return
        self.status = status
        if has_exams and status is CellStatus.EMPTY:
            self.status = CellStatus.SCHEDULED
            self.changed("STATUS_OF_EXAMS", status, self.status)
        elif not has_exams and (status is CellStatus.SCHEDULED or status in _STARTED):
            is_draft = status in _STARTED or self.scheduled_date is not None
            self.status = CellStatus.DRAFT if is_draft else CellStatus.EMPTY
            self.changed("STATUS_WITHOUT_EXAMS", status, self.status)

    def settle_notes(self, stored: object) -> None:
        """Set the notes, with the remarks after them. Call it last."""
        remarks = values.clean("\n".join(self.remarks), MAX_NOTES_LENGTH // 2, self.reasons)
        room_for_notes = MAX_NOTES_LENGTH - len(remarks) - bool(remarks)
        notes = values.clean(stored, room_for_notes, self.reasons)
        self.notes = f"{notes}\n{remarks}".strip("\n") if remarks else notes

    def values(self) -> dict[str, Any]:
        """Return what a later import compares."""
        return {
            "status": self.status,
            "scheduled_date": self.scheduled_date,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "notes": self.notes,
            "room": self.room,
            "exams": sorted(self.exams),
        }

    def _read(self, row: Row, column: str, parse: Callable[[object], Any]) -> Any:
        try:
            return parse(row[column])
        except values.UnreadableError as error:
            self.remarks.append(f"Imported {column}: {error}")
            self.changed("DATE_UNREADABLE", error, "none")
            return None
