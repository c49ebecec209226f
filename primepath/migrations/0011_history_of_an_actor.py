"""An index that finds the last change of an account. It replaces the index of its first column alone.

On PostgreSQL both are done without a lock on the table, so requests go on. An interrupted run leaves an invalid index,
which the next run replaces.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_TABLE = 'primepath_historyentry'


def _concurrently(schema_editor):
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


class AddIndex(migrations.AddIndex):
    """Django's operation, which writers do not have to wait for."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        how, name = _concurrently(schema_editor), self.index.name
        columns = 'actor_id, "transaction", id'
        schema_editor.execute(f'DROP INDEX {how} IF EXISTS {name}')
        schema_editor.execute(f'CREATE INDEX {how} {name} ON {_TABLE} ({columns})')

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {self.index.name}')


def drop_index_of_actor(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, _TABLE)
    for name, each in found.items():
        if each['index'] and each['columns'] == ['actor_id']:
            schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {name}')


def create_index_of_actor(apps, schema_editor):
    how = _concurrently(schema_editor)
    schema_editor.execute(f'CREATE INDEX {how} {_TABLE}_actor_id ON {_TABLE} (actor_id)')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('primepath', '0010_attempt_counts'),
    ]

    operations = [
        AddIndex(
            model_name='historyentry',
            index=models.Index(fields=['actor', 'transaction', 'id'], name='history_of_an_actor'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(drop_index_of_actor, create_index_of_actor, elidable=False),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='historyentry',
                    name='actor',
                    field=models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                        related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account',
                    ),
                ),
            ],
        ),
    ]
