"""Change the number of a curriculum level, or move it to another sub-program."""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import CurriculumLevel
from primepath.services.curriculum.level_values import LevelValues, check_level
from primepath.services.curriculum.track_level_changes import track_level_changes
from primepath.services.permissions import check_administrator
from primepath.services.validation import ValidationErrors


def update_level(*, viewer: Viewer, level_id: int, values: LevelValues) -> CurriculumLevel:
    """Change a level. The history keeps its full name and its grades, which follow from its place in the curriculum.

    Error codes: ``FORBIDDEN`` unless the viewer is a head teacher or staff, ``NOT_FOUND``, ``OUT_OF_RANGE``,
    ``DUPLICATE`` for a number that the sub-program has already.
    """
    with track_level_changes(viewer=viewer, levels=CurriculumLevel.objects.filter(pk=level_id)):
        level = _checked(viewer, level_id, values)
        for name, value in values.items():
            setattr(level, name, value)
        level.save(update_fields=list(values))
    return level


def _checked(viewer: Viewer, level_id: int, values: LevelValues) -> CurriculumLevel:
    """Return the level, which is locked, if the viewer can set these values."""
    errors = ValidationErrors()
    check_administrator(viewer, errors)
    level = CurriculumLevel.objects.filter(pk=level_id).first()
    if level is None:
        errors.add(UserErrorCode.NOT_FOUND, _("This level does not exist."), "level_id")
    check_level(values, errors, stored=level)
    errors.raise_if_any()
    assert level is not None
    return level
