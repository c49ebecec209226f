"""Calendar feeds, files that wait to be imported or downloaded, and the action of an import."""

import django.db.models.deletion
import django.utils.timezone
import primepath.db.fields
import primepath.domain.stored_file
from django.conf import settings
from django.db import migrations, models

from primepath.db.migrating import MarkCommits


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0040_imported_rows'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('class_codes', models.JSONField(editable=False, null=True)),
                ('duties', models.BooleanField(default=False, editable=False)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('digest', primepath.db.fields.BinaryTextField(editable=False, max_length=64, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('UPLOAD', 'Upload'), ('DOWNLOAD', 'Download')], max_length=8)),
                ('name', models.CharField(max_length=100)),
                ('content_type', models.CharField(max_length=100)),
                ('content', models.BinaryField()),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stored_files', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', [primepath.domain.stored_file.FilePurpose['UPLOAD'], primepath.domain.stored_file.FilePurpose['DOWNLOAD']])), name='file_purpose_known')],
            },
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='action',
            field=models.CharField(choices=[('ASSIGN_EXAMS', 'Assign exams'), ('UNASSIGN_EXAMS', 'Unassign exams'), ('UPDATE_CELL', 'Update cell'), ('UPDATE_CELLS', 'Update cells'), ('CLONE_CELL', 'Clone cell'), ('SHARE_CELL', 'Share cell'), ('CREATE_EXAM', 'Create exam'), ('UPDATE_EXAM', 'Update exam'), ('UPDATE_LEVEL', 'Update level'), ('SET_CLASS_CURRICULUM', 'Set class curriculum'), ('REQUEST_CLASS_ACCESS', 'Request class access'), ('WITHDRAW_CLASS_ACCESS_REQUEST', 'Withdraw class access request'), ('APPROVE_CLASS_ACCESS_REQUEST', 'Approve class access request'), ('DENY_CLASS_ACCESS_REQUEST', 'Deny class access request'), ('ASSIGN_TEACHER', 'Assign teacher'), ('REVOKE_TEACHER', 'Revoke teacher'), ('CREATE_CLASS', 'Create class'), ('UPDATE_CLASS', 'Update class'), ('UPDATE_SCHOOL', 'Update school'), ('CLOSE_SCHOOL', 'Close school'), ('REOPEN_SCHOOL', 'Reopen school'), ('ACCEPT_WARNING', 'Accept warning'), ('CREATE_PROGRAM', 'Create program'), ('UPDATE_PROGRAM', 'Update program'), ('CREATE_SUB_PROGRAM', 'Create sub program'), ('UPDATE_SUB_PROGRAM', 'Update sub program'), ('CREATE_LEVEL', 'Create level'), ('CREATE_TEACHER', 'Create teacher'), ('UPDATE_TEACHER', 'Update teacher'), ('CREATE_ACCOUNT', 'Create account'), ('UPDATE_ACCOUNT', 'Update account'), ('SET_PASSWORD', 'Set password'), ('CREATE_TOKEN', 'Create token'), ('UNDO_CHANGES', 'Undo changes'), ('ROLL_OVER_YEAR', 'Roll over year'), ('IMPORT_SCHEDULE', 'Import schedule'), ('REVOKE_TOKEN', 'Revoke token')], max_length=30),
        ),
        MarkCommits(model_name='calendarfeed', topic='school'),
    ]
