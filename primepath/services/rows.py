"""Storing rows of a table together with their entries in the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Model
from django.utils import timezone

from primepath.db.fields import DerivedTextField
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.services.history import Recorded, record

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RecordedRow:
    """A table with recorded changes: their subject and actions, and the attributes that are recorded."""

    subject: HistorySubject
    create: HistoryAction
    update: HistoryAction
    fields: tuple[str, ...]

    def insert(self, row: Model, *, viewer: Viewer) -> None:
        """Store a new row. Call it in a transaction."""
        row.save(force_insert=True)
        self._record(row, {}, viewer=viewer, action=self.create)

    def insert_all(self, rows: Sequence[Model], *, viewer: Viewer) -> None:
        """Store new rows of one table. Call it in a transaction."""
        if not rows:
            return
        type(rows[0])._default_manager.bulk_create(rows, batch_size=_ROWS_AT_ONCE)
        entries = [Recorded(str(row.pk), differences({}, self._snapshot(row))) for row in rows]
        self._add(viewer, self.create, entries)

    def change(self, row: Model, values: Mapping[str, Any], *, viewer: Viewer) -> bool:
        """Set these values on a stored, locked row; return whether that changed it. Call it in a transaction.

        Only changed columns are written: the others may have newer values than ``row``.
        """
        before = self._snapshot(row)
        for name, value in values.items():
            setattr(row, name, value)
        changed = {name for name, value in self._snapshot(row).items() if value != before[name]}
        if not changed:
            return False
        row.save(update_fields=_columns(row, changed))
        self._record(row, before, viewer=viewer, action=self.update)
        return True

    @contextmanager
    def track(self, model: type[Model], *, viewer: Viewer) -> Iterator[None]:
        """Lock the table's rows and record what the block creates and changes. Call it in a transaction."""
        rows = model._default_manager.order_by("pk").values("pk", *self.fields)
        before = {row.pop("pk"): row for row in rows.select_for_update(no_key=True)}
        yield
        changed = {
            key: changes
            for key, after in ((row.pop("pk"), row) for row in rows.all())
            if (changes := differences(before.get(key, {}), after))
        }
        for action, is_new in ((self.create, True), (self.update, False)):
            entries = [
                Recorded(str(key), changes)
                for key, changes in changed.items()
                if (key not in before) is is_new
            ]
            self._add(viewer, action, entries)

    def _snapshot(self, row: Model) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.fields}

    def _record(
        self, row: Model, before: Mapping[str, Any], *, viewer: Viewer, action: HistoryAction
    ) -> None:
        changes = differences(before, self._snapshot(row))
        self._add(viewer, action, [Recorded(str(row.pk), changes)])

    def _add(self, viewer: Viewer, action: HistoryAction, entries: Sequence[Recorded]) -> None:
        record(
            viewer=viewer,
            action=action,
            subject=self.subject,
            at=timezone.now(),
            entries=entries,
        )


def max_length(model: type[Model], name: str) -> int:
    """Return how many characters the column of a text field stores."""
    field = model._meta.get_field(name)
    assert isinstance(field, CharField)
    assert field.max_length is not None
    return field.max_length


def _columns(row: Model, changed: set[str]) -> set[str]:
    """Return the names of the fields to write, with the texts that are derived from the changed ones."""
    fields = row._meta.concrete_fields
    names = {field.name for field in fields if field.attname in changed}
    return names | {
        field.name
        for field in fields
        if isinstance(field, DerivedTextField) and field.source in names
    }
