"""The classes a viewer may see, and with them the right to ask for their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from primepath.domain.cell import is_class_code
from primepath.domain.school_class import AccessLevel, school_order
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.models.school_class import SchoolClassQuerySet
from primepath.models.statement import Statement

_EVERY = "*"


_COLUMNS = (
    "code",
    "name",
    "division",
    "grade",
    "section",
    "stream",
    "is_active",
    "curriculum_version",
)


_LEVELS = {level.value: level for level in AccessLevel}

_all_classes = Statement(lambda: _rows(SchoolClass.objects.visible_to_administrators()))
_classes = Statement(
    lambda codes: _rows(SchoolClass.objects.visible_to_administrators().filter(code__key_in=codes))
)
_all_classes_of_teacher = Statement(
    lambda teacher_id, now: _rows(SchoolClass.objects.visible_to_teacher(teacher_id, now))
)
_classes_of_teacher = Statement(
    lambda teacher_id, now, codes: _rows(
        SchoolClass.objects.visible_to_teacher(teacher_id, now).filter(code__key_in=codes)
    )
)


def _rows(classes: SchoolClassQuerySet) -> QuerySet[Any, Any]:
    return classes.values_list("access_level", *_COLUMNS)


@dataclass(frozen=True, slots=True, eq=False)
class VisibleClass:
    """A class that the viewer may see, and how far their access goes.

    Only `VisibleClasses` makes one, and what reads cells asks for one: whoever holds it has been let in.
    """

    access_level: AccessLevel
    code: str
    name: str
    division: str
    grade: int
    section: str
    stream: str
    is_active: bool
    curriculum_version: UUID

    @property
    def pk(self) -> str:
        return self.code

    @property
    def can_edit(self) -> bool:
        return self.access_level.may_edit


class VisibleClasses:
    """Looks up the viewer's classes: all of them or some by code, in one query for whatever is asked together."""

    def __init__(self, dispatcher: Dispatcher, viewer: Viewer) -> None:
        self._viewer = viewer
        self._loader = BatchLoader(dispatcher, Stage.SOURCE, self._fetch)
        self._found: dict[str, VisibleClass] = {}
        self._complete = False

    async def all(self) -> list[VisibleClass]:
        """Every visible class, in the school's order: division, grade, section."""
        await self._loader.load(_EVERY)
        return sorted(self._found.values(), key=school_order)

    async def get(self, code: str) -> VisibleClass | None:
        """The class of this code, None where there is none or the viewer may not see it."""
        return await self._loader.load(code) if is_class_code(code) else None

    async def get_many(self, codes: Iterable[str]) -> dict[str, VisibleClass]:
        """Those of the classes that the viewer may see, by code."""
        wanted = [code for code in dict.fromkeys(codes) if is_class_code(code)]
        found = await self._loader.load_many(wanted)
        return {code: visible for code, visible in zip(wanted, found, strict=True) if visible}

    def _fetch(self, codes: list[str]) -> Sequence[VisibleClass | None]:
        if not self._complete:
            every = _EVERY in codes
            for visible in self._read(None if every else codes):
                # What was found before may be held by somebody already, and stays.
                self._found.setdefault(visible.code, visible)
            self._complete = every
        return [self._found.get(code) for code in codes]

    def _read(self, codes: list[str] | None) -> Iterable[VisibleClass]:
        keys = () if codes is None else (codes,)
        if self._viewer.administers:
            read = _all_classes if codes is None else _classes
            rows = read(*keys)
        else:
            read = _all_classes_of_teacher if codes is None else _classes_of_teacher
            rows = read(self._viewer.teacher_id, timezone.now(), *keys)
        return (VisibleClass(_LEVELS[level], *row) for level, *row in rows)
