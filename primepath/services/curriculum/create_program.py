"""Create a program."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from primepath.domain.viewer import Viewer
from primepath.models import Program
from primepath.services.curriculum.program_values import PROGRAMS, ProgramValues, check_program
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors

_REQUIRED: Any = {"name": "", "grade_from": -1, "grade_to": -1}


@transaction.atomic
def create_program(*, viewer: Viewer, values: ProgramValues) -> Program:
    """Create a program without sub-programs.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``BLANK``, ``TOO_LONG``,
    ``INVALID_CHARACTERS``, ``OUT_OF_RANGE``, ``DUPLICATE`` for a name that is taken.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_program({**_REQUIRED, **values}, errors)
    errors.raise_if_any()
    program = Program(**values)
    PROGRAMS.insert(program, viewer=viewer)
    return program
