"""An index that finds the change set that undid another, and the new actions of the history.

Few entries undo another. On PostgreSQL the index is built without a lock on the table, so requests go on. An interrupted run leaves an invalid index, which
the next run replaces.
"""

import primepath.domain.history
from django.db import migrations, models

from primepath.db.migrating import AddCheck, RemoveCheck

_TABLE = 'primepath_historyentry'


def _concurrently(schema_editor):
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


class AddIndex(migrations.AddIndex):
    """Django's operation, which writers do not have to wait for."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        how, name = _concurrently(schema_editor), self.index.name
        schema_editor.execute(f'DROP INDEX {how} IF EXISTS {name}')
        schema_editor.execute(
            f'CREATE INDEX {how} {name} ON {_TABLE} (undoes) WHERE undoes IS NOT NULL'
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {self.index.name}')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('primepath', '0031_undone_changes'),
    ]

    operations = [
        AddIndex(
            model_name='historyentry',
            index=models.Index(
                condition=models.Q(undoes__isnull=False), fields=['undoes'], name='history_of_an_undo'
            ),
        ),
        RemoveCheck(
            model_name='historyentry',
            name='history_action_known',
        ),
        AddCheck(
            model_name='historyentry',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', [primepath.domain.history.HistoryAction['ASSIGN_EXAMS'], primepath.domain.history.HistoryAction['UNASSIGN_EXAMS'], primepath.domain.history.HistoryAction['UPDATE_CELL'], primepath.domain.history.HistoryAction['UPDATE_CELLS'], primepath.domain.history.HistoryAction['CLONE_CELL'], primepath.domain.history.HistoryAction['SHARE_CELL'], primepath.domain.history.HistoryAction['CREATE_EXAM'], primepath.domain.history.HistoryAction['UPDATE_EXAM'], primepath.domain.history.HistoryAction['UPDATE_LEVEL'], primepath.domain.history.HistoryAction['SET_CLASS_CURRICULUM'], primepath.domain.history.HistoryAction['REQUEST_CLASS_ACCESS'], primepath.domain.history.HistoryAction['WITHDRAW_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['APPROVE_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['DENY_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['ASSIGN_TEACHER'], primepath.domain.history.HistoryAction['REVOKE_TEACHER'], primepath.domain.history.HistoryAction['CREATE_CLASS'], primepath.domain.history.HistoryAction['UPDATE_CLASS'], primepath.domain.history.HistoryAction['UPDATE_SCHOOL'], primepath.domain.history.HistoryAction['CLOSE_SCHOOL'], primepath.domain.history.HistoryAction['REOPEN_SCHOOL'], primepath.domain.history.HistoryAction['ACCEPT_WARNING'], primepath.domain.history.HistoryAction['CREATE_PROGRAM'], primepath.domain.history.HistoryAction['UPDATE_PROGRAM'], primepath.domain.history.HistoryAction['CREATE_SUB_PROGRAM'], primepath.domain.history.HistoryAction['UPDATE_SUB_PROGRAM'], primepath.domain.history.HistoryAction['CREATE_LEVEL'], primepath.domain.history.HistoryAction['CREATE_TEACHER'], primepath.domain.history.HistoryAction['UPDATE_TEACHER'], primepath.domain.history.HistoryAction['CREATE_ACCOUNT'], primepath.domain.history.HistoryAction['UPDATE_ACCOUNT'], primepath.domain.history.HistoryAction['SET_PASSWORD'], primepath.domain.history.HistoryAction['CREATE_TOKEN'], primepath.domain.history.HistoryAction['UNDO_CHANGES'], primepath.domain.history.HistoryAction['ROLL_OVER_YEAR'], primepath.domain.history.HistoryAction['REVOKE_TOKEN']])), name='history_action_known'),
        ),
    ]
