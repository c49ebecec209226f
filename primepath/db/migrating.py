"""Operations of migrations that a running server does not notice; docs/production/migrations.md describes the policy.

Each can run again after an interrupted run. They belong in migrations with ``atomic = False``: on PostgreSQL, rows are checked
after the lock of the new constraint has been released. On SQLite they do what Django's own operations do, in one transaction.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, transaction
from django.db.migrations.operations.base import Operation
from django.db.models import ForeignKey

from primepath.db.commit_marks import mark_commits


def _is_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


class RemoveCheck(migrations.RemoveConstraint):
    """Remove a check constraint, if it is still there."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if _is_postgresql(schema_editor):
            _drop(schema_editor, model._meta.db_table, self.name)
            return
        with transaction.atomic(schema_editor.connection.alias):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddCheck(migrations.AddConstraint):
    """Add a check constraint that new rows must satisfy immediately, and then check the stored rows."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if _is_postgresql(schema_editor):
            _add_and_validate(
                schema_editor,
                model._meta.db_table,
                self.constraint.name,
                str(self.constraint.create_sql(model, schema_editor)),
            )
            return
        with transaction.atomic(schema_editor.connection.alias):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddForeignKeyConstraint(migrations.AlterField):
    """Let the database enforce a foreign key that was added with ``db_constraint=False``."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not _is_postgresql(schema_editor):
            with transaction.atomic(schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        field: ForeignKey[Any, Any] = model._meta.get_field(self.name)
        table, target = model._meta.db_table, field.target_field.model._meta.db_table
        name = f"{table}_{field.column}_fk"
        _add_and_validate(
            schema_editor,
            table,
            name,
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ("{field.column}") '
            f'REFERENCES "{target}" ("{field.target_field.column}") DEFERRABLE INITIALLY DEFERRED',
        )


class MarkCommits(Operation):
    """Let commits to the table of a new model change the state of the database. Dropping the table ends this."""

    reversible = True

    def __init__(self, model_name: str, topic: str) -> None:
        self.model_name = model_name
        self.topic = topic

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        mark_commits(schema_editor, model._meta.db_table, self.topic)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Mark commits to {self.model_name}"


def _add_and_validate(schema_editor: Any, table: str, name: str, sql: str) -> None:
    _drop(schema_editor, table, name)
    schema_editor.execute(f"{sql} NOT VALID", params=None)
    schema_editor.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')


def _drop(schema_editor: Any, table: str, name: str) -> None:
    schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"')
