"""Actions of bulk updates, undo and new years, and the change set that an entry undoes.

The next migration lets the database allow these actions.
"""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0030_cells_by_schedule'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historyentry',
            name='undoes',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='action',
            field=models.CharField(choices=[('ASSIGN_EXAMS', 'Assign exams'), ('UNASSIGN_EXAMS', 'Unassign exams'), ('UPDATE_CELL', 'Update cell'), ('UPDATE_CELLS', 'Update cells'), ('CLONE_CELL', 'Clone cell'), ('SHARE_CELL', 'Share cell'), ('CREATE_EXAM', 'Create exam'), ('UPDATE_EXAM', 'Update exam'), ('UPDATE_LEVEL', 'Update level'), ('SET_CLASS_CURRICULUM', 'Set class curriculum'), ('REQUEST_CLASS_ACCESS', 'Request class access'), ('WITHDRAW_CLASS_ACCESS_REQUEST', 'Withdraw class access request'), ('APPROVE_CLASS_ACCESS_REQUEST', 'Approve class access request'), ('DENY_CLASS_ACCESS_REQUEST', 'Deny class access request'), ('ASSIGN_TEACHER', 'Assign teacher'), ('REVOKE_TEACHER', 'Revoke teacher'), ('CREATE_CLASS', 'Create class'), ('UPDATE_CLASS', 'Update class'), ('UPDATE_SCHOOL', 'Update school'), ('CLOSE_SCHOOL', 'Close school'), ('REOPEN_SCHOOL', 'Reopen school'), ('ACCEPT_WARNING', 'Accept warning'), ('CREATE_PROGRAM', 'Create program'), ('UPDATE_PROGRAM', 'Update program'), ('CREATE_SUB_PROGRAM', 'Create sub program'), ('UPDATE_SUB_PROGRAM', 'Update sub program'), ('CREATE_LEVEL', 'Create level'), ('CREATE_TEACHER', 'Create teacher'), ('UPDATE_TEACHER', 'Update teacher'), ('CREATE_ACCOUNT', 'Create account'), ('UPDATE_ACCOUNT', 'Update account'), ('SET_PASSWORD', 'Set password'), ('CREATE_TOKEN', 'Create token'), ('UNDO_CHANGES', 'Undo changes'), ('ROLL_OVER_YEAR', 'Roll over year'), ('REVOKE_TOKEN', 'Revoke token')], max_length=30),
        ),
    ]
