"""Find migrations that stop a running server: they lock a table for long, or break processes of the version before.

    python -m scripts.migration_locks

docs/production/migrations.md describes the policy. A migration can have a line ``# Long locks are accepted: REASON``.
Tables that the same migration creates are empty and unknown to other processes, so everything is allowed there.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.db import migrations, models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.expressions import Value

APP = "primepath"
_ACCEPTED = re.compile(r"^# Long locks are accepted: (\S.*)$", re.MULTILINE)
_VARCHAR = re.compile(r"varchar\((\d+)\)")
# Operations that processes of the version before do not survive, or that lock the table while it is read.
_NEVER: dict[type[Any], str] = {
    operations.RenameField: "renames a column that running processes use; add a new one instead",
    operations.RenameModel: "renames a table that running processes use",
    operations.AlterModelTable: "renames a table that running processes use",
    operations.RemoveField: "removes a column; accept it once no supported version uses the column",
    operations.DeleteModel: "removes a table; accept it once no supported version uses the table",
    operations.AddConstraint: "reads the whole table under a lock; add it with NOT VALID, and validate it afterwards",
    operations.AlterUniqueTogether: "builds an index under a lock; build it concurrently",
    operations.AlterIndexTogether: "builds an index under a lock; build it concurrently",
}
_UNKNOWN = (operations.RunPython, operations.RunSQL)


def long_locks(migration: migrations.Migration, before: ProjectState) -> Iterator[str]:
    """Yield a sentence for each operation of the migration that stops a server. ``before``: the models until then."""
    state, new = before.clone(), set[str]()
    for operation in migration.operations:
        yield from (
            f"{operation.describe()}: {problem}."
            for problem in _problems(operation, state, new, is_atomic=migration.atomic)
        )
        if isinstance(operation, operations.CreateModel):
            new.add(operation.name_lower)
        operation.state_forwards(APP, state)


def _problems(
    operation: Any, state: ProjectState, new: set[str], *, is_atomic: bool
) -> Iterator[str]:
    if isinstance(operation, operations.SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from _problems(each, state, new, is_atomic=is_atomic)
        return
    if str(getattr(operation, "model_name", "")).lower() in new:
        return
    kind = type(operation)
    if kind in _NEVER:
        yield _NEVER[kind]
    elif kind is operations.AddIndex:
        yield "writers wait while the index is built; build it concurrently"
    elif kind is operations.AddField:
        yield from _adding(operation.field)
    elif kind is operations.AlterField:
        after = state.clone()
        operation.state_forwards(APP, after)
        yield from _altering(_field(state, operation), _field(after, operation))
    elif is_atomic and (
        isinstance(operation, _UNKNOWN) or not kind.__module__.startswith("django.")
    ):
        yield "rows stay locked until all of its work is done; set `atomic = False`, and work in batches"


def _adding(field: Any) -> Iterator[str]:
    has_default = field.has_db_default()
    if not field.null and not has_default:
        yield "running processes do not set this column; make it nullable, or add a `db_default`"
    if field.generated or (has_default and not _is_constant(field.db_default)):
        yield "rewrites the whole table; add the column without a computed value, and fill it in batches"
    yield from _indexing(field)


def _altering(before: Any, after: Any) -> Iterator[str]:
    old, new = (each.db_parameters(_postgresql()) for each in (before, after))
    if old != new and not _is_wider(old["type"], new["type"]):
        yield "rewrites the whole table; add a new column instead"
    if before.column != after.column:
        yield _NEVER[operations.RenameField]
    if before.null and not after.null:
        yield "reads the whole table under a lock; add a check with NOT VALID, and validate it afterwards"
    had = set(_indexing(before))
    yield from (problem for problem in _indexing(after) if problem not in had)


def _indexing(field: Any) -> Iterator[str]:
    if field.unique or field.db_index:
        yield "writers wait while the index of the column is built; build it concurrently"
    if field.remote_field and getattr(field, "db_constraint", False):
        yield "checks the foreign key under locks on both tables; set `db_constraint=False`"


def _is_constant(value: Any) -> bool:
    return isinstance(value, Value) or not hasattr(value, "resolve_expression")


def _is_wider(old: str | None, new: str | None) -> bool:
    """Return whether PostgreSQL changes the type without reading the table."""
    before = _VARCHAR.fullmatch(old or "")
    after = _VARCHAR.fullmatch(new or "")
    return bool(before) and (new == "text" or bool(after and int(after[1]) >= int(before[1])))  # type: ignore[index]


def _field(state: ProjectState, operation: Any) -> models.Field[Any, Any]:
    model: Any = state.apps.get_model(APP, operation.model_name)
    field: models.Field[Any, Any] = model._meta.get_field(operation.name)
    return field


def _postgresql() -> Any:
    """Return a connection that only knows the names of types. It is never opened."""
    from django.db.backends.postgresql.base import DatabaseWrapper

    return DatabaseWrapper({"NAME": "", "OPTIONS": {}}, "types")


def check(loader: MigrationLoader) -> Iterator[str]:
    """Yield a line for each problem of a migration of the product."""
    for key, migration in sorted(loader.disk_migrations.items()):
        if key[0] != APP:
            continue
        before = loader.project_state(
            [(APP, name) for app, name in migration.dependencies if app == APP]
        )
        found = list(long_locks(migration, before))
        file = Path(sys.modules[type(migration).__module__].__file__ or "")
        is_accepted = bool(_ACCEPTED.search(file.read_text()))
        if is_accepted and not found:
            yield f"{file.name}: accepts long locks, but takes none. Remove the comment."
        if not is_accepted:
            yield from (f"{file.name}: {problem}" for problem in found)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
    django.setup()
    problems = list(check(MigrationLoader(None, ignore_no_migrations=True)))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
