"""Restore exams. A created exam is not deleted: it becomes inactive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.text import camel_case, fold, natural_key
from primepath.domain.viewer import Viewer
from primepath.models import Exam, MatrixCellExam
from primepath.services.exams.update_exam import may_change_exam
from primepath.services.exams.values import RECORDED, recorded
from primepath.services.history import Recorded, record
from primepath.services.undo.recorded import PATH, Fields
from primepath.services.validation import ValidationErrors

_NAMES = {camel_case(name): name for name in RECORDED}


class ExamRestoration:
    """Exams of a change set, locked, and the values that they had before it."""

    def __init__(self, changed: Mapping[str, Fields]) -> None:
        self._changed = {int(key): fields for key, fields in changed.items()}
        self._exams: dict[int, Exam] = {}

    @property
    def activated(self) -> set[int]:
        """The exams that become active."""
        return {
            key
            for key, fields in self._changed.items()
            if "type" not in fields and _before(fields).get("is_active")
        }

    def lock(self, viewer: Viewer, errors: ValidationErrors) -> bool:
        """Lock the exams and return whether the viewer can change all of them. Add an error for a year that does not fit."""
        exams = Exam.objects.filter(pk__key_in=sorted(self._changed)).order_by("pk")
        self._exams = {exam.pk: exam for exam in exams.select_for_update(no_key=True)}
        may_change = all(may_change_exam(viewer, exam) for exam in self._exams.values())
        years = {
            key: values["academic_year"]
            for key, values in self._wanted().items()
            if values.get("academic_year") is not None
        }
        if not viewer.is_administrator and any(
            self._exams[key].academic_year != year for key, year in years.items()
        ):
            # As in `update_exam`: whether the year fits would reveal cells that the viewer cannot see.
            return False
        if years and may_change:
            uses = MatrixCellExam.objects.filter(exam__key_in=sorted(years))
            wrong = {
                key
                for key, year in uses.values_list("exam", "cell__academic_year")
                if years[key] != year
            }
            for key in sorted(wrong):
                template = _('"{exam}" is assigned to cells of other academic years than {year}.')
                errors.add(
                    UserErrorCode.EXAM_YEAR_MISMATCH,
                    template,
                    PATH,
                    exam=self._exams[key].name,
                    year=years[key],
                )
        return may_change

    def write(self, viewer: Viewer) -> None:
        """Save the exams with one statement for each different set of values, and record the changes."""
        at = timezone.now()
        groups: defaultdict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
        entries = []
        for key, values in self._wanted().items():
            exam = self._exams[key]
            before = recorded(exam)
            changes = differences(before, {**before, **values})
            if changes:
                entries.append(Recorded(str(key), changes))
                groups[tuple((change.field, change.after) for change in changes)].append(key)
        for group, keys in groups.items():
            columns = {**dict(group), "version": F("version") + 1, "updated_at": at}
            if "name" in columns:
                folded = fold(columns["name"])
                columns |= {"name_key": folded, "name_order": natural_key(folded)}
            Exam.objects.filter(pk__key_in=keys).update(**columns)
        record(
            viewer=viewer,
            action=HistoryAction.UNDO_CHANGES,
            subject=HistorySubject.EXAM,
            at=at,
            entries=entries,
        )

    def _wanted(self) -> dict[int, dict[str, Any]]:
        return {
            key: {"is_active": False} if "type" in fields else _before(fields)
            for key, fields in self._changed.items()
            if key in self._exams
        }


def _before(fields: Fields) -> dict[str, Any]:
    """Return the values before an update. The type of an exam changes only when it is created."""
    return {_NAMES[name]: change.before for name, change in fields.items()}
