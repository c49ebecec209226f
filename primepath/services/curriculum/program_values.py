"""The fields of programs and sub-programs, and how they are recorded."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db import models
from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE
from primepath.domain.text import has_forbidden_characters
from primepath.models import Program, SubProgram
from primepath.services.rows import RecordedRow, max_length
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
    for name in ("grade_from", "grade_to"):
        if name in given:
            errors.check_range(given[name], FIRST_GRADE, LAST_GRADE, name)
    grade_from = given.get("grade_from", getattr(stored, "grade_from", FIRST_GRADE))
    if given.get("grade_to", getattr(stored, "grade_to", LAST_GRADE)) < grade_from:
        template = _("The last grade must not be before the first grade.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, "grade_to")
    if _is_taken(Program.objects.all(), given.get("name"), stored):
        template = _("A program with this name already exists.")
        errors.add(UserErrorCode.DUPLICATE, template, "name")


def check_subprogram(
    values: SubProgramValues, errors: ValidationErrors, *, stored: SubProgram | None = None
) -> None:
    """Add an error for each value that a sub-program, new or ``stored``, cannot have."""
    given: dict[str, Any] = {**values}
    _check_name(SubProgram, given, errors)
    _check_position(given, errors)
    program_id: Any = given.get("program_id", getattr(stored, "program_id", None))
    if "program_id" in given and not Program.objects.filter(pk=program_id).exists():
        errors.add(UserErrorCode.NOT_FOUND, _("This program does not exist."), "program_id")
    name = given.get("name", getattr(stored, "name", None))
    if _is_taken(SubProgram.objects.filter(program=program_id), name, stored):
        template = _("The program already has a sub-program with this name.")
        errors.add(UserErrorCode.DUPLICATE, template, "name")


def _check_name(model: type[models.Model], given: dict[str, Any], errors: ValidationErrors) -> None:
    if "name" in given:
        errors.check_text(given["name"], "name", limit=max_length(model, "name"), required=True)


def _check_position(given: dict[str, Any], errors: ValidationErrors) -> None:
    if "position" in given:
        errors.check_range(given["position"], 0, MAX_NUMBER, "position")


def _is_taken(rows: models.QuerySet[Any], name: str | None, stored: models.Model | None) -> bool:
    """Return whether another row than the stored one has this name."""
    # PostgreSQL refuses a query with a text that cannot be stored.
    if not name or has_forbidden_characters(name):
        return False
    others = rows if stored is None else rows.exclude(pk=stored.pk)
    return others.filter(name=name).exists()
