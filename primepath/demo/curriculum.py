"""The curricula of the demo school: two levels per class and year."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass
from primepath.services.school.seed_school import ClassEntry, SchoolFile

LevelName = tuple[str, str, int]
"""Program, sub-program and number of a level."""
ClassYear = tuple[str, int]
LevelsOfClasses = Mapping[ClassYear, Sequence[int]]
"""The keys of a class's levels in an academic year, its primary level first."""

# Classes of the same grade are next to each other in the file. With this stride they start at different levels.
_LEVELS_BETWEEN_CLASSES = 5


def seed_curriculum(
    *, school: SchoolFile, years: Sequence[int], report: Callable[[str], None]
) -> LevelsOfClasses:
    """Assign two levels to each class that has none in a year. Return the levels of all classes."""
    levels = _stored_levels(years)
    missing = [
        mapping
        for mapping in _mappings(school, years)
        if (mapping.school_class_id, mapping.academic_year) not in levels
    ]
    if missing:
        ClassCurriculumMapping.objects.bulk_create(missing, ignore_conflicts=True)
        _count_changes({(mapping.school_class_id, mapping.academic_year) for mapping in missing})
        levels = _stored_levels(years)
    report(f"Curriculum: {len(missing)} levels assigned to classes.")
    return levels


def _count_changes(changed: Collection[ClassYear]) -> None:
    """Set new versions of the curricula of the classes."""
    classes = list(SchoolClass.objects.filter(code__in={code for code, _ in changed}))
    for school_class in classes:
        school_class.curriculum_version = uuid.uuid4()
        versions = school_class.curriculum_versions
        for code, year in changed:
            if code == school_class.code:
                versions[str(year)] = versions.get(str(year), 0) + 1
    SchoolClass.objects.bulk_update(classes, ["curriculum_version", "curriculum_versions"])


def level_ids_by_name() -> dict[LevelName, int]:
    """Return the keys of all stored levels."""
    return {
        (program, subprogram, number): pk
        for program, subprogram, number, pk in CurriculumLevel.objects.values_list(
            "subprogram__program__name", "subprogram__name", "level_number", "pk"
        )
    }


def _stored_levels(years: Sequence[int]) -> dict[ClassYear, list[int]]:
    levels = defaultdict(list)
    for code, year, level_id in (
        ClassCurriculumMapping.objects.filter(academic_year__in=years)
        .order_by("priority")
        .values_list("school_class_id", "academic_year", "curriculum_level_id")
    ):
        levels[code, year].append(level_id)
    return dict(levels)


def _mappings(school: SchoolFile, years: Sequence[int]) -> Iterator[ClassCurriculumMapping]:
    level_ids = level_ids_by_name()
    for position, entry in enumerate(school["classes"]):
        names = _levels_for(entry, school)
        for year in years:
            start = position * _LEVELS_BETWEEN_CLASSES + year
            for priority in (1, 2):
                yield ClassCurriculumMapping(
                    school_class_id=entry["code"],
                    academic_year=year,
                    curriculum_level_id=level_ids[names[(start + priority) % len(names)]],
                    priority=priority,
                )


def _levels_for(entry: ClassEntry, school: SchoolFile) -> list[LevelName]:
    """Return the levels for the class's grade, in the order of the file."""
    return [
        (program["name"], subprogram["name"], number)
        for program in school["programs"]
        if program["gradeFrom"] <= entry["grade"] <= program["gradeTo"]
        for subprogram in program["subprograms"]
        for number in subprogram["levels"]
    ]
