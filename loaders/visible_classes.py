"""The classes that a viewer can see. A visible class is also the permission to load its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
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


class ClassesOfSeveral:
    """The classes of several viewers, which one query reads. ``expected``: the codes that each will request; None for all."""

    def __init__(self, expected: Mapping[Viewer, frozenset[str] | None]) -> None:
        teachers = {
            viewer: codes
            for viewer, codes in expected.items()
            if viewer.teacher_id is not None and not viewer.is_administrator
        }
        self._expected = teachers if len(teachers) > 1 else {}
        self._found: dict[int, dict[str, VisibleClass]] | None = None

    def find(self, viewer: Viewer, codes: Collection[str] | None) -> dict[str, VisibleClass] | None:
        """Return the expected classes of the viewer, by code. None if others are requested."""
        if viewer not in self._expected or viewer.teacher_id is None:
            return None
        expected = self._expected[viewer]
        if expected is not None and (codes is None or not expected.issuperset(codes)):
            return None
        if self._found is None:
            self._found = self._read()
        return self._found.get(viewer.teacher_id, {})

    def _read(self) -> dict[int, dict[str, VisibleClass]]:
        found: defaultdict[int, dict[str, VisibleClass]] = defaultdict(dict)
        every = [each.teacher_id for each, codes in self._expected.items() if codes is None]
        some = [each.teacher_id for each, codes in self._expected.items() if codes is not None]
        codes = sorted(set().union(*filter(None, self._expected.values())))
        for teacher_id, level, *row in _VISIBLE_TO_SEVERAL(every, some, codes, timezone.now()):
            visible = VisibleClass(AccessLevel(level), *row)
            found[teacher_id][visible.code] = visible
        return found


def _visible_to_several(
    every: Parameter, some: Parameter, codes: Parameter, now: Parameter
) -> QuerySet[Any, Any]:
    teachers = Q(assignments__teacher__key_in=every) | Q(
        assignments__teacher__key_in=some, code__key_in=codes
    )
    classes = SchoolClass.objects.with_access(teachers, now)
    return classes.values_list("assignments__teacher_id", "access_level", *_COLUMNS)


_VISIBLE_TO_SEVERAL = Statement(_visible_to_several)


class VisibleClasses:
    """The viewer's classes, all of them or some by code. One query reads all classes that are requested together."""

    def __init__(
        self, dispatcher: Dispatcher, viewer: Viewer, several: ClassesOfSeveral | None = None
    ) -> None:
        self._viewer = viewer
        self._several = several
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
        found = self._several.find(self._viewer, codes) if self._several is not None else None
        if found is not None:
            return found.values() if codes is None else filter(None, map(found.get, codes))
        read = _visible(is_administrator=self._viewer.is_administrator, every=codes is None)
        rows = read(self._viewer.teacher_id, timezone.now(), codes)
        return (VisibleClass(AccessLevel(level), *row) for level, *row in rows)
