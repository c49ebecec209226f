"""Record changes in the history."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import QuerySet

from primepath.db.bulk import insert_rows
from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.text import camel_case
from primepath.domain.viewer import Viewer
from primepath.models import HistoryEntry
from primepath.services.change_sets import current_change_set

_COLUMNS = (
    "at",
    "action",
    "subject",
    "subject_key",
    "actor_id",
    "actor_name",
    "teacher_id",
    "changes",
    "change_set",
    "undoes",
)
# An account's first and last name together can be longer than this column.
_NAME_LENGTH = HistoryEntry._meta.get_field("actor_name").max_length


class Recorded(NamedTuple):
    """The key of a changed object, and its changed fields."""

    subject_key: str
    changes: Sequence[FieldChange]


class PastEntry(NamedTuple):
    """An entry of the history of another system, with the time and the author that it has there."""

    at: datetime.datetime
    action: HistoryAction
    subject: HistorySubject
    subject_key: str
    actor_id: int | None
    actor_name: str
    changes: Sequence[FieldChange]


def record_past(entries: Iterable[PastEntry]) -> list[int]:
    """Store entries of another system in one statement. Return their keys in the same order."""
    change_set_id = current_change_set().require_id()
    rows = HistoryEntry.objects.bulk_create(
        HistoryEntry(
            at=entry.at,
            action=entry.action,
            subject=entry.subject,
            subject_key=entry.subject_key,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name[:_NAME_LENGTH],
            changes=_fields(entry.changes),
            change_set=change_set_id,
        )
        for entry in entries
    )
    return [row.pk for row in rows]


def record(
    *,
    viewer: Viewer,
    action: HistoryAction,
    subject: HistorySubject,
    at: datetime.datetime,
    entries: Iterable[Recorded],
) -> None:
    """Store all ``entries`` in one statement. Call this in the transaction of the change itself.

    Fields are stored under their GraphQL names, because `Change.field` of the public schema returns them.
    """
    entries = list(entries)
    if not entries:
        return
    changes = current_change_set()
    change_set_id = changes.require_id()
    rows = [
        (
            at,
            action,
            subject,
            entry.subject_key,
            viewer.user_id,
            viewer.name[:_NAME_LENGTH],
            viewer.teacher_id,
            _fields(entry.changes),
            change_set_id.hex,
            changes.undoes and changes.undoes.hex,
        )
        for entry in entries
    ]
    insert_rows(HistoryEntry, _COLUMNS, rows)


def _fields(changes: Sequence[FieldChange]) -> list[tuple[str, object, object]]:
    return [
        (camel_case(change.field), _plain(change.before), _plain(change.after))
        for change in changes
    ]


def _plain(value: object) -> object:
    """Return a value that JSON can represent."""
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return sorted(value) if isinstance(value, set | frozenset) else value


def entries_before(moment: datetime.datetime) -> QuerySet[HistoryEntry]:
    """Return the entries before ``moment``, except the newest one.

    The sync token of a client that last saw the newest one then stays valid: it names an entry that exists. See
    `HistoryEntry.objects.locate`.
    """
    old = HistoryEntry.objects.filter(at__lt=moment).order_by("-pk")
    newest = old.values_list("pk", flat=True).first()
    return old.filter(pk__lt=newest or 0)


def delete_entries(entries: QuerySet[HistoryEntry]) -> int:
    """Delete old entries, and return their number. Only `primepath.services.prune` does that."""
    # Past the manager of the model, which forbids it.
    return QuerySet.delete(entries)[0]
