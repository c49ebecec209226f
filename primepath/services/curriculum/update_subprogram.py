"""Change a sub-program, or move it to another program."""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import CurriculumLevel, SubProgram
from primepath.services.curriculum.program_values import (
    SUB_PROGRAMS,
    SubProgramValues,
    check_subprogram,
)
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


def update_subprogram(
    *, viewer: Viewer, subprogram_id: int, values: SubProgramValues
) -> SubProgram:
    """Change a sub-program. Levels that get another name or other grades are recorded too.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff. ``NOT_FOUND``, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, ``OUT_OF_RANGE``, ``DUPLICATE`` for a name that the program has already.
    """
    levels = CurriculumLevel.objects.filter(subprogram=subprogram_id)
    # The levels are locked first, as in all services, so that two of them never deadlock.
    with track_level_changes(viewer=viewer, levels=levels):
        subprogram = _checked(viewer, subprogram_id, values)
        SUB_PROGRAMS.change(subprogram, values, viewer=viewer)
    return subprogram


def _checked(viewer: Viewer, subprogram_id: int, values: SubProgramValues) -> SubProgram:
    """Return the sub-program, locked, if the viewer can set these values."""
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    rows = SubProgram.objects.select_for_update(no_key=True)
    subprogram = rows.filter(pk=subprogram_id).first()
    if subprogram is None:
        template = _("This sub-program does not exist.")
        errors.add(UserErrorCode.NOT_FOUND, template, "subprogram_id")
    check_subprogram(values, errors, stored=subprogram)
    errors.raise_if_any()
    assert subprogram is not None
    return subprogram
