"""The classes a viewer may see, and with them the right to ask for their cells."""

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
    "is_active",
    "curriculum_version",
)


@cache
def _visible(*, is_administrator: bool, every: bool) -> Statement:
    """Reads the classes of one who is_administrator the school, or of a teacher: every one, or those of the codes."""

    def make(teacher_id: Parameter, now: Parameter, codes: Parameter) -> QuerySet[Any, Any]:
        classes = SchoolClass.objects.visible(
            is_administrator=is_administrator, teacher_id=teacher_id, now=now
        )
        wanted = classes if every else classes.filter(code__key_in=codes)
        return wanted.values_list("access_level", *_COLUMNS)

    return Statement(make)


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

    async def all_of(self, codes: Iterable[str] | None) -> list[VisibleClass]:
        """As `all`, those of the codes; every visible class for None."""
        if codes is None:
            return await self.all()
        return sorted((await self.get_many(codes)).values(), key=school_order)

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
        read = _visible(is_administrator=self._viewer.is_administrator, every=codes is None)
        rows = read(self._viewer.teacher_id, timezone.now(), codes)
        return (VisibleClass(AccessLevel(level), *row) for level, *row in rows)
