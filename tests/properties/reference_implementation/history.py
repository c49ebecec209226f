"""The fields of history entries and of their changes."""

from __future__ import annotations

from typing import Any

from primepath import models
from tests.properties.reference_implementation.response_objects import (
    Args,
    Field,
    ResponseObject,
    by_name,
    columns,
    make_object,
    objects,
    page,
    related,
    with_id,
)

_TYPES = {
    "academicYear": "Number",
    "curriculumLevelId": "CurriculumLevel",
    "endTime": "Time",
    "invigilatorId": "Teacher",
    "exams": "Exams",
    "isActive": "Flag",
    "passingScore": "Number",
    "scheduledDate": "Date",
    "startTime": "Time",
    "status": "CellStatus",
    "timerMinutes": "Number",
    "totalQuestions": "Number",
    "type": "ExamType",
}


def history_of(subject: str, key: str, args: Args) -> ResponseObject:
    entries = models.HistoryEntry.objects.filter(subject=subject, subject_key=key)
    connection = page(args, "HistoryEntry", entries.order_by("-pk"))
    return ResponseObject("HistoryConnection", connection.row)


def _change(name: str, before: Any, after: Any) -> ResponseObject:
    type_ = _TYPES.get(name, "Text")
    return make_object(f"{type_}Change", field=name.removesuffix("Id"), before=before, after=after)


def _exams(wanted: list[int], unwanted: list[int]) -> list[ResponseObject]:
    exams = (models.Exam.objects.get(pk=pk) for pk in wanted if pk not in unwanted)
    return objects("Exam", by_name(exams))


def _values(name: str) -> dict[str, Field]:
    return {
        **columns("field"),
        f"{name}Before": lambda school, change, args: change.before,
        f"{name}After": lambda school, change, args: change.after,
    }


HISTORY: dict[str, dict[str, Field]] = {
    "HistoryConnection": columns("edges pageInfo totalCount"),
    "HistoryEntryEdge": columns("node"),
    "HistoryEntry": {
        **with_id("HistoryEntry", "pk", "at action"),
        "byName": lambda school, entry, args: entry.actor_name,
        "changeSetId": lambda school, entry, args: (
            f"ChangeSet:{entry.change_set.hex}" if entry.change_set else None
        ),
        # Nothing is undone in the school of the tests.
        "undoes": lambda school, entry, args: None,
        "undoneBy": lambda school, entry, args: None,
        "by": related("Teacher", "teacher_id"),
        "changes": lambda school, entry, args: [_change(*change) for change in entry.changes],
    },
    "CellStatusChange": _values("status"),
    "DateChange": _values("date"),
    "ExamTypeChange": _values("type"),
    "FlagChange": _values("flag"),
    "NumberChange": _values("number"),
    "TextChange": _values("text"),
    "TimeChange": _values("time"),
    "CurriculumLevelChange": {
        **columns("field"),
        "levelBefore": related("CurriculumLevel", "before"),
        "levelAfter": related("CurriculumLevel", "after"),
    },
    "TeacherChange": {
        **columns("field"),
        "teacherBefore": related("Teacher", "before"),
        "teacherAfter": related("Teacher", "after"),
    },
    "ExamsChange": {
        **columns("field"),
        "examsAdded": lambda school, change, args: _exams(change.after, change.before),
        "examsRemoved": lambda school, change, args: _exams(change.before, change.after),
    },
}
