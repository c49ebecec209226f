"""Create a curriculum level."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from primepath.domain.viewer import Viewer
from primepath.models import CurriculumLevel
from primepath.services.curriculum.level_values import LevelValues, check_level
from primepath.services.curriculum.track_level_changes import record_new_levels
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors

_REQUIRED: Any = {"subprogram_id": 0, "level_number": 0}


@transaction.atomic
def create_level(*, viewer: Viewer, values: LevelValues) -> CurriculumLevel:
    """Create a level.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff. ``NOT_FOUND`` for the sub-program,
    ``OUT_OF_RANGE``, ``DUPLICATE`` for a number that the sub-program has already.
    """
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    check_level({**_REQUIRED, **values}, errors)
    errors.raise_if_any()
    level = CurriculumLevel.objects.create(**values)
    record_new_levels([level.pk], viewer=viewer)
    return level
