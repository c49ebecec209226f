"""Links that set the password of an account, the last use of tokens, and the action of creating a link."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import primepath.domain.account_link


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0080_trusted_documents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountLink',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='account_link', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('purpose', models.CharField(choices=[('INVITATION', 'Invitation'), ('RESET', 'Reset')], max_length=10)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('password_fingerprint', models.CharField(editable=False, max_length=64)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', [primepath.domain.account_link.LinkPurpose['INVITATION'], primepath.domain.account_link.LinkPurpose['RESET']])), name='link_purpose_known')],
            },
        ),
        migrations.AddField(
            model_name='apitoken',
            name='last_used_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='action',
            field=models.CharField(choices=[('ASSIGN_EXAMS', 'Assign exams'), ('UNASSIGN_EXAMS', 'Unassign exams'), ('UPDATE_CELL', 'Update cell'), ('UPDATE_CELLS', 'Update cells'), ('CLONE_CELL', 'Clone cell'), ('SHARE_CELL', 'Share cell'), ('CREATE_EXAM', 'Create exam'), ('UPDATE_EXAM', 'Update exam'), ('UPDATE_LEVEL', 'Update level'), ('SET_CLASS_CURRICULUM', 'Set class curriculum'), ('REQUEST_CLASS_ACCESS', 'Request class access'), ('WITHDRAW_CLASS_ACCESS_REQUEST', 'Withdraw class access request'), ('APPROVE_CLASS_ACCESS_REQUEST', 'Approve class access request'), ('DENY_CLASS_ACCESS_REQUEST', 'Deny class access request'), ('ASSIGN_TEACHER', 'Assign teacher'), ('REVOKE_TEACHER', 'Revoke teacher'), ('CREATE_CLASS', 'Create class'), ('UPDATE_CLASS', 'Update class'), ('UPDATE_SCHOOL', 'Update school'), ('CLOSE_SCHOOL', 'Close school'), ('REOPEN_SCHOOL', 'Reopen school'), ('ACCEPT_WARNING', 'Accept warning'), ('CREATE_PROGRAM', 'Create program'), ('UPDATE_PROGRAM', 'Update program'), ('CREATE_SUB_PROGRAM', 'Create sub program'), ('UPDATE_SUB_PROGRAM', 'Update sub program'), ('CREATE_LEVEL', 'Create level'), ('CREATE_TEACHER', 'Create teacher'), ('UPDATE_TEACHER', 'Update teacher'), ('CREATE_ACCOUNT', 'Create account'), ('UPDATE_ACCOUNT', 'Update account'), ('SET_PASSWORD', 'Set password'), ('CREATE_ACCOUNT_LINK', 'Create account link'), ('CREATE_TOKEN', 'Create token'), ('UNDO_CHANGES', 'Undo changes'), ('ROLL_OVER_YEAR', 'Roll over year'), ('IMPORT_SCHEDULE', 'Import schedule'), ('REVOKE_TOKEN', 'Revoke token')], max_length=30),
        ),
    ]
