"""Restore the levels of classes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from primepath.domain.errors import UserErrorCode
from primepath.domain.history import HistoryAction
from primepath.domain.text import camel_case
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.services.curriculum.writing import (
    CurriculumKey,
    Levels,
    lock_classes,
    lock_levels,
    read_curricula,
    write_curricula,
)
from primepath.services.undo.recorded import PATH, Fields
from primepath.services.validation import ValidationErrors

_LEVELS = camel_case("level_ids")


class CurriculumRestoration:
    """Curricula of a change set, with their classes locked, and the levels that they had before it."""

    def __init__(self, changed: Mapping[str, Fields]) -> None:
        self._wanted: dict[CurriculumKey, Levels] = {
            CurriculumKey.parse(key): tuple(fields[_LEVELS].before or ())
            for key, fields in changed.items()
            if _LEVELS in fields
        }
        self._classes: dict[str, SchoolClass] = {}

    def lock(self, viewer: Viewer, errors: ValidationErrors) -> bool:
        """Lock the levels and classes, and return whether the viewer can change all of them."""
        if not self._wanted:
            return True
        level_ids = {level_id for levels in self._wanted.values() for level_id in levels}
        codes = {key.class_code for key in self._wanted}
        if level_ids - lock_levels(level_ids):
            errors.add(UserErrorCode.NOT_FOUND, _("A curriculum level no longer exists."), PATH)
        self._classes = lock_classes(codes)
        return viewer.is_administrator and codes <= self._classes.keys()

    def write(self, viewer: Viewer) -> None:
        if not self._wanted:
            return
        write_curricula(
            viewer=viewer,
            action=HistoryAction.UNDO_CHANGES,
            classes=self._classes,
            before=read_curricula(self._classes, {key.academic_year for key in self._wanted}),
            wanted=self._wanted,
        )
