"""Pages of the history of many objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from loaders.dispatch import Stage
from loaders.generic import BatchLoader
from loaders.loader_group import CommonLoaderGroup
from primepath.domain.history import HistorySubject
from primepath.models import HistoryEntry


class HistoryKey(NamedTuple):
    """A page: the newest ``limit`` entries of a subject that are older than the entry with the key ``before``."""

    subject: HistorySubject
    subject_key: str
    limit: int
    before: int | None


def history_pages(keys: list[HistoryKey]) -> Sequence[list[HistoryEntry]]:
    """Return the entries of each key, newest first. Keys with the same kind, limit and ``before`` share a query."""
    parts: defaultdict[tuple[HistorySubject, int, int | None], list[str]] = defaultdict(list)
    for key in keys:
        parts[key.subject, key.limit, key.before].append(key.subject_key)
    pages: defaultdict[HistoryKey, list[HistoryEntry]] = defaultdict(list)
    for (subject, limit, before), subject_keys in parts.items():
        entries = HistoryEntry.objects.filter(subject=subject, subject_key__key_in=subject_keys)
        if before is not None:
            entries = entries.filter(pk__lt=before)
        rank = Window(RowNumber(), partition_by="subject_key", order_by=F("pk").desc())
        for entry in entries.annotate(rank=rank).filter(rank__lte=limit).order_by("-pk"):
            pages[HistoryKey(subject, entry.subject_key, limit, before)].append(entry)
    return [pages[key] for key in keys]


def history_counts(keys: list[tuple[HistorySubject, str]]) -> Sequence[int]:
    """Return the number of entries of each subject."""
    counts: dict[tuple[str, str], int] = {}
    for subject in {subject for subject, _ in keys}:
        entries = HistoryEntry.objects.filter(
            subject=subject, subject_key__key_in=[key for each, key in keys if each is subject]
        )
        rows = entries.order_by().values("subject_key").annotate(count=Count("pk"))
        counts |= {(subject, row["subject_key"]): row["count"] for row in rows}
    return [counts.get(key, 0) for key in keys]


class HistoryLoaders(CommonLoaderGroup):
    """The history of cells and exams."""

    @cached_property
    def history_page(self) -> BatchLoader[HistoryKey, list[HistoryEntry]]:
        return BatchLoader(self._dispatcher, Stage.SOURCE, history_pages)

    @cached_property
    def history_count(self) -> BatchLoader[tuple[HistorySubject, str], int]:
        return BatchLoader(self._dispatcher, Stage.DETAIL, history_counts)
