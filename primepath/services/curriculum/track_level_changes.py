"""Recording new names of curriculum levels, and invalidating the caches that contain the old names."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ClassCurriculumMapping, CurriculumLevel, SchoolClass
from primepath.services.change_sets import change_set
from primepath.services.history import Recorded, record


@contextmanager
def track_level_changes(*, viewer: Viewer, levels: QuerySet[CurriculumLevel]) -> Iterator[None]:
    """Record how the block changes ``levels`` through their own rows, their sub-programs or their programs.

    A level's full name consists of its program, its sub-program and its number. The levels are locked before the block,
    so that no class gets one of them between this and the commit. After the block, each level with a new name or new
    grades gets an entry in the history. Every class with one of ``levels``, in any year, gets a new `curriculum_version`.
    """
    with change_set(), transaction.atomic():
        level_ids = _lock(levels)
        before = _described(level_ids)
        yield
        record(
            viewer=viewer,
            action=HistoryAction.UPDATE_LEVEL,
            subject=HistorySubject.LEVEL,
            at=timezone.now(),
            entries=[
                Recorded(str(level_id), changes)
                for level_id, described in _described(level_ids).items()
                if (changes := differences(before[level_id], described))
            ],
        )
        _touch_classes_that_learn(level_ids)


@contextmanager
def track_new_levels(*, viewer: Viewer) -> Iterator[None]:
    """Record the levels that the block creates. Call it in a transaction."""
    before = set(CurriculumLevel.objects.values_list("pk", flat=True))
    yield
    record_new_levels(
        set(CurriculumLevel.objects.values_list("pk", flat=True)) - before, viewer=viewer
    )


def record_new_levels(level_ids: Collection[int], *, viewer: Viewer) -> None:
    """Record that these levels were created. Call it in the transaction that created them."""
    record(
        viewer=viewer,
        action=HistoryAction.CREATE_LEVEL,
        subject=HistorySubject.LEVEL,
        at=timezone.now(),
        entries=[
            Recorded(str(level_id), differences({}, values))
            for level_id, values in _described(sorted(level_ids)).items()
        ],
    )


def _lock(levels: QuerySet[CurriculumLevel]) -> list[int]:
    return list(
        CurriculumLevel.objects.filter(pk__in=levels.order_by().values("pk"))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


def _described(level_ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """Return the recorded values of each level."""
    levels = CurriculumLevel.objects.with_names().filter(pk__key_in=level_ids).order_by("pk")
    return {
        level.pk: {
            "name": level.name,
            "grade_from": level.subprogram.program.grade_from,
            "grade_to": level.subprogram.program.grade_to,
        }
        for level in levels
    }


def _touch_classes_that_learn(level_ids: Sequence[int]) -> None:
    learning = ClassCurriculumMapping.objects.filter(curriculum_level__key_in=level_ids)
    codes = list(
        SchoolClass.objects.filter(pk__in=learning.order_by().values("school_class"))
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    SchoolClass.objects.filter(pk__key_in=codes).update(curriculum_version=uuid.uuid4())
