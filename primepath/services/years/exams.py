"""Copy exams to a new year."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.db.bulk import insert_rows
from primepath.domain.history import FieldChange, HistoryAction, HistorySubject, differences
from primepath.domain.new_year import YearPart, rename
from primepath.domain.text import fold, natural_key
from primepath.models import Exam
from primepath.services.exams.values import recorded
from primepath.services.history import Recorded, record
from primepath.services.years.plan import PartReport, RollOver

_COPIED = (
    *("type", "curriculum_level_id", "total_questions", "timer_minutes", "passing_score"),
    "instructions",
)
_COLUMNS = (
    *("name", "name_key", "name_order", "academic_year", "is_active", "version"),
    *("created_by_id", "created_at", "updated_at", "copied_from_id", *_COPIED),
)


def exams_of_new_year(
    given: RollOver, exams: Mapping[int, Exam], *, copies_exams: bool
) -> tuple[dict[int, int], PartReport]:
    """Return the key of the exam that the new year uses for each of the locked ``exams``, by their keys.

    An exam without a year is used again. One with a year gets a copy, unless it has one from an earlier roll-over. In a dry run, the
    result has the exam itself in place of its future copy. An exam that is absent from the result cannot be used in the new year.
    """
    report = PartReport(YearPart.EXAMS)
    used = {
        key: key for key, exam in exams.items() if exam.is_active and exam.academic_year is None
    }
    dated = [exam for exam in exams.values() if exam.academic_year is not None]
    copies = _existing_copies(given, dated)
    to_copy, to_activate = [], []
    for exam in dated:
        copy = copies.get(exam.pk)
        if copy is not None and copy.is_active:
            used[exam.pk] = copy.pk
            template = _('"{exam}" already has a copy for {year}.')
            report.skip(template.format(exam=exam.name, year=given.to_year))
        elif copies_exams and copy is not None:
            used[exam.pk] = copy.pk
            to_activate.append(copy)
        elif copies_exams and exam.is_active:
            used[exam.pk] = exam.pk
            to_copy.append(exam)
    for exam in exams.values():
        if exam.pk not in used and not exam.is_active:
            report.skip(_('"{exam}" is inactive.').format(exam=exam.name))
    report.copied = len(to_copy) + len(to_activate)
    report.changes = [(exam.pk, exam.version) for exam in (*to_copy, *to_activate)]
    report.reasons += _new_names(given, to_copy)
    template = _('The inactive copy "{exam}" becomes active again.')
    report.reasons += [template.format(exam=copy.name) for copy in to_activate]
    if not given.dry_run:
        used |= _copy(given, to_copy)
        _activate(given, to_activate)
    return used, report


def _existing_copies(given: RollOver, exams: Collection[Exam]) -> dict[int, Exam]:
    """Return the copies for the new year by the key of their source: an active one if there is any. One SELECT."""
    sources = sorted(exam.pk for exam in exams)
    if not sources:
        return {}
    copies = Exam.objects.filter(copied_from__key_in=sources, academic_year=given.to_year)
    in_order = copies.order_by("is_active", "pk")
    return {int(copy.copied_from_id or 0): copy for copy in in_order}


def _new_names(given: RollOver, exams: Collection[Exam]) -> list[str]:
    template = _('"{old}" becomes "{new}".')
    return [
        template.format(old=exam.name, new=new)
        for exam in exams
        if (new := _new_name(given, exam)) != exam.name
    ]


def _new_name(given: RollOver, exam: Exam) -> str:
    return rename(exam.name, given.from_year, given.to_year)


def _copy(given: RollOver, exams: Collection[Exam]) -> dict[int, int]:
    """Store a copy of each exam, and return the keys of the copies. One INSERT, and one for the history."""
    if not exams:
        return {}
    at = timezone.now()
    rows = []
    entries = {}
    for exam in exams:
        name = _new_name(given, exam)
        folded = fold(name)
        values = [getattr(exam, column) for column in _COPIED]
        rows.append(
            [
                *(name, folded, natural_key(folded), given.to_year, True, 1),
                *(given.viewer.teacher_id, at, at, exam.pk, *values),
            ]
        )
        after = {**recorded(exam), "name": name, "academic_year": given.to_year}
        entries[exam.pk] = differences({}, after)
    stored = insert_rows(Exam, _COLUMNS, rows, returning=("copied_from_id", "id"))
    copies = {int(source): int(copy) for source, copy in stored}
    record(
        viewer=given.viewer,
        action=HistoryAction.ROLL_OVER_YEAR,
        subject=HistorySubject.EXAM,
        at=at,
        entries=[Recorded(str(copies[source]), changes) for source, changes in entries.items()],
    )
    return copies


def _activate(given: RollOver, exams: Collection[Exam]) -> None:
    if not exams:
        return
    at = timezone.now()
    stored = Exam.objects.filter(pk__key_in=sorted(exam.pk for exam in exams))
    stored.update(is_active=True, version=F("version") + 1, updated_at=at)
    record(
        viewer=given.viewer,
        action=HistoryAction.ROLL_OVER_YEAR,
        subject=HistorySubject.EXAM,
        at=at,
        entries=[Recorded(str(exam.pk), [FieldChange("is_active", False, True)]) for exam in exams],
    )
