"""Set the levels of a class in an academic year."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import is_class_code
from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors, shown_code

# The range of a 64-bit key. PostgreSQL refuses to compare a column with a larger number.
_KEYS = range(1, 2**63)


@transaction.atomic
def set_class_curriculum(
    *,
    viewer: Viewer,
    class_code: str,
    academic_year: int,
    level_ids: Sequence[int | None],
    expected_version: int | None = None,
    parse_errors: Iterable[InputError] = (),
) -> None:
    """Set the levels of the class in that year, by priority. No levels clear them.

    Levels in other years stay. If the levels change, the version of the year in `curriculum_versions` increases by 1. The
    class also gets a new `curriculum_version`, which is part of the key of its cached curriculum.

    Raises `ValidationFailedError` listing every problem: ``FORBIDDEN``, ``YEAR_OUT_OF_RANGE``, ``NOT_FOUND`` for an unknown or
    inactive class and for an unknown level, ``DUPLICATE`` for a repeated level, ``STALE_VERSION``.
    """
    errors = ValidationErrors(parse_errors)
    if not viewer.is_administrator:
        template = _("Only head teachers and staff can set a class's curriculum.")
        errors.add(UserErrorCode.FORBIDDEN, template, "class_code")
    # Levels before the class, in the same order as `track_level_changes`, so that the two never deadlock.
    known = _lock_levels(level_ids)
    versions = _lock_class(class_code)
    if versions is None:
        template = _("Class {code} does not exist or is inactive.")
        errors.add(UserErrorCode.NOT_FOUND, template, "class_code", code=shown_code(class_code))
    errors.check_academic_year(academic_year, "academic_year")
    _check_levels(level_ids, known, errors)
    version = (versions or {}).get(str(academic_year), 0)
    if versions is not None and viewer.is_administrator:
        template = _(
            "The curriculum has changed since you loaded it "
            "(current version {current}, expected {expected})."
        )
        errors.check_version(
            template, "expected_version", current=version, expected=expected_version
        )
    errors.raise_if_any()
    assert versions is not None

    mappings = ClassCurriculumMapping.objects.filter(
        school_class=class_code, academic_year=academic_year
    )
    before = list(mappings.order_by("priority").values_list("priority", "curriculum_level"))
    wanted = list(enumerate((level_id for level_id in level_ids if level_id is not None), start=1))
    if before == wanted:
        return
    mappings.delete()
    ClassCurriculumMapping.objects.bulk_create(
        ClassCurriculumMapping(
            school_class_id=class_code,
            academic_year=academic_year,
            curriculum_level_id=level_id,
            priority=priority,
        )
        for priority, level_id in wanted
    )
    SchoolClass.objects.filter(pk=class_code).update(
        curriculum_version=uuid.uuid4(),
        curriculum_versions={**versions, str(academic_year): version + 1},
    )
    record(
        viewer=viewer,
        action=HistoryAction.SET_CLASS_CURRICULUM,
        subject=HistorySubject.CURRICULUM,
        at=timezone.now(),
        entries=[
            Recorded(
                f"{class_code}/{academic_year}",
                differences({"level_ids": _levels(before)}, {"level_ids": _levels(wanted)}),
            )
        ],
    )


def _levels(priorities: Iterable[tuple[int, int]]) -> list[int]:
    return [level_id for _priority, level_id in priorities]


def _lock_levels(level_ids: Sequence[int | None]) -> set[int]:
    """Lock and return the existing levels, so that none is renamed until the transaction ends."""
    # Check for None first, because a range searches for other objects item by item.
    keys = [id_ for id_ in level_ids if id_ is not None and id_ in _KEYS]
    return set(
        CurriculumLevel.objects.filter(pk__key_in=keys)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


def _lock_class(class_code: str) -> dict[str, int] | None:
    """Lock the class, but not against new cells. Return its `curriculum_versions`, or None if no active class has this code."""
    if not is_class_code(class_code):
        return None
    classes = SchoolClass.objects.filter(pk=class_code, is_active=True)
    locked = classes.select_for_update(no_key=True).values_list("curriculum_versions", flat=True)
    return next(iter(locked), None)


def _check_levels(
    level_ids: Sequence[int | None], known: Collection[int], errors: ValidationErrors
) -> None:
    for position, level_id in enumerate(level_ids):
        if level_id is None:
            continue
        if level_id not in known:
            template = _("This curriculum level does not exist.")
            errors.add(UserErrorCode.NOT_FOUND, template, "level_ids", position)
        elif level_id in level_ids[:position]:
            template = _("This level is listed twice.")
            errors.add(UserErrorCode.DUPLICATE, template, "level_ids", position)
