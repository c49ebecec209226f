"""Classes, teachers and exams as files. Each row is saved by the service that the administration site uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.exam import ExamType
from primepath.domain.school_class import school_order
from primepath.domain.viewer import Viewer
from primepath.exchange.cell_values import shown
from primepath.exchange.columns import CLASSES, EXAMS, TEACHERS, Table
from primepath.exchange.rows import Change, Effect, ParsedRow, Problem, RowPlan
from primepath.models import CurriculumLevel, Exam, SchoolClass, Teacher
from primepath.services.accounts.create_account import create_account
from primepath.services.accounts.create_teacher import create_teacher
from primepath.services.accounts.update_account import update_account
from primepath.services.accounts.update_teacher import update_teacher
from primepath.services.change_sets import change_set
from primepath.services.exams.create_exam import create_exam
from primepath.services.exams.update_exam import update_exam
from primepath.services.school.create_class import create_class
from primepath.services.school.update_class import update_class

Values = dict[str, Any]


class _Stored(NamedTuple):
    """An object with its values by column, and whatever the table needs to save it."""

    values: Mapping[str, Any]
    row: Any


class Subject(NamedTuple):
    """A table of the school: how its rows are read and saved."""

    table: Table
    load: Callable[[], dict[Any, _Stored]]
    save: Callable[[Viewer, Any, _Stored | None, Values, Mapping[str, Any]], None]
    blank: Mapping[str, Any]
    """Values of columns that are empty in the file."""


def subject_rows(subject: Subject) -> Iterator[list[Any]]:
    """Yield a row for each object."""
    for stored in subject.load().values():
        yield [stored.values[column.name] for column in subject.table.columns]


class _RolledBackError(Exception):
    """Ends a transaction that is not meant to be saved."""


def plan_subject(
    subject: Subject,
    viewer: Viewer,
    rows: Sequence[ParsedRow],
    *,
    is_dry_run: bool,
    skip_rejected: bool,
) -> list[RowPlan]:
    """Return what an import does with each row, and do it unless ``is_dry_run`` or a row is rejected.

    A dry run does the same in a transaction that is rolled back.
    """
    plans: list[RowPlan] = []
    try:
        with change_set(), transaction.atomic():
            stored = subject.load()
            plans += [_save_row(subject, viewer, stored, row) for row in rows]
            rejected = any(plan.effect is Effect.REJECT for plan in plans)
            if is_dry_run or (rejected and not skip_rejected):
                raise _RolledBackError
    except _RolledBackError:
        pass
    return plans


def _save_row(
    subject: Subject, viewer: Viewer, stored: Mapping[Any, _Stored], row: ParsedRow
) -> RowPlan:
    key_column = next(column.name for column in subject.table.columns if column.is_key)
    key = row.values.get(key_column)
    name = str(row.values.get("name") or "") if key is None else str(key)
    if row.problems:
        return RowPlan(row.number, name, Effect.REJECT, (), row.problems)
    existing = stored.get(key)
    given = {
        column: subject.blank.get(column) if value is None else value
        for column, value in row.values.items()
        if column not in {key_column, "version"}
    }
    before = existing.values if existing else {}
    changed = {column: value for column, value in given.items() if before.get(column) != value}
    version = row.values.get("version")
    if existing is not None and not changed:
        return RowPlan(row.number, name, Effect.UNCHANGED)
    if existing is not None and version is not None and version != before.get("version", version):
        message = _("The object has changed since the file was exported (version {version}).")
        problem = row.problem(
            UserErrorCode.STALE_VERSION, "version", message.format(version=before["version"])
        )
        return RowPlan(row.number, name, Effect.REJECT, (), [problem])
    try:
        with transaction.atomic():
            subject.save(viewer, key, existing, changed, given)
    except ValidationFailedError as error:
        problems: list[Problem] = row.problems_of(error.errors, {"code": key_column})
        return RowPlan(row.number, name, Effect.REJECT, (), problems)
    changes = [
        Change(column, shown(before.get(column)), shown(value)) for column, value in changed.items()
    ]
    return RowPlan(row.number, name, Effect.CHANGE, changes)


def _reject(
    code: UserErrorCode, field: str, template: str, **values: object
) -> ValidationFailedError:
    return ValidationFailedError([InputError(code, template, (field,), values)])


# ---- classes


def _load_classes() -> dict[Any, _Stored]:
    names = [column.name for column in CLASSES.columns]
    classes = sorted(SchoolClass.objects.all(), key=school_order)
    return {
        each.code: _Stored({name: getattr(each, name) for name in names}, each) for each in classes
    }


def _save_class(
    viewer: Viewer, key: Any, existing: _Stored | None, changed: Values, given: Mapping[str, Any]
) -> None:
    values: Any = changed
    if existing is None:
        create_class(viewer=viewer, code=str(key or ""), values=values)
    else:
        update_class(viewer=viewer, code=key, values=values)


# ---- teachers


def _load_teachers() -> dict[Any, _Stored]:
    teachers = Teacher.objects.select_related("user").prefetch_related("assignments")
    found = {}
    for teacher in teachers:
        codes = sorted(each.school_class_id for each in teacher.assignments.all() if each.is_active)
        values = {
            "username": teacher.user.username,
            "name": teacher.name,
            "is_head_teacher": teacher.is_head_teacher,
            "is_active": teacher.user.is_active,
            "classes": codes,
        }
        found[teacher.user.username] = _Stored(values, teacher)
    return found


def _save_teacher(
    viewer: Viewer, key: Any, existing: _Stored | None, changed: Values, given: Mapping[str, Any]
) -> None:
    profile: Any = {name: changed[name] for name in ("name", "is_head_teacher") if name in changed}
    account: Any = {name: changed[name] for name in ("is_active",) if name in changed}
    if existing is None:
        account["username"] = str(key or "")
        user = create_account(viewer=viewer, values=account, password=None)
        create_teacher(viewer=viewer, user_id=user.pk, values=profile)
        return
    if profile:
        update_teacher(viewer=viewer, teacher_id=existing.row.pk, values=profile)
    if account:
        update_account(viewer=viewer, account_id=existing.row.user_id, values=account)


# ---- exams


def _load_exams() -> dict[Any, _Stored]:
    levels = {level.pk: level.name for level in CurriculumLevel.objects.with_names()}
    found = {}
    for exam in Exam.objects.order_by("name_order", "pk"):
        values = {
            column.name: getattr(exam, column.name)
            for column in EXAMS.columns
            if column.name not in {"id", "level"}
        }
        values["id"], values["level"] = exam.pk, levels.get(exam.curriculum_level_id or 0, "")
        found[exam.pk] = _Stored(values, exam)
    return found


def _save_exam(
    viewer: Viewer, key: Any, existing: _Stored | None, changed: Values, given: Mapping[str, Any]
) -> None:
    values: Any = {name: value for name, value in changed.items() if name not in {"type", "level"}}
    if "level" in changed:
        values["curriculum_level_id"] = _level_id(changed["level"])
    if existing is not None:
        if "type" in changed:
            message = _("The type of an exam cannot change.")
            raise _reject(UserErrorCode.OUT_OF_RANGE, "type", message)
        update_exam(viewer=viewer, exam_id=existing.row.pk, values=values)
        return
    if key is not None:
        message = _("Exam {id} does not exist. Leave the cell empty to create an exam.")
        raise _reject(UserErrorCode.NOT_FOUND, "id", message, id=key)
    if not given.get("type"):
        raise _reject(UserErrorCode.BLANK, "type", _("This cell is required."))
    required: Values = {"name": None, "total_questions": None, "timer_minutes": None}
    values = {**required, **values}
    create_exam(viewer=viewer, type=ExamType(given["type"]), values=values)


def _level_id(name: str) -> int | None:
    if not name:
        return None
    wanted = name.casefold().split()
    for level in CurriculumLevel.objects.with_names():
        if level.name.casefold().split() == wanted:
            return level.pk
    message = _("Level {name} does not exist.")
    raise _reject(UserErrorCode.NOT_FOUND, "level", message, name=repr(name))


_TEXTS = dict.fromkeys(("name", "section", "stream", "lesson_days", "level", "instructions"), "")
SUBJECTS: dict[str, Subject] = {
    "classes": Subject(CLASSES, _load_classes, _save_class, {**_TEXTS, "is_active": False}),
    "teachers": Subject(
        TEACHERS,
        _load_teachers,
        _save_teacher,
        {**_TEXTS, "is_head_teacher": False, "is_active": False},
    ),
    "exams": Subject(EXAMS, _load_exams, _save_exam, {**_TEXTS, "is_active": False}),
}
