"""What has changed since somebody last looked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property

from django.db.models import Q

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from loaders.loader_group import LoaderGroup
from primepath.domain.history import HistorySubject
from primepath.models import Exam, HistoryEntry, MatrixCellExam
from primepath.models.history_position import HistoryPosition

_NOW = "now"
# The history of these tells what cells show.
_SUBJECTS = (HistorySubject.CELL, HistorySubject.EXAM, HistorySubject.LEVEL)


class Changes:
    """How far an operation sees the history, and which cells changed since an earlier one."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._positions = BatchLoader[str, HistoryPosition](
            dispatcher, Stage.FIRST, lambda keys: [HistoryEntry.objects.position() for _ in keys]
        )
        self._cells = BatchLoader[HistoryPosition, frozenset[str] | None](
            dispatcher, Stage.SOURCE, lambda positions: list(map(_cells_changed_since, positions))
        )

    def position(self) -> asyncio.Future[HistoryPosition]:
        """How far the history can be seen: whatever the operation reads is at least as new.

        Ask for it before asking for anything that it is to vouch for.
        """
        return self._positions.load(_NOW)

    def cells_changed_since(
        self, position: HistoryPosition
    ) -> asyncio.Future[frozenset[str] | None]:
        """The ids of all cells of the school, whoever may see them, that were changed themselves, or hold an exam that was,
        or one whose level was; None where the position is not one of this database.
        """
        return self._cells.load(position)


def _cells_changed_since(position: HistoryPosition) -> frozenset[str] | None:
    if not HistoryEntry.objects.has_position(position):
        return None
    later = HistoryEntry.objects.after(position).filter(subject__in=_SUBJECTS)
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for subject, key in later.order_by().values_list("subject", "subject_key").distinct():
        keys[subject].append(key)
    exam_ids, level_ids = (
        list(map(int, keys[subject])) for subject in (HistorySubject.EXAM, HistorySubject.LEVEL)
    )
    return frozenset(keys[HistorySubject.CELL]) | _cells_that_hold(exam_ids, level_ids)


def _cells_that_hold(exam_ids: Collection[int], level_ids: Collection[int]) -> frozenset[str]:
    """The cells that hold one of the exams, or one that belongs to one of the levels."""
    if not exam_ids and not level_ids:
        return frozenset()
    exams = Exam.objects.filter(Q(pk__key_in=exam_ids) | Q(curriculum_level__key_in=level_ids))
    links = MatrixCellExam.objects.filter(exam__in=exams.order_by().values("pk"))
    return frozenset(links.values_list("cell_id", flat=True).distinct())


class ChangeLoaders(LoaderGroup):
    """What changed since an earlier read."""

    @cached_property
    def changes(self) -> Changes:
        return Changes(self._dispatcher)
