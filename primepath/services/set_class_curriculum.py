"""Sets what a class learns in an academic year."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from primepath.domain.cell import is_class_code
from primepath.domain.errors import InputMistake, RejectedInputError, UserErrorCode
from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass

# What a 64-bit key can be: PostgreSQL refuses to compare a column with anything beyond it.
_KEYS = range(1, 2**63)


@transaction.atomic
def set_class_curriculum(*, class_code: str, academic_year: int, level_ids: Sequence[int]) -> None:
    """Makes ``level_ids`` the levels of the class in that year, by priority; no levels clear it.

    Its levels in other years stay. Setting what is set already changes nothing; every other call
    gives the class a new `curriculum_version`, under which readers cache its curriculum.

    Raises `RejectedInputError` with every mistake: ``NOT_FOUND`` for a class that is not there or
    not active and for a level, ``DUPLICATE`` for a level named before, ``YEAR_OUT_OF_RANGE``.
    """
    # The levels before the class, as `touch_curriculum` locks them, so that the two never deadlock.
    known = _lock_levels(level_ids)
    class_is_known = _lock_class(class_code)
    mistakes = _mistakes(class_code, class_is_known, academic_year, level_ids, known)
    if mistakes:
        raise RejectedInputError(mistakes)

    mappings = ClassCurriculumMapping.objects.filter(
        school_class=class_code, academic_year=academic_year
    )
    wanted = list(enumerate(level_ids, start=1))
    if list(mappings.order_by("priority").values_list("priority", "curriculum_level")) == wanted:
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
    SchoolClass.objects.filter(pk=class_code).update(curriculum_version=uuid.uuid4())


def _lock_levels(level_ids: Sequence[int]) -> set[int]:
    """Those of the levels that exist, locked: a level cannot get another name until we are done."""
    return set(
        CurriculumLevel.objects.filter(pk__key_in=[id_ for id_ in level_ids if id_ in _KEYS])
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


def _lock_class(class_code: str) -> bool:
    """Locks the class, though not against new cells; False where no active class has this code."""
    if not is_class_code(class_code):
        return False
    classes = SchoolClass.objects.filter(pk=class_code, is_active=True)
    return bool(classes.select_for_update(no_key=True).values_list("pk"))


def _mistakes(
    class_code: str,
    class_is_known: bool,
    academic_year: int,
    level_ids: Sequence[int],
    known: set[int],
) -> list[InputMistake]:
    mistakes = []
    if not class_is_known:
        mistakes.append(
            InputMistake(
                UserErrorCode.NOT_FOUND,
                f"There is no active class with the code {class_code!r}.",
                ("input", "classCode"),
            )
        )
    if academic_year not in settings.ACADEMIC_YEARS:
        mistakes.append(
            InputMistake(
                UserErrorCode.YEAR_OUT_OF_RANGE,
                f"The school plans the years {settings.ACADEMIC_YEARS}.",
                ("input", "academicYear"),
            )
        )
    for position, level_id in enumerate(level_ids):
        path = ("input", "levelIds", str(position))
        if level_id not in known:
            mistakes.append(
                InputMistake(UserErrorCode.NOT_FOUND, "There is no such curriculum level.", path)
            )
        elif level_id in level_ids[:position]:
            mistakes.append(
                InputMistake(
                    UserErrorCode.DUPLICATE, "A class has each level once in a year.", path
                )
            )
    return mistakes
