"""An index that finds the cells on a date. Few cells have one.

On PostgreSQL it is created without a lock on the table, so requests go on. An interrupted run leaves an invalid index,
which the next run replaces.
"""

from django.db import migrations, models

_TABLE = 'primepath_examschedulematrix'


def _concurrently(schema_editor):
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


class AddIndex(migrations.AddIndex):
    """Django's operation, which writers do not have to wait for."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        how, name = _concurrently(schema_editor), self.index.name
        schema_editor.execute(f'DROP INDEX {how} IF EXISTS {name}')
        schema_editor.execute(
            f'CREATE INDEX {how} {name} ON {_TABLE} (scheduled_date) WHERE scheduled_date IS NOT NULL'
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {self.index.name}')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('primepath', '0021_school_days'),
    ]

    operations = [
        AddIndex(
            model_name='examschedulematrix',
            index=models.Index(
                condition=models.Q(scheduled_date__isnull=False),
                fields=['scheduled_date'],
                name='cell_on_a_date',
            ),
        ),
    ]
