"""An index that finds the copies of an exam, and the foreign key that the database enforces.

On PostgreSQL neither locks the table for long, so requests go on. An interrupted run leaves an invalid index, which the next
run replaces.
"""

import django.db.models.deletion
from django.db import migrations, models

from primepath.db.migrating import AddForeignKeyConstraint

_TABLE = 'primepath_exam'


def _concurrently(schema_editor):
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


class AddIndex(migrations.AddIndex):
    """Django's operation, which writers do not have to wait for."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        how, name = _concurrently(schema_editor), self.index.name
        schema_editor.execute(f'DROP INDEX {how} IF EXISTS {name}')
        schema_editor.execute(
            f'CREATE INDEX {how} {name} ON {_TABLE} (copied_from_id) WHERE copied_from_id IS NOT NULL'
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {self.index.name}')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('primepath', '0033_copied_exams'),
    ]

    operations = [
        AddIndex(
            model_name='exam',
            index=models.Index(
                condition=models.Q(copied_from__isnull=False), fields=['copied_from'], name='copies_of_an_exam'
            ),
        ),
        AddForeignKeyConstraint(
            model_name='exam',
            name='copied_from',
            field=models.ForeignKey(
                db_index=False, editable=False, help_text='Exam of an earlier year that this one was copied from.',
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='primepath.exam',
            ),
        ),
    ]
