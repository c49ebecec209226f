"""Store a planned import."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection

from primepath.db.bulk import insert_rows
from primepath.domain.viewer import Viewer
from primepath.models import ImportedRow
from primepath.services.imports.cell_spool import CellSpool
from primepath.services.imports.planned import LINKED, Fate, Kind, PlannedObject, Ref
from primepath.services.imports.state import states
from primepath.services.imports.store_cells import store_cells
from primepath.services.imports.writers import WRITERS

_COLUMNS = ("source", "table", "key", "target", "digest", "left_as")
_REPLACE = (
    '(source, "table", "key") DO UPDATE SET '
    "target = excluded.target, digest = excluded.digest, left_as = excluded.left_as"
)
_LOCK_NUMBER = 7_242_115
Progress = Callable[[str], None]


class AnotherImportError(Exception):
    """Another import of a database is running."""


class _Keys(dict[Ref, str]):
    """Our keys of the objects of the source."""

    def resolve(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return int(self[value])
        return [self.resolve(each) for each in value] if isinstance(value, list) else value


def store_import(
    *,
    viewer: Viewer,
    source: str,
    objects: Iterable[PlannedObject],
    cells: CellSpool,
    targets: dict[Ref, str],
    progress: Progress,
) -> None:
    """Store the objects and the cells with their history. Call it in a transaction.

    ``targets`` are our keys of the objects that are stored already. Objects are stored in the given order, so each of them
    refers to earlier ones only. Raises `AnotherImportError`.
    """
    _lock_imports()
    keys = _Keys(targets)
    for kind, group in itertools.groupby(objects, key=lambda each: each.ref.kind):
        planned = list(group)
        _store_objects(kind, planned, keys, viewer=viewer)
        _remember(kind, planned, source)
        progress(f"Stored {len(planned)}: {kind}.")
    store_cells(
        viewer=viewer,
        cells=cells,
        keys=keys,
        remember=lambda rows: _insert(source, rows),
        progress=progress,
    )


def _lock_imports() -> None:
    """Let no other import begin until the transaction ends. On SQLite the transaction itself does."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_NUMBER])
        if not cursor.fetchone()[0]:
            raise AnotherImportError


def _store_objects(
    kind: Kind, planned: Sequence[PlannedObject], keys: _Keys, *, viewer: Viewer
) -> None:
    writer = WRITERS[kind]
    new = [each for each in planned if each.fate is Fate.NEW]
    changed = [each for each in planned if each.fate is Fate.UPDATED]
    # A new object can have a name, or be the pending request, that another one had until now.
    for each in changed:
        assert each.target is not None
        each.target = writer.update(each.target, _resolved(each.values, keys), viewer)
    if new:
        given = [_resolved({**each.values, **each.extra}, keys) for each in new]
        for each, target in zip(new, writer.create(given, viewer), strict=True):
            each.target = target
    for each in planned:
        assert each.target is not None
        keys[each.ref] = each.target


def _resolved(values: dict[str, Any], keys: _Keys) -> dict[str, Any]:
    return {name: keys.resolve(value) for name, value in values.items()}


def _remember(kind: Kind, planned: Sequence[PlannedObject], source: str) -> None:
    targets = [each.target for each in planned if each.target is not None]
    state = states(kind, targets)
    _insert(
        source,
        [
            (
                *(each.ref.table, each.ref.key, each.target, each.digest),
                LINKED if each.fate is Fate.LINKED else state[str(each.target)],
            )
            for each in planned
        ],
    )


def _insert(source: str, rows: Iterable[tuple[Any, ...]]) -> None:
    insert_rows(ImportedRow, _COLUMNS, [(source, *row) for row in rows], on_conflict=_REPLACE)
