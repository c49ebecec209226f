"""Lock and save the levels of many classes and years. The number of statements does not depend on their number."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.utils import timezone

from primepath.db.bulk import insert_rows
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass
from primepath.services.history import Recorded, record


class CurriculumKey(NamedTuple):
    """A class in an academic year. Its text form is the key in the history."""

    class_code: str
    academic_year: int

    def __str__(self) -> str:
        return f"{self.class_code}/{self.academic_year}"

    @classmethod
    def parse(cls, text: str) -> CurriculumKey:
        code, year = text.split("/")
        return cls(code, int(year))


Levels = tuple[int, ...]
"""Keys of levels, by priority."""


def lock_levels(level_ids: Collection[int]) -> set[int]:
    """Lock and return the existing levels. Lock them before classes."""
    levels = CurriculumLevel.objects.filter(pk__key_in=sorted(level_ids)).order_by("pk")
    return set(levels.select_for_update(no_key=True).values_list("pk", flat=True))


def lock_classes(codes: Collection[str]) -> dict[str, SchoolClass]:
    """Lock and return the active classes with these codes, but not against new cells."""
    classes = SchoolClass.objects.filter(pk__key_in=sorted(codes), is_active=True).order_by("pk")
    return {each.code: each for each in classes.select_for_update(no_key=True)}


def read_curricula(codes: Collection[str], years: Collection[int]) -> dict[CurriculumKey, Levels]:
    """Return the levels of the classes in these years. A curriculum without levels is absent."""
    mappings = ClassCurriculumMapping.objects.filter(
        school_class__key_in=sorted(codes), academic_year__key_in=sorted(years)
    )
    found: defaultdict[CurriculumKey, Levels] = defaultdict(tuple)
    columns = ("school_class_id", "academic_year", "curriculum_level_id")
    for code, year, level_id in mappings.order_by("priority").values_list(*columns):
        found[CurriculumKey(code, year)] += (level_id,)
    return dict(found)


def write_curricula(
    *,
    viewer: Viewer,
    action: HistoryAction,
    classes: Mapping[str, SchoolClass],
    before: Mapping[CurriculumKey, Levels],
    wanted: Mapping[CurriculumKey, Levels],
) -> None:
    """Save the levels in ``wanted`` that differ from ``before``. Lock the ``classes`` and the levels first."""
    changed = {
        key: (before.get(key, ()), levels)
        for key, levels in wanted.items()
        if levels != before.get(key, ())
    }
    if not changed:
        return
    years = sorted({key.academic_year for key in changed})
    mappings = ClassCurriculumMapping.objects.filter(
        school_class__key_in=sorted({key.class_code for key in changed}),
        academic_year__key_in=years,
    )
    rows = mappings.values_list("pk", "school_class_id", "academic_year")
    stale = [pk for pk, code, year in rows if CurriculumKey(code, year) in changed]
    if stale:
        ClassCurriculumMapping.objects.filter(pk__key_in=stale).delete()
    insert_rows(
        ClassCurriculumMapping,
        ("class_code", "academic_year", "curriculum_level_id", "priority"),
        [
            (*key, level_id, priority)
            for key, (_, levels) in sorted(changed.items())
            for priority, level_id in enumerate(levels, start=1)
        ],
    )
    _count_changes(classes, changed)
    record(
        viewer=viewer,
        action=action,
        subject=HistorySubject.CURRICULUM,
        at=timezone.now(),
        entries=[
            Recorded(str(key), differences({"level_ids": list(old)}, {"level_ids": list(new)}))
            for key, (old, new) in sorted(changed.items())
        ],
    )


def _count_changes(classes: Mapping[str, SchoolClass], changed: Collection[CurriculumKey]) -> None:
    """Increase the version of each changed curriculum by 1, and set a new cache key for its class."""
    for key in changed:
        versions = classes[key.class_code].curriculum_versions
        year = str(key.academic_year)
        versions[year] = versions.get(year, 0) + 1
    codes = sorted({key.class_code for key in changed})
    fields = SchoolClass._meta.concrete_fields
    columns = [str(field.column) for field in fields]
    rows = []
    for code in codes:
        classes[code].curriculum_version = uuid.uuid4()
        values = {field.column: getattr(classes[code], field.attname) for field in fields}
        values["curriculum_version"] = classes[code].curriculum_version.hex
        rows.append([values[column] for column in columns])
    # The rows exist and are locked, so this only updates two columns of each.
    insert_rows(
        SchoolClass,
        columns,
        rows,
        on_conflict=(
            "(code) DO UPDATE SET curriculum_version = excluded.curriculum_version, "
            "curriculum_versions = excluded.curriculum_versions"
        ),
    )
