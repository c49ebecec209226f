"""Comparison of the history with the cells, read from the tables only."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from primepath.models import ExamScheduleMatrix, HistoryEntry, MatrixCellExam

Recorded = dict[str, Any]
NEW: Recorded = {
    "status": "EMPTY",
    "scheduledDate": None,
    "startTime": None,
    "endTime": None,
    "room": "",
    "invigilatorId": None,
    "notes": "",
    "exams": [],
}


def recorded_cells() -> dict[str, Recorded]:
    """Return all stored cells by id, with values in the format of the history."""
    exams = defaultdict(list)
    for cell_id, exam_id in MatrixCellExam.objects.order_by("exam_id").values_list(
        "cell_id", "exam_id"
    ):
        exams[cell_id].append(exam_id)
    return {
        cell.id: {
            "status": cell.status,
            "scheduledDate": cell.scheduled_date and cell.scheduled_date.isoformat(),
            "startTime": cell.start_time and cell.start_time.isoformat(),
            "endTime": cell.end_time and cell.end_time.isoformat(),
            "room": cell.room,
            "invigilatorId": cell.invigilator_id,
            "notes": cell.notes,
            "exams": exams.pop(cell.id, []),
        }
        for cell in ExamScheduleMatrix.objects.all()
    }


def assert_history_leads_to_the_cells() -> None:
    """Check that the entries of each cell lead from an empty cell to the stored one.

    Each entry starts with the values that the previous one ended with. The number of entries is the cell's version.
    """
    entries = defaultdict(list)
    for cell_id, changes in (
        HistoryEntry.objects.filter(subject="CELL")
        .order_by("id")
        .values_list("subject_key", "changes")
    ):
        entries[cell_id].append(changes)
    versions = dict(ExamScheduleMatrix.objects.values_list("id", "version"))
    assert {cell_id: len(found) for cell_id, found in entries.items()} == {
        cell_id: version for cell_id, version in versions.items() if version
    }
    for cell_id, cell in recorded_cells().items():
        values = dict(NEW)
        for changes in entries[cell_id]:
            assert changes, f"{cell_id} has an entry without a change"
            for field, before, after in changes:
                assert values[field] == before != after, f"{field} of {cell_id}"
                values[field] = after
        assert values == cell, cell_id
