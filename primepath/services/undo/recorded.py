"""The fields that a change set changed, and later changes of the same fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistorySubject
from primepath.domain.language import Language
from primepath.models import Exam, ExamScheduleMatrix, HistoryEntry, TeacherClassAssignment
from primepath.services.validation import ValidationErrors
from primepath.terms import label

PATH = "change_set_id"
_CAPITAL = re.compile(r"[A-Z]")
_MODELS: dict[HistorySubject, type[Model]] = {
    HistorySubject.CELL: ExamScheduleMatrix,
    HistorySubject.EXAM: Exam,
    HistorySubject.ASSIGNMENT: TeacherClassAssignment,
}


class RecordedChange(NamedTuple):
    """A field before and after a change set, as the history stores it: under its GraphQL name, in plain values."""

    before: Any
    after: Any


Fields = dict[str, RecordedChange]


class RecordedChanges:
    """The fields that a change set changed, by subject and key. ``entry_id`` is its first entry.

    ``actions``: the recorded actions.
    """

    def __init__(self, change_set_id: UUID) -> None:
        self.id = change_set_id
        self.entry_id = 0
        self.actions: set[str] = set()
        self.fields: defaultdict[str, dict[str, Fields]] = defaultdict(dict)
        for entry in HistoryEntry.objects.filter(change_set=change_set_id).order_by("pk"):
            self.entry_id = self.entry_id or entry.pk
            self.actions.add(entry.action)
            fields = self.fields[entry.subject].setdefault(entry.subject_key, {})
            for name, before, after in entry.changes:
                first = fields.get(name, RecordedChange(before, after))
                fields[name] = RecordedChange(first.before, after)

    def of(self, subject: HistorySubject) -> dict[str, Fields]:
        """Return the changed fields of each object of this kind, by key."""
        return self.fields.get(subject, {})

    def check_unchanged_since(self, subject: HistorySubject, errors: ValidationErrors) -> None:
        """Add an error for each field that was changed again. It names the object, the field, who and when. One SELECT."""
        changed = self.of(subject)
        if not changed:
            return
        later = HistoryEntry.objects.filter(
            subject=subject, subject_key__key_in=sorted(changed), pk__gt=self.entry_id
        )
        for entry in _newest(later.exclude(change_set=self.id).order_by("pk")):
            names = {name for name, _before, _after in entry.changes}
            for name in sorted(names & changed[entry.subject_key].keys()):
                template = _("{object}: {changed} was changed again by {person} at {time}.")
                errors.add(
                    UserErrorCode.CHANGED_SINCE,
                    template,
                    PATH,
                    object=_shown_object(subject, entry.subject_key),
                    changed=_shown_field(subject, name),
                    person=entry.actor_name,
                    time=timezone.localtime(entry.at).isoformat(sep=" ", timespec="minutes"),
                )


def _shown_object(subject: HistorySubject, key: str) -> str:
    """Return the key of an object. In other languages than English, a cell has its period in words."""
    cell = CellKey.parse(key) if subject is HistorySubject.CELL else None
    if cell is None or get_language() == Language.EN:
        return key
    template = _("{class_code}, {period} {year}")
    return template.format(
        class_code=cell.class_code, period=label(cell.period), year=cell.academic_year
    )


def _shown_field(subject: HistorySubject, name: str) -> str:
    """Return the name of a field in the API. In other languages than English, return its name for people."""
    model = _MODELS.get(subject)
    if model is None or get_language() == Language.EN:
        return name
    try:
        field = model._meta.get_field(_CAPITAL.sub(r"_\g<0>", name).lower())
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))


def _newest(entries: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """Return the newest entry for each object and field, in the order of time."""
    found: dict[tuple[str, str], HistoryEntry] = {}
    for entry in entries:
        found |= {(entry.subject_key, name): entry for name, *_values in entry.changes}
    return sorted({entry.pk: entry for entry in found.values()}.values(), key=lambda each: each.pk)
