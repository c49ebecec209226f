"""The curricula of classes, cached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import FilteredRelation, Q

from loaders.dispatch import Stage
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from loaders.loader_group import CommonLoaderGroup
from primepath.models import CurriculumLevel, Program, SchoolClass, SubProgram
from primepath.models.database_state import current_state


class CurriculumKey(NamedTuple):
    """The key of a curriculum: a class, an academic year, and the version of the class's curriculum."""

    class_code: str
    academic_year: int
    version: UUID

    @property
    def cache_key(self) -> str:
        return f"class-curriculum/2/{self.class_code}/{self.academic_year}/{self.version}"


@dataclass(frozen=True, slots=True)
class ClassCurriculumData:
    """The levels of a class in a year with their priorities, the primary level first.

    ``version`` is the number of changes so far.
    """

    class_code: str
    academic_year: int
    mappings: Sequence[tuple[int, CurriculumLevel]]
    version: int

    @property
    def pk(self) -> str:
        return f"{self.class_code}/{self.academic_year}"

    @property
    def levels(self) -> list[CurriculumLevel]:
        return [level for _, level in self.mappings]

    @property
    def primary(self) -> CurriculumLevel | None:
        return self._level_of(1)

    @property
    def secondary(self) -> CurriculumLevel | None:
        return self._level_of(2)

    @property
    def label(self) -> str:
        return str(self.primary or "Not assigned")

    def _level_of(self, priority: int) -> CurriculumLevel | None:
        return next((level for rank, level in self.mappings if rank == priority), None)


# The values that are cached for a mapping. `_level` creates the level, sub-program and program from them.
_COLUMNS = (
    "mapping__priority",
    *(f"mapping__curriculum_level__{name}" for name in ("id", "level_number")),
    *(f"mapping__curriculum_level__subprogram__{name}" for name in ("id", "name", "position")),
    *(
        f"mapping__curriculum_level__subprogram__program__{name}"
        for name in ("id", "name", "grade_from", "grade_to", "position")
    ),
)
_Mapping = tuple[Any, ...]
_Read = tuple[int, list[_Mapping]]
"""The version of a curriculum, and its mappings by priority."""
_Cached = tuple[str, _Read]
"""The state of the database before it was read, and what was read."""


_MOST_KEPT = 5_000
# By key and state of the database. Each state before the current one is of no use, and the limit removes it.
_kept: dict[tuple[CurriculumKey, str, str], ClassCurriculumData] = {}


def get_class_curriculum_mapping(keys: list[CurriculumKey]) -> Sequence[ClassCurriculumData]:
    """Return the curriculum of each key. One query reads the curricula that are not in the cache, and they are cached.

    Every change of a class's curriculum sets a new version of the class in the same transaction, and the version was
    read with the class. So no process needs to invalidate the cache when a curriculum changes. A reader that began
    before the change can only store under the old version, which is not read again.

    Statements that PrimePath did not send can change the tables without a new version. So what was cached is used only
    while the state of the database is the same. Meanwhile the process keeps it too, so that it need not ask Redis.
    """
    state = current_state()
    if state is None:
        return _look_up(keys, "")
    of = state.server, state.curriculum
    kept = {key: found for key in keys if (found := _kept.get((key, *of)))}
    if others := [key for key in keys if key not in kept]:
        if len(_kept) + len(others) > _MOST_KEPT:
            _kept.clear()
        for key, found in zip(others, _look_up(others, state.curriculum), strict=True):
            kept[key] = _kept[(key, *of)] = found
    return [kept[key] for key in keys]


def _look_up(keys: list[CurriculumKey], state: str) -> list[ClassCurriculumData]:
    """Return the curriculum of each key in this state of the database, from the cache if it is there."""
    # Copied, so that the dictionary of the cache is not changed.
    stored: dict[str, _Cached] = cache.get_many([key.cache_key for key in keys])
    cached = {key: read for key, (read_in, read) in stored.items() if read_in == state}
    if uncached := [key for key in keys if key.cache_key not in cached]:
        read = _read(uncached)
        cache.set_many(
            {key: (state, value) for key, value in read.items()}, settings.CURRICULUM_CACHE_SECONDS
        )
        cached |= read
    return [
        ClassCurriculumData(
            key.class_code,
            key.academic_year,
            [(priority, _level(*of)) for priority, *of in mappings],
            version,
        )
        for key, (version, mappings) in ((key, cached[key.cache_key]) for key in keys)
    ]


def _read(keys: list[CurriculumKey]) -> dict[str, _Read]:
    """Return the curriculum of each key. The classes are read too: a curriculum without levels has a version."""
    years = {key.academic_year for key in keys}
    of_years = FilteredRelation(
        "curriculum_mappings", condition=Q(curriculum_mappings__academic_year__in=years)
    )
    rows = (
        SchoolClass.objects.filter(pk__key_in=[key.class_code for key in keys])
        .annotate(mapping=of_years)
        .order_by("mapping__priority")
    )
    versions: dict[str, dict[str, int]] = {}
    mappings: defaultdict[tuple[str, int], list[_Mapping]] = defaultdict(list)
    for class_code, versions_by_year, academic_year, *mapping in rows.values_list(
        "pk", "curriculum_versions", "mapping__academic_year", *_COLUMNS
    ):
        versions[class_code] = versions_by_year
        if academic_year is not None:
            mappings[class_code, academic_year].append(tuple(mapping))
    return {
        key.cache_key: (
            versions.get(key.class_code, {}).get(str(key.academic_year), 0),
            mappings[key.class_code, key.academic_year],
        )
        for key in keys
    }


# Creating the three rows costs as much as reading them. A school has fewer levels. They are never changed.
@lru_cache(maxsize=1_000)
def _level(level_id: int, level_number: int, *parents: Any) -> CurriculumLevel:
    subprogram_id, subprogram_name, subprogram_position, *program_values = parents
    program = Program(*program_values)
    subprogram = SubProgram(
        id=subprogram_id, name=subprogram_name, position=subprogram_position, program=program
    )
    return CurriculumLevel(id=level_id, level_number=level_number, subprogram=subprogram)


class CurriculumLoaders(CommonLoaderGroup):
    """Programs, sub-programs, levels, and the curriculum of classes.

    Levels are read with their sub-programs, and sub-programs with their programs, because full names contain all names.
    """

    @cached_property
    def curriculum_by_class(self) -> BatchLoader[CurriculumKey, ClassCurriculumData]:
        return BatchLoader(self._dispatcher, Stage.DETAIL, get_class_curriculum_mapping)

    @cached_property
    def program_by_id(self) -> RowLoader[int, Program]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: Program.objects.filter(pk__key_in=ids).order_by(),
            attrgetter("pk"),
        )

    @cached_property
    def subprogram_by_id(self) -> RowLoader[int, SubProgram]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: (
                SubProgram.objects.filter(pk__key_in=ids).select_related("program").order_by()
            ),
            attrgetter("pk"),
        )

    @cached_property
    def level_by_id(self) -> RowLoader[int, CurriculumLevel]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: CurriculumLevel.objects.with_names().filter(pk__key_in=ids).order_by(),
            attrgetter("pk"),
        )

    @cached_property
    def subprograms_by_program(self) -> GroupLoader[int, SubProgram]:
        return GroupLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: SubProgram.objects.filter(program__key_in=ids).select_related("program"),
            attrgetter("program_id"),
        )

    @cached_property
    def levels_by_subprogram(self) -> GroupLoader[int, CurriculumLevel]:
        return GroupLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: CurriculumLevel.objects.with_names().filter(subprogram__key_in=ids),
            attrgetter("subprogram_id"),
        )
