"""Commit marks, by which PostgreSQL shows whether anything that answers read has changed. Their triggers are in `primepath.db.commit_marks`.

Creating a trigger takes a moment, but it waits for transactions that write to its table, and other writers wait behind it. So the
wait is limited. If the migration fails because of that, run it again.
"""

from django.conf import settings
from django.db import migrations, models, transaction

from primepath.db.commit_marks import create_marks, drop_marks

_TOPICS = {
    **dict.fromkeys(
        (
            'primepath_program',
            'primepath_subprogram',
            'primepath_curriculumlevel',
            'primepath_classcurriculummapping',
            'primepath_schoolclass',
        ),
        'curriculum',
    ),
    **dict.fromkeys(
        (
            'primepath_classaccessrequest',
            'primepath_exam',
            'primepath_examschedulematrix',
            'primepath_examsession',
            'primepath_historyentry',
            'primepath_matrixcellexam',
            'primepath_teacher',
            'primepath_teacherclassassignment',
            'auth_user',
        ),
        'school',
    ),
}
# Without the password and the last sign-in, which each sign-in writes.
_COLUMNS = {
    'auth_user': (
        'id', 'username', 'first_name', 'last_name', 'email', 'is_active', 'is_staff', 'is_superuser', 'date_joined',
    ),
}


_CREATE_MODEL = migrations.CreateModel(
    name='CommitMark',
    fields=[
        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
        ('topic', models.CharField(editable=False, max_length=10)),
        ('value', models.BigIntegerField(editable=False)),
    ],
)


class CreateMarks(migrations.SeparateDatabaseAndState):
    """The table and its triggers, in one transaction."""

    def __init__(self):
        super().__init__(state_operations=[_CREATE_MODEL])

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        with transaction.atomic(schema_editor.connection.alias):
            _CREATE_MODEL.database_forwards(app_label, schema_editor, from_state, to_state)
            create_marks(schema_editor, _TOPICS, _COLUMNS)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        with transaction.atomic(schema_editor.connection.alias):
            drop_marks(schema_editor)
            _CREATE_MODEL.database_backwards(app_label, schema_editor, from_state, to_state)


class AddIndex(migrations.AddIndex):
    """Django's operation, which writers do not have to wait for."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        how = _concurrently(schema_editor)
        schema_editor.execute(f'DROP INDEX {how} IF EXISTS {self.index.name}')
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, **({'concurrently': True} if how else {}))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(f'DROP INDEX {_concurrently(schema_editor)} IF EXISTS {self.index.name}')


def _concurrently(schema_editor):
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('primepath', '0011_history_of_an_actor'),
    ]

    operations = [
        AddIndex(
            model_name='teacherclassassignment',
            index=models.Index(
                condition=models.Q(('expires_at__isnull', False), ('is_active', True)),
                fields=['expires_at'], name='assignment_by_end',
            ),
        ),
        CreateMarks(),
    ]
