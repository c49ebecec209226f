"""The rows that changed while a client was not connected.

A sync token of the matrix has marks of the rows. The position of an event has none, so the history shows what has changed.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from primepath.domain.history import HistorySubject
from primepath.domain.text import camel_case
from primepath.domain.viewer import Viewer
from primepath.feed.changed_keys import changed_keys
from primepath.models import ClassCurriculumMapping, HistoryEntry, TeacherClassAssignment
from primepath.models.history_position import HistoryPosition, later_entries
from primepath.models.teacher_class_assignment import TeacherClassAssignmentQuerySet

# The names of levels are in the rows of the classes that learn them.
_SUBJECTS = (
    *(HistorySubject.ASSIGNMENT, HistorySubject.CLASS),
    *(HistorySubject.CURRICULUM, HistorySubject.LEVEL),
)
_IS_ACTIVE = camel_case("is_active")


def changed_rows(
    position: HistoryPosition,
    at: datetime.datetime,
    viewer: Viewer,
    *,
    visible: Collection[str],
    followed: Collection[str] | None,
) -> set[str] | None:
    """Return the codes of the followed classes with rows that changed after ``position``. These include classes that are no longer taught.

    ``at``: the time of the position, or earlier. ``visible``: the followed classes that the viewer can see now. ``followed`` is None
    for all classes. The result is None if the viewer's access can have changed: then all rows can have changed.
    """
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for subject, key in changed_keys(position, _SUBJECTS):
        keys[subject].append(key)
    own = TeacherClassAssignment.objects.filter(teacher=viewer.teacher_id).order_by()
    ended = Q(expires_at__gt=at, expires_at__lte=timezone.now())
    # The access of other teachers is not this viewer's concern, and can be to classes that are hidden from them.
    changed = Q(pk__key_in=list(map(int, keys[HistorySubject.ASSIGNMENT])))
    if own.filter(ended | changed).exists():
        return None
    classes = keys[HistorySubject.CLASS]
    found = {*classes, *(key.partition("/")[0] for key in keys[HistorySubject.CURRICULUM])}
    if levels := list(map(int, keys[HistorySubject.LEVEL])):
        learning = ClassCurriculumMapping.objects.filter(curriculum_level__key_in=levels)
        found.update(learning.order_by().values_list("school_class", flat=True).distinct())
    gone = [
        code for code in classes if code not in visible and (followed is None or code in followed)
    ]
    return found.intersection(visible).union(_lost(gone, position, viewer, own) if gone else ())


def _lost(
    codes: Collection[str],
    position: HistoryPosition,
    viewer: Viewer,
    own: TeacherClassAssignmentQuerySet,
) -> set[str]:
    """Return the classes that have become inactive since, if the viewer could see them before. ``own``: the viewer's assignments."""
    if not viewer.is_administrator:
        mine = own.valid().filter(school_class__key_in=sorted(codes))
        codes = list(mine.values_list("school_class", flat=True))
    entries = HistoryEntry.objects.filter(
        later_entries(position.entry_id, position.open_from, position.own),
        subject=HistorySubject.CLASS,
        subject_key__key_in=sorted(codes),
    )
    was_active: dict[str, bool | None] = {}
    for entry in entries.order_by("pk"):
        for name, before, _after in entry.changes:
            if name == _IS_ACTIVE:
                was_active.setdefault(entry.subject_key, before)
    return {code for code, before in was_active.items() if before}
