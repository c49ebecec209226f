"""An index that finds the cells on a date, which few cells have; and the constraints of the wider rules.

On PostgreSQL nothing of this locks a table for long, so requests go on. An interrupted run leaves an invalid index or
constraint, which the next run replaces.
"""

import django.db.models.deletion
import primepath.domain.history
from django.db import migrations, models

from primepath.db.migrating import AddCheck, AddForeignKeyConstraint, RemoveCheck

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
        RemoveCheck(
            model_name='historyentry',
            name='history_action_known',
        ),
        RemoveCheck(
            model_name='historyentry',
            name='history_subject_known',
        ),
        RemoveCheck(
            model_name='program',
            name='program_grades_in_order',
        ),
        RemoveCheck(
            model_name='schoolclass',
            name='class_grade_1_to_12',
        ),
        AddCheck(
            model_name='historyentry',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', [primepath.domain.history.HistoryAction['ASSIGN_EXAMS'], primepath.domain.history.HistoryAction['UNASSIGN_EXAMS'], primepath.domain.history.HistoryAction['UPDATE_CELL'], primepath.domain.history.HistoryAction['CLONE_CELL'], primepath.domain.history.HistoryAction['SHARE_CELL'], primepath.domain.history.HistoryAction['CREATE_EXAM'], primepath.domain.history.HistoryAction['UPDATE_EXAM'], primepath.domain.history.HistoryAction['UPDATE_LEVEL'], primepath.domain.history.HistoryAction['SET_CLASS_CURRICULUM'], primepath.domain.history.HistoryAction['REQUEST_CLASS_ACCESS'], primepath.domain.history.HistoryAction['WITHDRAW_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['APPROVE_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['DENY_CLASS_ACCESS_REQUEST'], primepath.domain.history.HistoryAction['ASSIGN_TEACHER'], primepath.domain.history.HistoryAction['REVOKE_TEACHER'], primepath.domain.history.HistoryAction['CREATE_CLASS'], primepath.domain.history.HistoryAction['UPDATE_CLASS'], primepath.domain.history.HistoryAction['UPDATE_SCHOOL'], primepath.domain.history.HistoryAction['CLOSE_SCHOOL'], primepath.domain.history.HistoryAction['REOPEN_SCHOOL'], primepath.domain.history.HistoryAction['ACCEPT_WARNING'], primepath.domain.history.HistoryAction['CREATE_PROGRAM'], primepath.domain.history.HistoryAction['UPDATE_PROGRAM'], primepath.domain.history.HistoryAction['CREATE_SUB_PROGRAM'], primepath.domain.history.HistoryAction['UPDATE_SUB_PROGRAM'], primepath.domain.history.HistoryAction['CREATE_LEVEL'], primepath.domain.history.HistoryAction['CREATE_TEACHER'], primepath.domain.history.HistoryAction['UPDATE_TEACHER'], primepath.domain.history.HistoryAction['CREATE_ACCOUNT'], primepath.domain.history.HistoryAction['UPDATE_ACCOUNT'], primepath.domain.history.HistoryAction['SET_PASSWORD'], primepath.domain.history.HistoryAction['CREATE_TOKEN'], primepath.domain.history.HistoryAction['REVOKE_TOKEN']])), name='history_action_known'),
        ),
        AddCheck(
            model_name='historyentry',
            constraint=models.CheckConstraint(condition=models.Q(('subject__in', [primepath.domain.history.HistorySubject['CELL'], primepath.domain.history.HistorySubject['EXAM'], primepath.domain.history.HistorySubject['LEVEL'], primepath.domain.history.HistorySubject['CURRICULUM'], primepath.domain.history.HistorySubject['ASSIGNMENT'], primepath.domain.history.HistorySubject['ACCESS_REQUEST'], primepath.domain.history.HistorySubject['CLASS'], primepath.domain.history.HistorySubject['SCHOOL'], primepath.domain.history.HistorySubject['SCHOOL_DAY'], primepath.domain.history.HistorySubject['WARNING'], primepath.domain.history.HistorySubject['PROGRAM'], primepath.domain.history.HistorySubject['SUB_PROGRAM'], primepath.domain.history.HistorySubject['TEACHER'], primepath.domain.history.HistorySubject['ACCOUNT'], primepath.domain.history.HistorySubject['TOKEN']])), name='history_subject_known'),
        ),
        AddCheck(
            model_name='program',
            constraint=models.CheckConstraint(condition=models.Q(('grade_from__gte', 0), ('grade_to__gte', models.F('grade_from')), ('grade_to__lte', 12)), name='program_grades_0_to_12_in_order'),
        ),
        AddCheck(
            model_name='schoolclass',
            constraint=models.CheckConstraint(condition=models.Q(('grade__range', (0, 12))), name='class_grade_0_to_12'),
        ),
        AddForeignKeyConstraint(
            model_name='examschedulematrix',
            name='invigilator',
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name='invigilated_cells', to='primepath.teacher',
            ),
        ),
    ]
