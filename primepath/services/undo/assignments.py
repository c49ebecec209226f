"""Restore the expiry of assignments that a roll-over extended. Access that people gave is revoked instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from primepath.db.bulk import insert_rows
from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.text import camel_case
from primepath.domain.viewer import Viewer
from primepath.models import TeacherClassAssignment
from primepath.services.history import Recorded, record
from primepath.services.undo.recorded import Fields

_EXPIRY = camel_case("expires_at")


class AssignmentRestoration:
    """Assignments of a change set, locked, and the expiries that they had before it."""

    def __init__(self, changed: Mapping[str, Fields]) -> None:
        self._changed = changed
        self._assignments: dict[int, TeacherClassAssignment] = {}

    def lock(self, viewer: Viewer) -> bool:
        """Lock the assignments, and return whether the viewer can change all of them."""
        if not self._changed:
            return True
        keys = sorted(map(int, self._changed))
        locked = TeacherClassAssignment.objects.filter(pk__key_in=keys).order_by("pk")
        self._assignments = {each.pk: each for each in locked.select_for_update(no_key=True)}
        others = all(each.teacher_id != viewer.teacher_id for each in self._assignments.values())
        return viewer.is_administrator and others

    def write(self, viewer: Viewer) -> None:
        """Save the expiries with one statement, and record the changes."""
        changed = []
        entries = []
        for key, fields in self._changed.items():
            text = fields[_EXPIRY].before
            before = None if text is None else datetime.fromisoformat(text)
            assignment = self._assignments[int(key)]
            if assignment.expires_at != before:
                change = FieldChange("expires_at", assignment.expires_at, before)
                entries.append(Recorded(key, [change]))
                assignment.expires_at = before
                changed.append(assignment)
        _save_expiries(changed)
        record(
            viewer=viewer,
            action=HistoryAction.UNDO_CHANGES,
            subject=HistorySubject.ASSIGNMENT,
            at=timezone.now(),
            entries=entries,
        )


def _save_expiries(assignments: Sequence[TeacherClassAssignment]) -> None:
    """Save the expiries of locked rows, each its own. `bulk_update` needs several statements for many rows."""
    if not assignments:
        return
    fields = TeacherClassAssignment._meta.concrete_fields
    insert_rows(
        TeacherClassAssignment,
        [str(field.column) for field in fields],
        [[getattr(each, field.attname) for field in fields] for each in assignments],
        on_conflict="(id) DO UPDATE SET expires_at = excluded.expires_at",
    )
