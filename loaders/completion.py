"""Pupils' progress on the exams in cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from django.db.models import Count, Q

from loaders.dispatch import Stage
from loaders.generic import RowLoader
from loaders.loader_group import CommonLoaderGroup
from primepath.domain.exam import SessionStatus
from primepath.models import ExamSession


@dataclass(frozen=True, slots=True)
class CompletionData:
    """Number of exam sessions of a cell by status."""

    cell_id: str
    total_sessions: int = 0
    completed: int = 0
    in_progress: int = 0
    not_started: int = 0

    @property
    def completion_rate(self) -> float:
        """Share of completed sessions, from 0 to 1. It is 0 if the cell has no sessions."""
        return self.completed / self.total_sessions if self.total_sessions else 0.0


def completion_of_cells(cell_ids: list[str]) -> Iterable[CompletionData]:
    """Return the counts of each cell that has sessions."""
    counts = (
        ExamSession.objects.filter(cell__key_in=cell_ids)
        .values("cell_id")
        .annotate(
            total_sessions=Count("pk"),
            completed=Count("pk", filter=Q(status=SessionStatus.COMPLETED)),
            in_progress=Count("pk", filter=Q(status=SessionStatus.IN_PROGRESS)),
            not_started=Count("pk", filter=Q(status=SessionStatus.NOT_STARTED)),
        )
    )
    return (CompletionData(**row) for row in counts)


class CompletionLoaders(CommonLoaderGroup):
    """Pupils' progress."""

    @cached_property
    def completion_by_cell(self) -> RowLoader[str, CompletionData]:
        return RowLoader(self._dispatcher, Stage.DETAIL, completion_of_cells, attrgetter("cell_id"))
