"""Entries of the history in words: what was changed, and from what to what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html_join
from django.utils.text import Truncator

from primepath.domain.history import HistorySubject
from primepath.models import (
    ClassAccessRequest,
    CurriculumLevel,
    Exam,
    HistoryEntry,
    Teacher,
    TeacherClassAssignment,
)

_ROWS: dict[type[Model], QuerySet[Any]] = {
    Exam: Exam.objects.all(),
    Teacher: Teacher.objects.all(),
    CurriculumLevel: CurriculumLevel.objects.with_names(),
    TeacherClassAssignment: TeacherClassAssignment.objects.select_related("teacher"),
    ClassAccessRequest: ClassAccessRequest.objects.select_related("teacher"),
}
_MODEL_OF_SUBJECT: dict[str, type[Model]] = {
    HistorySubject.EXAM: Exam,
    HistorySubject.LEVEL: CurriculumLevel,
    HistorySubject.ASSIGNMENT: TeacherClassAssignment,
    HistorySubject.ACCESS_REQUEST: ClassAccessRequest,
}
_MODEL_OF_FIELD: dict[str, type[Model]] = {
    "exams": Exam,
    "curriculumLevelId": CurriculumLevel,
    "levelIds": CurriculumLevel,
    "teacherId": Teacher,
}
_LABELS = {"levelIds": "levels", "curriculumLevelId": "curriculum level", "teacherId": "teacher"}


class HistoryFormatter:
    """Words for some entries. Names are read with a query for each kind of row, however many entries there are."""

    def __init__(self, entries: Iterable[HistoryEntry]) -> None:
        wanted: defaultdict[type[Model], set[int]] = defaultdict(set)
        for entry in entries:
            if model := _MODEL_OF_SUBJECT.get(entry.subject):
                wanted[model].add(int(entry.subject_key))
            for field, before, after in entry.changes:
                if model := _MODEL_OF_FIELD.get(field):
                    wanted[model].update(_keys(before), _keys(after))
        self._names = {
            model: {row.pk: str(row) for row in _ROWS[model].filter(pk__key_in=sorted(keys))}
            for model, keys in wanted.items()
        }

    def subject(self, entry: HistoryEntry) -> str:
        """The name of what was changed; its key where that says more."""
        model = _MODEL_OF_SUBJECT.get(entry.subject)
        return self._name(model, int(entry.subject_key)) if model else entry.subject_key

    def changes(self, entry: HistoryEntry, *, limit: int | None = None) -> str:
        """HTML: a line for each field, with values of at most ``limit`` characters."""
        return format_html_join(
            "",
            "<div><strong>{}</strong>: {} \N{RIGHTWARDS ARROW} {}</div>",
            (
                (_label(field), self._text(field, before, limit), self._text(field, after, limit))
                for field, before, after in entry.changes
            ),
        )

    def _text(self, field: str, value: Any, limit: int | None) -> str:
        if value in (None, "", []):
            return "nothing"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if model := _MODEL_OF_FIELD.get(field):
            return ", ".join(self._name(model, key) for key in _keys(value))
        if field.endswith("At") and (at := parse_datetime(value)):
            return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
        return Truncator(value).chars(limit) if limit else str(value)

    def _name(self, model: type[Model], key: int) -> str:
        return self._names[model].get(key, str(key))


def _keys(value: Any) -> list[int]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _label(field: str) -> str:
    """``scheduledDate`` as people read it."""
    return _LABELS.get(field) or re.sub("(?=[A-Z])", " ", field).lower()
