"""Class codes in any case, grades from 0, empty sections, rooms, invigilators, lesson days and the rules of the school.

The constraints follow in 0022, because they take no long locks there.
"""

import django.core.validators
import django.db.models.deletion
import primepath.db.fields
from django.conf import settings
from django.db import migrations, models

from primepath.db.migrating import MarkCommits


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0012_commit_marks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SchoolRules',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('lesson_days', models.CharField(default='MON TUE WED THU FRI', max_length=27)),
                ('minimum_days_between_exams', models.PositiveSmallIntegerField(default=0, help_text='Exams of one class are at least this many days apart: 3 allows the 10th and the 13th. 0: no rule.')),
            ],
            options={
                'verbose_name': 'school rules',
                'verbose_name_plural': 'school rules',
            },
        ),
        MarkCommits(model_name='schoolrules', topic='school'),
        migrations.AddField(
            model_name='examschedulematrix',
            name='invigilator',
            field=models.ForeignKey(blank=True, db_index=False, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invigilated_cells', to='primepath.teacher'),
        ),
        migrations.AddField(
            model_name='examschedulematrix',
            name='room',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AddField(
            model_name='schoolclass',
            name='lesson_days',
            field=models.CharField(blank=True, db_default='', default='', help_text="Days of the week with lessons, such as SAT SUN. Empty: the school's.", max_length=27),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='action',
            field=models.CharField(choices=[('ASSIGN_EXAMS', 'Assign exams'), ('UNASSIGN_EXAMS', 'Unassign exams'), ('UPDATE_CELL', 'Update cell'), ('CLONE_CELL', 'Clone cell'), ('SHARE_CELL', 'Share cell'), ('CREATE_EXAM', 'Create exam'), ('UPDATE_EXAM', 'Update exam'), ('UPDATE_LEVEL', 'Update level'), ('SET_CLASS_CURRICULUM', 'Set class curriculum'), ('REQUEST_CLASS_ACCESS', 'Request class access'), ('WITHDRAW_CLASS_ACCESS_REQUEST', 'Withdraw class access request'), ('APPROVE_CLASS_ACCESS_REQUEST', 'Approve class access request'), ('DENY_CLASS_ACCESS_REQUEST', 'Deny class access request'), ('ASSIGN_TEACHER', 'Assign teacher'), ('REVOKE_TEACHER', 'Revoke teacher'), ('CREATE_CLASS', 'Create class'), ('UPDATE_CLASS', 'Update class'), ('UPDATE_SCHOOL', 'Update school'), ('CLOSE_SCHOOL', 'Close school'), ('REOPEN_SCHOOL', 'Reopen school'), ('ACCEPT_WARNING', 'Accept warning'), ('CREATE_PROGRAM', 'Create program'), ('UPDATE_PROGRAM', 'Update program'), ('CREATE_SUB_PROGRAM', 'Create sub program'), ('UPDATE_SUB_PROGRAM', 'Update sub program'), ('CREATE_LEVEL', 'Create level'), ('CREATE_TEACHER', 'Create teacher'), ('UPDATE_TEACHER', 'Update teacher'), ('CREATE_ACCOUNT', 'Create account'), ('UPDATE_ACCOUNT', 'Update account'), ('SET_PASSWORD', 'Set password'), ('CREATE_TOKEN', 'Create token'), ('REVOKE_TOKEN', 'Revoke token')], max_length=30),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='subject',
            field=models.CharField(choices=[('CELL', 'Cell'), ('EXAM', 'Exam'), ('LEVEL', 'Level'), ('CURRICULUM', 'Curriculum'), ('ASSIGNMENT', 'Assignment'), ('ACCESS_REQUEST', 'Access request'), ('CLASS', 'Class'), ('SCHOOL', 'School'), ('SCHOOL_DAY', 'School day'), ('WARNING', 'Warning'), ('PROGRAM', 'Program'), ('SUB_PROGRAM', 'Sub program'), ('TEACHER', 'Teacher'), ('ACCOUNT', 'Account'), ('TOKEN', 'Token')], max_length=14),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='code',
            field=primepath.db.fields.BinaryTextField(help_text='For example PRIMARY_1A. Upper and lower case differ. The code cannot be changed later.', max_length=32, primary_key=True, serialize=False, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9_-]{1,32}\\Z', 'Use letters A-Z and a-z, digits, underscores and hyphens.')]),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='section',
            field=primepath.db.fields.BinaryTextField(blank=True, max_length=10),
        ),
        migrations.AddConstraint(
            model_name='schoolrules',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='school_rules_once'),
        ),
        migrations.AddConstraint(
            model_name='schoolrules',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_days_between_exams__lte', 31)), name='school_rules_gap_to_31_days'),
        ),
    ]
