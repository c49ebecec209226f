"""The classes that a viewer can see. A visible class is also the permission to load its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from primepath.db.statement import Parameter, Statement
from primepath.domain.cell import is_class_code
from primepath.domain.school_class import AccessLevel, school_order
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass

_EVERY = "*"


_COLUMNS = (
    "code",
    "name",
    "division",
    "grade",
    "section",
    "stream",
    "lesson_days",
    "is_active",
    "curriculum_version",
)


@cache
def _visible(*, is_administrator: bool, every: bool) -> Statement:
    """Return the statement that reads the viewer's classes: all of them, or only the given codes."""

    def make(teacher_id: Parameter, now: Parameter, codes: Parameter) -> QuerySet[Any, Any]:
        classes = SchoolClass.objects.visible(
            is_administrator=is_administrator, teacher_id=teacher_id, now=now
        )
        wanted = classes if every else classes.filter(code__key_in=codes)
        return wanted.values_list("access_level", *_COLUMNS)

    return Statement(make)


@dataclass(frozen=True, slots=True, eq=False)
class VisibleClass:
    """A class that the viewer can see, with the viewer's access level.

    Only `VisibleClasses` creates instances, and functions that read cells require one. So no cell can be read without
    a check of the viewer's access.
    """

    access_level: AccessLevel
    code: str
    name: str
    division: str
    grade: int
    section: str
    stream: str
    lesson_days: str
    is_active: bool
    curriculum_version: UUID

    @property
    def pk(self) -> str:
        return self.code

    @property
    def can_edit(self) -> bool:
        return self.access_level.may_edit


class VisibleClasses:
    """The viewer's classes, all of them or some by code. One query reads all classes that are requested together."""

    def __init__(self, dispatcher: Dispatcher, viewer: Viewer) -> None:
        self._viewer = viewer
        self._loader = BatchLoader(dispatcher, Stage.SOURCE, self._fetch)
        self._found: dict[str, VisibleClass] = {}
        self._complete = False

    async def all(self) -> list[VisibleClass]:
        """Return every visible class in the school's order: division, grade, section."""
        await self._loader.load(_EVERY)
        return sorted(self._found.values(), key=school_order)

    async def all_of(self, codes: Iterable[str] | None) -> list[VisibleClass]:
        """Return the visible classes with these codes, in the school's order. None means every visible class."""
        if codes is None:
            return await self.all()
        return sorted((await self.get_many(codes)).values(), key=school_order)

    async def get(self, code: str) -> VisibleClass | None:
        """Return the class with this code, or None if it does not exist or the viewer cannot see it."""
        return await self._loader.load(code) if is_class_code(code) else None

    async def get_many(self, codes: Iterable[str]) -> dict[str, VisibleClass]:
        """Return the visible classes with these codes, by code."""
        wanted = [code for code in dict.fromkeys(codes) if is_class_code(code)]
        found = await self._loader.load_many(wanted)
        return {code: visible for code, visible in zip(wanted, found, strict=True) if visible}

    def _fetch(self, codes: list[str]) -> Sequence[VisibleClass | None]:
        if not self._complete:
            every = _EVERY in codes
            for visible in self._read(None if every else codes):
                # A class found earlier may already be in use, so the same object is kept.
                self._found.setdefault(visible.code, visible)
            self._complete = every
        return [self._found.get(code) for code in codes]

    def _read(self, codes: list[str] | None) -> Iterable[VisibleClass]:
        read = _visible(is_administrator=self._viewer.is_administrator, every=codes is None)
        rows = read(self._viewer.teacher_id, timezone.now(), codes)
        return (VisibleClass(AccessLevel(level), *row) for level, *row in rows)
