"""Change a program."""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import CurriculumLevel, Program
from primepath.services.curriculum.program_values import PROGRAMS, ProgramValues, check_program
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


def update_program(*, viewer: Viewer, program_id: int, values: ProgramValues) -> Program:
    """Change a program. Levels that get another name or other grades are recorded too.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``NOT_FOUND``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, ``OUT_OF_RANGE``, ``DUPLICATE`` for a name that is taken.
    """
    levels = CurriculumLevel.objects.filter(subprogram__program=program_id)
    # The levels are locked first, as in all services, so that two of them never deadlock.
    with track_level_changes(viewer=viewer, levels=levels):
        program = _checked(viewer, program_id, values)
        PROGRAMS.change(program, values, viewer=viewer)
    return program


def _checked(viewer: Viewer, program_id: int, values: ProgramValues) -> Program:
    """Return the program, locked, if the viewer can set these values."""
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    program = Program.objects.select_for_update(no_key=True).filter(pk=program_id).first()
    if program is None:
        errors.add(UserErrorCode.NOT_FOUND, _("This program does not exist."), "program_id")
    check_program(values, errors, stored=program)
    errors.raise_if_any()
    assert program is not None
    return program
