"""Change sets as one viewer sees them, counted in the history."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Replace, StrIndex, Substr

from loaders.dispatch import Stage
from loaders.generic import GroupLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.domain.history import WITHOUT_PEOPLE, HistorySubject
from primepath.domain.school_class import EDITING_LEVELS
from primepath.domain.viewer import Viewer
from primepath.models import Exam, HistoryEntry, SchoolClass, TeacherClassAssignment

SUBJECTS = (
    *(HistorySubject.CELL, HistorySubject.EXAM, HistorySubject.CURRICULUM),
    HistorySubject.ASSIGNMENT,
)
"""The kinds of objects that change sets show. Accounts and the school itself have their history on the admin site."""


@dataclass(frozen=True, slots=True)
class ChangeSetData:
    """A change set. ``counts``: number of changed objects that the viewer can see, by kind.

    ``may_undo``: whether the viewer can restore each of the earlier values.
    """

    id: UUID
    at: datetime.datetime
    actor_name: str
    teacher_id: int | None
    action: str
    counts: dict[str, int]
    may_undo: bool

    @property
    def pk(self) -> str:
        return self.id.hex


def visible_entries(viewer: Viewer) -> Q:
    """Return the condition for entries about objects of `SUBJECTS` that the viewer can see."""
    classes = SchoolClass.objects.visible_to(viewer).order_by().values("pk")
    cells = Q(subject=HistorySubject.CELL, class_code__in=classes)
    if viewer.is_administrator:
        return cells | Q(subject__in=set(SUBJECTS) - {HistorySubject.CELL})
    return cells | _own_exams(viewer)


def _restorable_entries(viewer: Viewer) -> Q:
    """Return the condition for entries that the viewer can undo. `primepath.services.undo` makes the same checks."""
    classes = SchoolClass.objects.visible_to(viewer).order_by()
    if not viewer.is_administrator:
        # The plugin does not see what a method of the QuerySet annotates.
        editable = classes.filter(access_level__in=EDITING_LEVELS)  # type: ignore[misc]
        cells = Q(subject=HistorySubject.CELL, class_code__in=editable.values("pk"))
        # Only administrators can set a year again that was replaced or cleared.
        year = '["academicYear",'
        changed_year = Q(json__contains=year) & ~Q(json__contains=f"{year}null,")
        return cells | (_own_exams(viewer) & ~changed_year)
    of_classes = Q(
        subject__in=(HistorySubject.CELL, HistorySubject.CURRICULUM),
        class_code__in=classes.values("pk"),
    )
    extended = Q(subject=HistorySubject.ASSIGNMENT, action__in=WITHOUT_PEOPLE)
    if viewer.teacher_id is not None:
        own = TeacherClassAssignment.objects.filter(teacher=viewer.teacher_id)
        extended &= ~Q(subject_key__in=_keys(own))
    return of_classes | Q(subject=HistorySubject.EXAM) | extended


def _own_exams(viewer: Viewer) -> Q:
    if viewer.teacher_id is None:
        return Q(pk__in=())
    own = Exam.objects.filter(created_by=viewer.teacher_id)
    return Q(subject=HistorySubject.EXAM, subject_key__in=_keys(own))


def _keys(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Return the keys of rows as the history has them."""
    keys: QuerySet[Any, Any] = rows.order_by().annotate(key=Cast("pk", TextField())).values("key")
    return keys


def change_set_entries() -> QuerySet[HistoryEntry]:
    """Return the entries of change sets, each with the ``class_code`` in the key of a cell or curriculum."""
    # A key without a slash has no class. PostgreSQL refuses a negative length.
    end = StrIndex(Concat("subject_key", Value("/")), Value("/")) - 1
    return HistoryEntry.objects.filter(change_set__isnull=False).annotate(
        class_code=Substr("subject_key", 1, end)
    )


def change_set_ids(viewer: Viewer, *, mine: bool, before: UUID | None = None) -> QuerySet[Any, Any]:
    """Return the ids of the change sets with an object that the viewer can see, newest first."""
    entries = change_set_entries().filter(visible_entries(viewer))
    if mine:
        entries = entries.filter(actor=viewer.user_id)
    if before is not None:
        entries = entries.filter(change_set__lt=before)
    ids = entries.order_by("-change_set").values_list("change_set", flat=True)
    return ids.distinct()


def change_sets(viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, ChangeSetData]:
    """Return the change sets with an object that the viewer can see, by id. One SELECT."""
    visible = visible_entries(viewer)
    restorable = _restorable_entries(viewer)
    # The two databases write spaces at different places.
    json = Replace(Cast("changes", TextField()), Value(" "), Value(""), output_field=TextField())
    rows: Any = (
        change_set_entries()
        .filter(change_set__in=list(ids))
        .annotate(json=json)
        .order_by()
        .values("change_set", "subject")
        .annotate(
            first=Min("at"),
            name=Min("actor_name"),
            by=Min("teacher_id"),
            what=Min("action"),
            every=Count("pk"),
            shown=Count("subject_key", filter=visible, distinct=True),
            restorable=Count("pk", filter=restorable),
        )
    )
    by_id: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_id[row["change_set"]].append(row)
    return {
        id: ChangeSetData(
            id=id,
            at=min(row["first"] for row in parts),
            actor_name=parts[0]["name"],
            teacher_id=parts[0]["by"],
            action=parts[0]["what"],
            counts={row["subject"]: row["shown"] for row in parts if row["shown"]},
            may_undo=all(row["restorable"] == row["every"] for row in parts),
        )
        for id, parts in by_id.items()
        if any(row["shown"] for row in parts)
    }


def _undone(ids: list[UUID]) -> Iterable[tuple[UUID, UUID]]:
    entries = HistoryEntry.objects.filter(undoes__in=ids).order_by()
    pairs: Any = entries.values_list("undoes", "change_set").distinct()
    return pairs  # type: ignore[no-any-return]


class ChangeSetLoaders(LoaderGroup):
    """Change sets."""

    @cached_property
    def change_set_by_id(self) -> RowLoader[UUID, ChangeSetData]:
        """Change sets with an object that the viewer can see."""
        return RowLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: change_sets(self._viewer, ids).values(),
            attrgetter("id"),
        )

    @cached_property
    def undoing_by_undone(self) -> GroupLoader[UUID, tuple[UUID, UUID]]:
        """(undone, undoing) ids of the change sets that undid a change set."""
        return GroupLoader(self._dispatcher, Stage.DETAIL, _undone, itemgetter(0))
