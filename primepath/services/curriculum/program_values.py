"""The fields of programs and sub-programs, and how they are recorded."""

from __future__ import annotations

from typing import Any, TypedDict, cast

from django.db import models
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE
from primepath.models import Program, SubProgram
from primepath.services.rows import RecordedRow
from primepath.services.validation import ValidationErrors

PROGRAMS = RecordedRow(
    subject=HistorySubject.PROGRAM,
    create=HistoryAction.CREATE_PROGRAM,
    update=HistoryAction.UPDATE_PROGRAM,
    fields=("name", "grade_from", "grade_to", "position"),
)
SUB_PROGRAMS = RecordedRow(
    subject=HistorySubject.SUB_PROGRAM,
    create=HistoryAction.CREATE_SUB_PROGRAM,
    update=HistoryAction.UPDATE_SUB_PROGRAM,
    fields=("program_id", "name", "position"),
)
MAX_NUMBER = 32_767
"""The largest number that the columns for positions and level numbers store."""


class ProgramValues(TypedDict, total=False):
    """Fields of a program. A field that is left out keeps its value."""

    name: str
    grade_from: int
    grade_to: int
    position: int


class SubProgramValues(TypedDict, total=False):
    """Fields of a sub-program. A field that is left out keeps its value."""

    program_id: int
    name: str
    position: int


def check_program(
    values: ProgramValues, errors: ValidationErrors, *, stored: Program | None = None
) -> None:
    """Add an error for each value that a program, new or ``stored``, cannot have."""
    given: dict[str, Any] = {**values}
    _check_name(Program, given, errors)
    _check_position(given, errors)
    grades = [given.get(name, getattr(stored, name, None)) for name in ("grade_from", "grade_to")]
    for name in ("grade_from", "grade_to"):
        if name in given:
            errors.check_range(given[name], FIRST_GRADE, LAST_GRADE, name)
    grade_from, grade_to = grades
    if grade_from is not None and grade_to is not None and grade_to < grade_from:
        template = _("The last grade must not be before the first grade.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "grade_to")
    name = given.get("name")
    if name and Program.objects.filter(name=name).exclude(pk=_key(stored)).exists():
        template = _("A program with this name already exists.")
        errors.add(UserErrorCode.DUPLICATE, template, "name")


def check_subprogram(
    values: SubProgramValues, errors: ValidationErrors, *, stored: SubProgram | None = None
) -> None:
    """Add an error for each value that a sub-program, new or ``stored``, cannot have."""
    given: dict[str, Any] = {**values}
    _check_name(SubProgram, given, errors)
    _check_position(given, errors)
    program_id = given.get("program_id", getattr(stored, "program_id", None))
    if "program_id" in given and not Program.objects.filter(pk=program_id).exists():
        errors.add(UserErrorCode.NOT_FOUND, _("This program does not exist."), "program_id")
    name = given.get("name", getattr(stored, "name", None))
    same = SubProgram.objects.filter(program=program_id, name=name).exclude(pk=_key(stored))
    if name and same.exists():
        template = _("The program already has a sub-program with this name.")
        errors.add(UserErrorCode.DUPLICATE, template, "name")


def _check_name(model: type[models.Model], given: dict[str, Any], errors: ValidationErrors) -> None:
    if "name" in given:
        limit = cast("models.CharField[str, str]", model._meta.get_field("name")).max_length
        assert limit is not None
        errors.check_text(given["name"], "name", limit=limit, required=True)


def _check_position(given: dict[str, Any], errors: ValidationErrors) -> None:
    if "position" in given:
        errors.check_range(given["position"], 0, MAX_NUMBER, "position")


def _key(stored: models.Model | None) -> Any:
    return None if stored is None else stored.pk
