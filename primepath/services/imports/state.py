"""The state of a stored object, as an import compares it: has anybody changed it since?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model

from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    Exam,
    ExamScheduleMatrix,
    HistoryEntry,
    Program,
    SchoolClass,
    SubProgram,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.imports.planned import Kind, digest

MODELS: dict[Kind, type[Model]] = {
    Kind.ACCOUNT: User,
    Kind.TEACHER: Teacher,
    Kind.PROGRAM: Program,
    Kind.SUB_PROGRAM: SubProgram,
    Kind.LEVEL: CurriculumLevel,
    Kind.CLASS: SchoolClass,
    Kind.EXAM: Exam,
    Kind.CELL: ExamScheduleMatrix,
    Kind.ASSIGNMENT: TeacherClassAssignment,
    Kind.ACCESS_REQUEST: ClassAccessRequest,
    Kind.HISTORY: HistoryEntry,
}
# Objects with a version are compared by it. Of the others these fields are compared.
_VERSIONED = {Kind.EXAM, Kind.CELL}
COMPARED: dict[Kind, tuple[str, ...]] = {
    Kind.ACCOUNT: (
        *("username", "first_name", "last_name", "email"),
        *("is_active", "is_staff", "is_superuser"),
    ),
    Kind.TEACHER: ("user_id", "name", "is_head_teacher"),
    Kind.PROGRAM: ("name", "grade_from", "grade_to", "position"),
    Kind.SUB_PROGRAM: ("program_id", "name", "position"),
    Kind.LEVEL: ("subprogram_id", "level_number"),
    Kind.CLASS: ("name", "division", "grade", "section", "stream", "is_active"),
    Kind.ASSIGNMENT: (
        "teacher_id",
        "school_class_id",
        "access_level",
        "expires_at",
        "is_active",
    ),
    Kind.ACCESS_REQUEST: (
        *("teacher_id", "school_class_id", "requested_access_level", "reason"),
        *("status", "reviewed_at", "reviewed_by_id", "review_note"),
    ),
    Kind.HISTORY: (),
}

# No two objects of these kinds have the same values in these columns.
_UNIQUE: dict[Kind, tuple[str, ...]] = {
    Kind.ACCOUNT: ("username",),
    Kind.TEACHER: ("user_id",),
    Kind.PROGRAM: ("name",),
    Kind.SUB_PROGRAM: ("program_id", "name"),
    Kind.LEVEL: ("subprogram_id", "level_number"),
}
Identity = tuple[str, ...]


def states(kind: Kind, targets: Collection[str]) -> dict[str, str]:
    """Return the state of each of these objects that exists, by its key. One SELECT."""
    if kind is Kind.CLASS_CODE:
        return dict.fromkeys(targets, "")
    if kind is Kind.CURRICULUM:
        return {target: digest(levels) for target, levels in curricula(targets).items()}
    model = MODELS[kind]
    is_text = kind in {Kind.CLASS, Kind.CELL}
    keys: list[Any] = list(targets) if is_text else [int(target) for target in targets]
    fields = ["version"] if kind in _VERSIONED else COMPARED[kind]
    found = model._default_manager.filter(pk__key_in=keys).order_by().values("pk", *fields)
    return {str(row.pop("pk")): state_of_values(kind, row) for row in found}


def state_of_values(kind: Kind, values: dict[str, Any]) -> str:
    """Return the state of an object with these values of `COMPARED`, or with this ``version``."""
    if kind in _VERSIONED:
        return str(values["version"])
    return digest({name: values[name] for name in COMPARED[kind]})


def identity(kind: Kind, values: Mapping[str, Any]) -> Identity | None:
    """Return the values that no other object of the kind has. None if two objects can be equal, or if a value is missing."""
    columns = _UNIQUE.get(kind, ())
    found = tuple(str(values[name]) for name in columns if values.get(name) is not None)
    return found if found and len(found) == len(columns) else None


def identities(kind: Kind) -> dict[Identity, str]:
    """Return the keys of all stored objects of a kind by their `identity`. One SELECT, if two objects cannot be equal."""
    columns = _UNIQUE.get(kind)
    if columns is None:
        return {}
    rows = MODELS[kind]._default_manager.order_by().values_list("pk", *columns)
    return {tuple(map(str, values)): str(pk) for pk, *values in rows}


def curricula(targets: Collection[str]) -> dict[str, list[int]]:
    """Return the keys of the levels of each class and year, by ``CODE/YEAR``. Without levels it is empty."""
    found: dict[str, list[int]] = {target: [] for target in targets}
    codes = sorted({target.rpartition("/")[0] for target in targets})
    mappings = ClassCurriculumMapping.objects.filter(school_class__key_in=codes)
    for code, year, level in mappings.order_by("priority").values_list(
        "school_class", "academic_year", "curriculum_level"
    ):
        if f"{code}/{year}" in found:
            found[f"{code}/{year}"].append(level)
    return found
