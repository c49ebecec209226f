"""The rows of the matrix that changed after a position in the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from primepath.domain.history import HistorySubject
from primepath.domain.text import camel_case
from primepath.domain.viewer import Viewer
from primepath.feed.changed_keys import changed_keys
from primepath.models import (
    ClassCurriculumMapping,
    HistoryEntry,
    SchoolClass,
    TeacherClassAssignment,
)
from primepath.models.history_position import HistoryPosition, later_entries

# The names of levels are in the rows of the classes that learn them. Staff see all classes.
ROW_SUBJECTS = (
    *(HistorySubject.ASSIGNMENT, HistorySubject.CLASS),
    *(HistorySubject.CURRICULUM, HistorySubject.LEVEL, HistorySubject.ACCOUNT),
)
"""The subjects of the history that change rows."""

CodesByTeacher = Mapping[int, Collection[str]]


@dataclass(frozen=True)
class ChangedRows:
    """Codes of classes, for all viewers.

    ``classes`` have another name or curriculum, or had one for a moment. ``closed``: no longer taught.
    ``access``: changed access, by teacher. ``access_to_closed``: access to a class of ``closed`` if it were taught, by teacher.
    ``accounts``: became staff, or are no longer, or both.
    """

    classes: frozenset[str]
    closed: frozenset[str]
    access: CodesByTeacher
    access_to_closed: CodesByTeacher
    accounts: frozenset[int]

    def access_of(self, viewer: Viewer) -> Collection[str]:
        """Return the classes to which the viewer's access has changed. The access of others is not this viewer's concern."""
        return _of(self.access, viewer)

    def of(self, viewer: Viewer, visible: Collection[str]) -> set[str]:
        """Return the classes that the viewer could see before or can see now. ``visible``: the classes of now."""
        could_see = self.closed if viewer.is_administrator else _of(self.access_to_closed, viewer)
        return {*self.classes.intersection(visible), *could_see}


def _of(codes: CodesByTeacher, viewer: Viewer) -> Collection[str]:
    return () if viewer.teacher_id is None else codes.get(viewer.teacher_id, ())


NOTHING = ChangedRows(frozenset(), frozenset(), {}, {}, frozenset())


def changed_rows(position: HistoryPosition) -> ChangedRows:
    """Return what has changed after ``position``, in up to seven queries."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for subject, key in changed_keys(position, ROW_SUBJECTS):
        keys[subject].append(key)
    assignments = TeacherClassAssignment.objects.order_by()
    ids, codes = list(map(int, keys[HistorySubject.ASSIGNMENT])), keys[HistorySubject.CLASS]
    closed = _closed(codes, position) if codes else frozenset()
    of_closed = assignments.valid().filter(school_class__key_in=sorted(closed))
    learned = {key.partition("/")[0] for key in keys[HistorySubject.CURRICULUM]}
    return ChangedRows(
        classes=frozenset((*codes, *learned, *_learning(keys[HistorySubject.LEVEL]))),
        closed=closed,
        access=_by_teacher(assignments.filter(pk__key_in=ids)) if ids else {},
        access_to_closed=_by_teacher(of_closed) if closed else {},
        accounts=_with_other_status(keys[HistorySubject.ACCOUNT], position),
    )


def _by_teacher(assignments: Iterable[TeacherClassAssignment]) -> CodesByTeacher:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for each in assignments:
        found[each.teacher_id].add(each.school_class_id)
    return found


def _learning(level_keys: Collection[str]) -> Iterable[str]:
    """Return the codes of the classes that learn one of these levels."""
    if not level_keys:
        return ()
    learning = ClassCurriculumMapping.objects.filter(
        curriculum_level__key_in=list(map(int, level_keys))
    )
    return learning.order_by().values_list("school_class", flat=True).distinct()


def _closed(codes: Collection[str], position: HistoryPosition) -> frozenset[str]:
    """Return which of these classes are not taught now, and were taught at some time after the position."""
    now = SchoolClass.objects.filter(pk__key_in=sorted(codes), is_active=False).order_by()
    closed = list(now.values_list("pk", flat=True))
    if not closed:
        return frozenset()
    before = _values_before(position, HistorySubject.CLASS, closed, "is_active")
    return frozenset(code for code, was_active in before if was_active)


def _with_other_status(keys: Collection[str], position: HistoryPosition) -> frozenset[int]:
    """Return which of these accounts became staff, or no longer are."""
    if not keys:
        return frozenset()
    before = _values_before(position, HistorySubject.ACCOUNT, keys, "is_staff")
    return frozenset(int(key) for key, _was_staff in before)


def _values_before(
    position: HistoryPosition, subject: HistorySubject, keys: Collection[str], attribute: str
) -> list[tuple[str, object]]:
    """Return (key, earlier value) of each change of an attribute of these objects after the position."""
    name = camel_case(attribute)
    entries = HistoryEntry.objects.filter(
        later_entries(position.entry_id, position.open_from, position.own),
        subject=subject,
        subject_key__key_in=sorted(keys),
    )
    return [
        (entry.subject_key, before)
        for entry in entries.order_by()
        for changed, before, _after in entry.changes
        if changed == name
    ]
