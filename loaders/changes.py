"""Changes since an earlier position in the history."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from loaders.changed_rows import NOTHING, ROW_SUBJECTS, ChangedRows, changed_rows
from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from loaders.loader_group import CommonLoaderGroup
from primepath.db.reading import require_replayed
from primepath.domain.cell import CellKey
from primepath.domain.errors import UnavailableError
from primepath.domain.history import HistorySubject
from primepath.feed.changed_keys import changed_keys
from primepath.models import Exam, HistoryEntry, MatrixCellExam
from primepath.models.history_position import HistoryPosition, Located

_NOW = "now"
# A standby is usually behind by less.
_REPLAY_SECONDS = 1
_SUBJECTS = (
    HistorySubject.CELL,
    HistorySubject.EXAM,
    HistorySubject.LEVEL,
    HistorySubject.TEACHER,
    *(each for each in ROW_SUBJECTS if each is not HistorySubject.LEVEL),
)
_LISTED_SUBJECTS = (
    HistorySubject.EXAM,
    HistorySubject.LEVEL,
    HistorySubject.TEACHER,
    HistorySubject.CLASS,
    HistorySubject.CURRICULUM,
    HistorySubject.ACCESS_REQUEST,
)

ChangedKeys = Mapping[str, Collection[str]]
"""The keys of changed objects, by the kind of object."""


@dataclass(frozen=True)
class ChangedSince:
    """Changes since a position. Includes changes that the viewer cannot see.

    ``cells``: the ids of cells that changed, or that contain an exam that changed or has a changed level.
    ``teachers``: whether a teacher changed. ``rows``: whether something of the rows changed, see `Changes.rows_since`.
    """

    cells: frozenset[str]
    teachers: bool
    rows: bool

    @cached_property
    def keys(self) -> tuple[CellKey, ...]:
        """The keys of ``cells``, in their order."""
        return tuple(filter(None, map(CellKey.parse, sorted(self.cells))))


class Changes:
    """The current position in the history, and the cells that changed since an earlier one."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._positions = BatchLoader[str, HistoryPosition](
            dispatcher, Stage.FIRST, lambda keys: [HistoryEntry.objects.position() for _ in keys]
        )
        self._changes = BatchLoader[HistoryPosition, ChangedSince | None](
            dispatcher, Stage.SOURCE, lambda positions: list(map(_changed_since, positions))
        )
        self._rows = BatchLoader[HistoryPosition, ChangedRows](
            dispatcher, Stage.DETAIL, lambda positions: list(map(changed_rows, positions))
        )
        self._listed = BatchLoader[HistoryPosition, ChangedKeys | None](
            dispatcher,
            Stage.SOURCE,
            lambda positions: [_changed_keys(each, _LISTED_SUBJECTS) for each in positions],
        )

    def position(self) -> asyncio.Future[HistoryPosition]:
        """Return the current position in the history.

        Load it before the data, so that the data is at least as recent as the position.
        """
        return self._positions.load(_NOW)

    async def since(self, position: HistoryPosition) -> ChangedSince | None:
        """Return what changed since ``position``. None if the position was taken in another database.

        Raises `UnavailableError` on a standby that has not reached the position.
        """
        if await self._is_elsewhere(position):
            return None
        return await self._changes.load(position)

    async def rows_since(self, position: HistoryPosition, changed: ChangedSince) -> ChangedRows:
        """Return the rows that changed since ``position``. ``changed`` is the result of `since`."""
        return await self._rows.load(position) if changed.rows else NOTHING

    async def listed_since(self, position: HistoryPosition) -> ChangedKeys | None:
        """Return what changed in lists that clients keep, like `since`."""
        if await self._is_elsewhere(position):
            return None
        return await self._listed.load(position)

    async def _is_elsewhere(self, position: HistoryPosition) -> bool:
        return position.entry_at is None and position.server != (await self.position()).server


def _changed_keys(
    position: HistoryPosition, subjects: Collection[HistorySubject]
) -> ChangedKeys | None:
    # A replica must not return older values than the client has.
    require_replayed(position.end)
    located = Located.HERE
    if position.entry_at is not None:
        located = HistoryEntry.objects.locate(position)
    if located is Located.AHEAD:
        message = _("This copy of the database is behind the changes that you have. Try again.")
        raise UnavailableError(message, retry_after_seconds=_REPLAY_SECONDS)
    if located is Located.ELSEWHERE:
        return None
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for subject, key in changed_keys(position, subjects):
        keys[subject].append(key)
    return keys


def _changed_since(position: HistoryPosition) -> ChangedSince | None:
    keys = _changed_keys(position, _SUBJECTS)
    if keys is None:
        return None
    exam_ids, level_ids = (
        list(map(int, keys[subject])) for subject in (HistorySubject.EXAM, HistorySubject.LEVEL)
    )
    return ChangedSince(
        cells=frozenset(keys[HistorySubject.CELL]) | _cells_with_exams(exam_ids, level_ids),
        teachers=bool(keys[HistorySubject.TEACHER]),
        rows=any(keys[subject] for subject in ROW_SUBJECTS),
    )


def _cells_with_exams(exam_ids: Collection[int], level_ids: Collection[int]) -> frozenset[str]:
    """Return the ids of the cells that contain one of the exams, or an exam of one of the levels."""
    if not exam_ids and not level_ids:
        return frozenset()
    exams = Exam.objects.filter(Q(pk__key_in=exam_ids) | Q(curriculum_level__key_in=level_ids))
    cell_exams = MatrixCellExam.objects.filter(exam__in=exams.order_by().values("pk"))
    return frozenset(cell_exams.values_list("cell_id", flat=True).distinct())


class ChangeLoaders(CommonLoaderGroup):
    """Changes since an earlier read."""

    @cached_property
    def changes(self) -> Changes:
        return Changes(self._dispatcher)
