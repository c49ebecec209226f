"""The fields of a curriculum level."""

from __future__ import annotations

from typing import Any, TypedDict

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.models import CurriculumLevel, SubProgram
from primepath.services.curriculum.program_values import MAX_NUMBER
from primepath.services.validation import ValidationErrors


class LevelValues(TypedDict, total=False):
    """Fields of a level. A field that is left out keeps its value."""

    subprogram_id: int
    level_number: int


def check_level(
    values: LevelValues, errors: ValidationErrors, *, stored: CurriculumLevel | None = None
) -> None:
    """Add an error for each value that a level, new or ``stored``, cannot have."""
    given: dict[str, Any] = {**values}
    subprogram_id: Any = given.get("subprogram_id", getattr(stored, "subprogram_id", None))
    number: Any = given.get("level_number", getattr(stored, "level_number", None))
    if "subprogram_id" in values and not SubProgram.objects.filter(pk=subprogram_id).exists():
        template = _("This sub-program does not exist.")
        errors.add(UserErrorCode.NOT_FOUND, template, "subprogram_id")
    if "level_number" in values:
        errors.check_range(values["level_number"], 1, MAX_NUMBER, "level_number")
    same = CurriculumLevel.objects.filter(subprogram=subprogram_id, level_number=number)
    if stored is not None:
        same = same.exclude(pk=stored.pk)
    if same.exists():
        template = _("The sub-program already has a level with this number.")
        errors.add(UserErrorCode.DUPLICATE, template, "level_number")
