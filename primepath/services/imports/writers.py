"""Store and update each kind of imported object, with its history."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model, Q
from django.utils import timezone

from primepath.domain.history import FieldChange, HistoryAction, HistorySubject, differences
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.access.assignments import recorded_assignment, write_assignment
from primepath.services.access.requests import record_request, recorded_request
from primepath.services.accounts.account_values import ACCOUNTS
from primepath.services.accounts.teacher_values import TEACHERS
from primepath.services.curriculum.program_values import PROGRAMS, SUB_PROGRAMS
from primepath.services.curriculum.track_level_changes import (
    record_new_levels,
    track_level_changes,
)
from primepath.services.exams.values import recorded as recorded_exam
from primepath.services.history import PastEntry, Recorded, record, record_past
from primepath.services.imports.planned import Kind
from primepath.services.imports.state import curricula
from primepath.services.rows import RecordedRow
from primepath.services.school.class_values import CLASSES

M = TypeVar("M", bound=Model)
Values = dict[str, Any]
Create = Callable[[Sequence[Values], Viewer], list[str]]
_ROWS_AT_ONCE = 500


class Writer(NamedTuple):
    """``create`` stores new objects and returns their keys in the same order. ``update`` returns the key."""

    create: Create
    update: Callable[[str, Values, Viewer], str]


def _recorded_rows(model: type[Model], recorded: RecordedRow) -> Writer:
    def create(given: Sequence[Values], viewer: Viewer) -> list[str]:
        rows = [model(**values) for values in given]
        recorded.insert_all(rows, viewer=viewer)
        return [str(row.pk) for row in rows]

    def update(target: str, values: Values, viewer: Viewer) -> str:
        row = model._default_manager.select_for_update(no_key=True).get(pk=target)
        recorded.change(row, values, viewer=viewer)
        return target

    return Writer(create, update)


def _creating(
    model: type[M],
    action: HistoryAction,
    subject: HistorySubject,
    recorded: Callable[[M], dict[str, Any]],
) -> Create:
    """Return a function that stores new rows. ``recorded`` returns the values of a row that the history records."""

    def create(given: Sequence[Values], viewer: Viewer) -> list[str]:
        rows = model._default_manager.bulk_create(
            (model(**values) for values in given), _ROWS_AT_ONCE
        )
        record(
            viewer=viewer,
            action=action,
            subject=subject,
            at=timezone.now(),
            entries=[Recorded(str(row.pk), differences({}, recorded(row))) for row in rows],
        )
        return [str(row.pk) for row in rows]

    return create


def _tracking_levels(writer: Writer, path: str) -> Writer:
    """Return a writer that also records the new names of the levels."""

    def update(target: str, values: Values, viewer: Viewer) -> str:
        levels = CurriculumLevel.objects.filter(Q((path, target)))
        with track_level_changes(viewer=viewer, levels=levels):
            return writer.update(target, values, viewer)

    return Writer(writer.create, update)


def _create_levels(given: Sequence[Values], viewer: Viewer) -> list[str]:
    rows = CurriculumLevel.objects.bulk_create(CurriculumLevel(**values) for values in given)
    record_new_levels([row.pk for row in rows], viewer=viewer)
    return [str(row.pk) for row in rows]


def _update_level(target: str, values: Values, viewer: Viewer) -> str:
    levels = CurriculumLevel.objects.filter(pk=target)
    with track_level_changes(viewer=viewer, levels=levels):
        levels.update(**values)
    return target


def _create_codes(given: Sequence[Values], viewer: Viewer) -> list[str]:
    return [values["code"] for values in given]


def _update_code(target: str, values: Values, viewer: Viewer) -> str:
    return str(values["code"])


def _update_exam(target: str, values: Values, viewer: Viewer) -> str:
    exam = Exam.objects.select_for_update(no_key=True).get(pk=target)
    before = recorded_exam(exam)
    for name, value in values.items():
        setattr(exam, name, value)
    exam.version += 1
    exam.updated_at = timezone.now()
    exam.save()
    changes = differences(before, recorded_exam(exam))
    record(
        viewer=viewer,
        action=HistoryAction.UPDATE_EXAM,
        subject=HistorySubject.EXAM,
        at=exam.updated_at,
        entries=[Recorded(target, changes)],
    )
    return target


def _update_assignment(target: str, values: Values, viewer: Viewer) -> str:
    write_assignment(
        TeacherClassAssignment.objects.select_for_update(no_key=True).get(pk=target),
        viewer=viewer,
        action=HistoryAction.ASSIGN_TEACHER,
        at=timezone.now(),
        access_level=AccessLevel(values["access_level"]),
        expires_at=values["expires_at"],
        is_active=values["is_active"],
    )
    return target


def _update_request(target: str, values: Values, viewer: Viewer) -> str:
    request = ClassAccessRequest.objects.select_for_update(no_key=True).get(pk=target)
    before = recorded_request(request)
    for name, value in values.items():
        setattr(request, name, value)
    request.save()
    action = HistoryAction.REQUEST_CLASS_ACCESS
    record_request(request, viewer=viewer, action=action, at=timezone.now(), before=before)
    return target


def _create_curricula(given: Sequence[Values], viewer: Viewer) -> list[str]:
    """Set the levels of classes and years that have none, or replace them."""
    wanted = {f"{each['class_code']}/{each['academic_year']}": each for each in given}
    before = curricula(wanted)
    for name in (name for name, levels in before.items() if levels):
        code, _slash, year = name.rpartition("/")
        ClassCurriculumMapping.objects.filter(school_class=code, academic_year=year).delete()
    ClassCurriculumMapping.objects.bulk_create(
        (
            ClassCurriculumMapping(
                school_class_id=each["class_code"],
                academic_year=each["academic_year"],
                curriculum_level_id=level,
                priority=priority,
            )
            for each in given
            for priority, level in enumerate(each["level_ids"], start=1)
        ),
        _ROWS_AT_ONCE,
    )
    _count_changes(given)
    record(
        viewer=viewer,
        action=HistoryAction.SET_CLASS_CURRICULUM,
        subject=HistorySubject.CURRICULUM,
        at=timezone.now(),
        entries=[
            Recorded(
                name, differences({"level_ids": before[name]}, {"level_ids": each["level_ids"]})
            )
            for name, each in wanted.items()
        ],
    )
    return list(wanted)


def _count_changes(given: Sequence[Values]) -> None:
    """Set the new versions of the curriculum on each class."""
    years: defaultdict[str, list[str]] = defaultdict(list)
    for each in given:
        years[each["class_code"]].append(str(each["academic_year"]))
    classes = list(SchoolClass.objects.filter(code__key_in=sorted(years)))
    for school_class in classes:
        versions = school_class.curriculum_versions
        for year in years[school_class.code]:
            versions[year] = versions.get(year, 0) + 1
        school_class.curriculum_version = uuid.uuid4()
    columns = ["curriculum_version", "curriculum_versions"]
    SchoolClass.objects.bulk_update(classes, columns, _ROWS_AT_ONCE)


def _update_curriculum(target: str, values: Values, viewer: Viewer) -> str:
    return _create_curricula([values], viewer)[0]


def _create_history(given: Sequence[Values], viewer: Viewer) -> list[str]:
    keys = record_past(
        PastEntry(
            at=values["at"],
            action=values["action"],
            subject=values["subject"],
            subject_key=str(values["subject_ref"]),
            actor_id=values["actor"],
            actor_name=values["actor_name"],
            changes=[FieldChange("details", None, values["details"])],
        )
        for values in given
    )
    return [str(key) for key in keys]


def _never(target: str, values: Values, viewer: Viewer) -> str:
    raise AssertionError("The history never changes.")


WRITERS: dict[Kind, Writer] = {
    Kind.ACCOUNT: _recorded_rows(User, ACCOUNTS),
    Kind.TEACHER: _recorded_rows(Teacher, TEACHERS),
    Kind.PROGRAM: _tracking_levels(_recorded_rows(Program, PROGRAMS), "subprogram__program"),
    Kind.SUB_PROGRAM: _tracking_levels(_recorded_rows(SubProgram, SUB_PROGRAMS), "subprogram"),
    Kind.LEVEL: Writer(_create_levels, _update_level),
    Kind.CLASS_CODE: Writer(_create_codes, _update_code),
    Kind.CLASS: _recorded_rows(SchoolClass, CLASSES),
    Kind.EXAM: Writer(
        _creating(Exam, HistoryAction.CREATE_EXAM, HistorySubject.EXAM, recorded_exam),
        _update_exam,
    ),
    Kind.CURRICULUM: Writer(_create_curricula, _update_curriculum),
    Kind.ASSIGNMENT: Writer(
        _creating(
            TeacherClassAssignment,
            HistoryAction.ASSIGN_TEACHER,
            HistorySubject.ASSIGNMENT,
            recorded_assignment,
        ),
        _update_assignment,
    ),
    Kind.ACCESS_REQUEST: Writer(
        _creating(
            ClassAccessRequest,
            HistoryAction.REQUEST_CLASS_ACCESS,
            HistorySubject.ACCESS_REQUEST,
            recorded_request,
        ),
        _update_request,
    ),
    Kind.HISTORY: Writer(_create_history, _never),
}
