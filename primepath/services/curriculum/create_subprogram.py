"""Create a sub-program."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from primepath.domain.viewer import Viewer
from primepath.models import SubProgram
from primepath.services.curriculum.program_values import (
    SUB_PROGRAMS,
    SubProgramValues,
    check_subprogram,
)
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors

_REQUIRED: Any = {"program_id": 0, "name": ""}


@transaction.atomic
def create_subprogram(*, viewer: Viewer, values: SubProgramValues) -> SubProgram:
    """Create a sub-program without levels.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff. ``NOT_FOUND`` for the program, ``BLANK``,
    ``TOO_LONG``, ``INVALID_CHARACTERS``, ``OUT_OF_RANGE``, ``DUPLICATE`` for a name that the program has already.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_subprogram({**_REQUIRED, **values}, errors)
    errors.raise_if_any()
    subprogram = SubProgram(**values)
    SUB_PROGRAMS.insert(subprogram, viewer=viewer)
    return subprogram
