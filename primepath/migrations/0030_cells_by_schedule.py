"""An index that finds the cells of a year, by date.

On PostgreSQL it is built without a lock on the table, so requests go on. An interrupted run leaves an invalid index, which
the next run replaces.
"""

from django.db import migrations, models

_TABLE = 'primepath_examschedulematrix'


def _concurrently(schema_editor):
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


class AddIndex(migrations.AddIndex):
    """Django's operation, which writers do not have to wait for."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        how, name = _concurrently(schema_editor), self.index.name
        columns = ', '.join(self.index.fields)
        schema_editor.execute(f'DROP INDEX {how} IF EXISTS {name}')
        schema_editor.execute(f'CREATE INDEX {how} {name} ON {_TABLE} ({columns})')

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {self.index.name}')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('primepath', '0022_cells_by_date'),
    ]

    operations = [
        AddIndex(
            model_name='examschedulematrix',
            index=models.Index(
                fields=['academic_year', 'scheduled_date', 'start_time'], name='cell_by_schedule'
            ),
        ),
    ]
