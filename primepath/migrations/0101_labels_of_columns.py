"""Models and columns have labels. The database does not change."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import primepath.db.fields
import primepath.domain.cell
import primepath.domain.exam
import primepath.domain.school_class
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0100_account_preferences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='apitoken',
            options={'ordering': ['-created_at', '-id'], 'verbose_name': 'API token', 'verbose_name_plural': 'API tokens'},
        ),
        migrations.AlterModelOptions(
            name='calendarfeed',
            options={'ordering': ['created_at', 'id'], 'verbose_name': 'calendar feed', 'verbose_name_plural': 'calendar feeds'},
        ),
        migrations.AlterModelOptions(
            name='classaccessrequest',
            options={'verbose_name': 'access request', 'verbose_name_plural': 'access requests'},
        ),
        migrations.AlterModelOptions(
            name='curriculumlevel',
            options={'ordering': ['level_number', 'id'], 'verbose_name': 'curriculum level', 'verbose_name_plural': 'curriculum levels'},
        ),
        migrations.AlterModelOptions(
            name='exam',
            options={'ordering': ['name_order', 'id'], 'verbose_name': 'exam', 'verbose_name_plural': 'exams'},
        ),
        migrations.AlterModelOptions(
            name='examschedulematrix',
            options={'ordering': ['id'], 'verbose_name': 'cell', 'verbose_name_plural': 'cells'},
        ),
        migrations.AlterModelOptions(
            name='examsession',
            options={'verbose_name': 'exam session', 'verbose_name_plural': 'exam sessions'},
        ),
        migrations.AlterModelOptions(
            name='program',
            options={'ordering': ['position', 'id'], 'verbose_name': 'program', 'verbose_name_plural': 'programs'},
        ),
        migrations.AlterModelOptions(
            name='schoolday',
            options={'ordering': ['date'], 'verbose_name': 'school day', 'verbose_name_plural': 'school days'},
        ),
        migrations.AlterModelOptions(
            name='subprogram',
            options={'ordering': ['position', 'id'], 'verbose_name': 'sub-program', 'verbose_name_plural': 'sub-programs'},
        ),
        migrations.AlterModelOptions(
            name='teacher',
            options={'ordering': ['name_order', 'id'], 'verbose_name': 'teacher', 'verbose_name_plural': 'teachers'},
        ),
        migrations.AlterModelOptions(
            name='teacherclassassignment',
            options={'verbose_name': 'assignment', 'verbose_name_plural': 'assignments'},
        ),
        migrations.AlterModelOptions(
            name='warningacceptance',
            options={'ordering': ['-at'], 'verbose_name': 'warning acceptance', 'verbose_name_plural': 'warning acceptances'},
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='expires at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='last_used_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last used at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='name',
            field=models.CharField(help_text='Where the token is used, for example "Mina\'s phone".', max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='revoked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='revoked at'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='class_codes',
            field=models.JSONField(editable=False, null=True, verbose_name='class codes'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='duties',
            field=models.BooleanField(default=False, editable=False, verbose_name='duties'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='last_used_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last used at'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='name',
            field=models.CharField(max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='revoked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='revoked at'),
        ),
        migrations.AlterField(
            model_name='calendarfeed',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='reason',
            field=models.TextField(max_length=1000, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='requested_access_level',
            field=models.CharField(choices=[('FULL', 'Full'), ('CO_TEACHER', 'Co teacher'), ('SUBSTITUTE', 'Substitute'), ('VIEW', 'View')], max_length=10, verbose_name='requested access level'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='requested_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='requested at'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='review_note',
            field=models.TextField(blank=True, max_length=1000, verbose_name='review note'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='reviewed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reviewed at'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='reviewed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviewed_requests', to='primepath.teacher', verbose_name='reviewed by'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='school_class',
            field=models.ForeignKey(db_column='class_code', on_delete=django.db.models.deletion.PROTECT, related_name='access_requests', to='primepath.schoolclass', verbose_name='school class'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='status',
            field=models.CharField(choices=[('PENDING', 'Pending'), ('APPROVED', 'Approved'), ('DENIED', 'Denied'), ('WITHDRAWN', 'Withdrawn')], default=primepath.domain.school_class.AccessRequestStatus['PENDING'], max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='classaccessrequest',
            name='teacher',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_requests', to='primepath.teacher', verbose_name='teacher'),
        ),
        migrations.AlterField(
            model_name='classcurriculummapping',
            name='academic_year',
            field=models.PositiveSmallIntegerField(verbose_name='academic year'),
        ),
        migrations.AlterField(
            model_name='classcurriculummapping',
            name='curriculum_level',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='class_mappings', to='primepath.curriculumlevel', verbose_name='curriculum level'),
        ),
        migrations.AlterField(
            model_name='classcurriculummapping',
            name='priority',
            field=models.PositiveSmallIntegerField(verbose_name='priority'),
        ),
        migrations.AlterField(
            model_name='classcurriculummapping',
            name='school_class',
            field=models.ForeignKey(db_column='class_code', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='curriculum_mappings', to='primepath.schoolclass', verbose_name='school class'),
        ),
        migrations.AlterField(
            model_name='curriculumlevel',
            name='level_number',
            field=models.PositiveSmallIntegerField(verbose_name='level number'),
        ),
        migrations.AlterField(
            model_name='curriculumlevel',
            name='subprogram',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='levels', to='primepath.subprogram', verbose_name='subprogram'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='academic_year',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='academic year'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='copied_from',
            field=models.ForeignKey(db_index=False, editable=False, help_text='Exam of an earlier year that this one was copied from.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='primepath.exam', verbose_name='copied from'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='created_exams', to='primepath.teacher', verbose_name='created by'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='curriculum_level',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exams', to='primepath.curriculumlevel', verbose_name='curriculum level'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='instructions',
            field=models.TextField(blank=True, max_length=10000, verbose_name='instructions'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='is_active',
            field=models.BooleanField(default=True, verbose_name='is active'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='name',
            field=models.CharField(max_length=200, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='passing_score',
            field=models.PositiveSmallIntegerField(blank=True, help_text='In %, from 0 to 100.', null=True, verbose_name='passing score'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='timer_minutes',
            field=models.PositiveSmallIntegerField(help_text='Time limit for a pupil, in minutes.', verbose_name='timer minutes'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='total_questions',
            field=models.PositiveSmallIntegerField(verbose_name='total questions'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='type',
            field=models.CharField(choices=[('REVIEW', 'Review'), ('QUARTERLY', 'Quarterly')], max_length=10, verbose_name='type'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='updated_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='exam',
            name='version',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='academic_year',
            field=models.PositiveSmallIntegerField(verbose_name='academic year'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='created_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='created_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='created_cells', to='primepath.teacher', verbose_name='created by'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='end_time',
            field=models.TimeField(blank=True, null=True, verbose_name='end time'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='exams',
            field=models.ManyToManyField(related_name='cells', through='primepath.MatrixCellExam', to='primepath.exam', verbose_name='exams'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='invigilator',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invigilated_cells', to='primepath.teacher', verbose_name='invigilator'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='modified_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='modified_cells', to='primepath.teacher', verbose_name='modified by'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='notes',
            field=models.TextField(blank=True, default='', max_length=10000, verbose_name='notes'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='period',
            field=models.CharField(choices=[('JAN', 'Jan'), ('FEB', 'Feb'), ('MAR', 'Mar'), ('APR', 'Apr'), ('MAY', 'May'), ('JUN', 'Jun'), ('JUL', 'Jul'), ('AUG', 'Aug'), ('SEP', 'Sep'), ('OCT', 'Oct'), ('NOV', 'Nov'), ('DEC', 'Dec'), ('Q1', 'Q1'), ('Q2', 'Q2'), ('Q3', 'Q3'), ('Q4', 'Q4')], max_length=3, verbose_name='period'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='room',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='scheduled_date',
            field=models.DateField(blank=True, null=True, verbose_name='scheduled date'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='school_class',
            field=models.ForeignKey(db_column='class_code', db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='primepath.schoolclass', verbose_name='school class'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='start_time',
            field=models.TimeField(blank=True, null=True, verbose_name='start time'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='status',
            field=models.CharField(choices=[('EMPTY', 'Empty'), ('DRAFT', 'Draft'), ('SCHEDULED', 'Scheduled'), ('IN_PROGRESS', 'In progress'), ('COMPLETED', 'Completed')], default=primepath.domain.cell.CellStatus['EMPTY'], max_length=11, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='updated_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='updated at'),
        ),
        migrations.AlterField(
            model_name='examschedulematrix',
            name='version',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='examsession',
            name='cell',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='primepath.examschedulematrix', verbose_name='cell'),
        ),
        migrations.AlterField(
            model_name='examsession',
            name='exam',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='primepath.exam', verbose_name='exam'),
        ),
        migrations.AlterField(
            model_name='examsession',
            name='pupil',
            field=models.CharField(help_text='Number or name of the pupil.', max_length=100, verbose_name='pupil'),
        ),
        migrations.AlterField(
            model_name='examsession',
            name='status',
            field=models.CharField(choices=[('NOT_STARTED', 'Not started'), ('IN_PROGRESS', 'In progress'), ('COMPLETED', 'Completed')], default=primepath.domain.exam.SessionStatus['NOT_STARTED'], max_length=11, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='action',
            field=models.CharField(choices=[('ASSIGN_EXAMS', 'Assign exams'), ('UNASSIGN_EXAMS', 'Unassign exams'), ('UPDATE_CELL', 'Update cell'), ('UPDATE_CELLS', 'Update cells'), ('CLONE_CELL', 'Clone cell'), ('SHARE_CELL', 'Share cell'), ('CREATE_EXAM', 'Create exam'), ('UPDATE_EXAM', 'Update exam'), ('UPDATE_LEVEL', 'Update level'), ('SET_CLASS_CURRICULUM', 'Set class curriculum'), ('REQUEST_CLASS_ACCESS', 'Request class access'), ('WITHDRAW_CLASS_ACCESS_REQUEST', 'Withdraw class access request'), ('APPROVE_CLASS_ACCESS_REQUEST', 'Approve class access request'), ('DENY_CLASS_ACCESS_REQUEST', 'Deny class access request'), ('ASSIGN_TEACHER', 'Assign teacher'), ('REVOKE_TEACHER', 'Revoke teacher'), ('CREATE_CLASS', 'Create class'), ('UPDATE_CLASS', 'Update class'), ('UPDATE_SCHOOL', 'Update school'), ('CLOSE_SCHOOL', 'Close school'), ('REOPEN_SCHOOL', 'Reopen school'), ('ACCEPT_WARNING', 'Accept warning'), ('CREATE_PROGRAM', 'Create program'), ('UPDATE_PROGRAM', 'Update program'), ('CREATE_SUB_PROGRAM', 'Create sub program'), ('UPDATE_SUB_PROGRAM', 'Update sub program'), ('CREATE_LEVEL', 'Create level'), ('CREATE_TEACHER', 'Create teacher'), ('UPDATE_TEACHER', 'Update teacher'), ('CREATE_ACCOUNT', 'Create account'), ('UPDATE_ACCOUNT', 'Update account'), ('SET_PASSWORD', 'Set password'), ('CREATE_ACCOUNT_LINK', 'Create account link'), ('CREATE_TOKEN', 'Create token'), ('UNDO_CHANGES', 'Undo changes'), ('ROLL_OVER_YEAR', 'Roll over year'), ('IMPORT_SCHEDULE', 'Import schedule'), ('REVOKE_TOKEN', 'Revoke token')], max_length=30, verbose_name='action'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='change_set',
            field=models.UUIDField(editable=False, null=True, verbose_name='change set'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='changes',
            field=models.JSONField(verbose_name='changes'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='subject',
            field=models.CharField(choices=[('CELL', 'Cell'), ('EXAM', 'Exam'), ('LEVEL', 'Level'), ('CURRICULUM', 'Curriculum'), ('ASSIGNMENT', 'Assignment'), ('ACCESS_REQUEST', 'Access request'), ('CLASS', 'Class'), ('SCHOOL', 'School'), ('SCHOOL_DAY', 'School day'), ('WARNING', 'Warning'), ('PROGRAM', 'Program'), ('SUB_PROGRAM', 'Sub program'), ('TEACHER', 'Teacher'), ('ACCOUNT', 'Account'), ('TOKEN', 'Token')], max_length=14, verbose_name='subject'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='subject_key',
            field=primepath.db.fields.BinaryTextField(max_length=48, verbose_name='subject key'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='teacher',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='primepath.teacher', verbose_name='teacher'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='undoes',
            field=models.UUIDField(editable=False, null=True, verbose_name='undoes'),
        ),
        migrations.AlterField(
            model_name='matrixcellexam',
            name='cell',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='cell_exams', to='primepath.examschedulematrix', verbose_name='cell'),
        ),
        migrations.AlterField(
            model_name='matrixcellexam',
            name='exam',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exam_cells', to='primepath.exam', verbose_name='exam'),
        ),
        migrations.AlterField(
            model_name='program',
            name='grade_from',
            field=models.PositiveSmallIntegerField(verbose_name='grade from'),
        ),
        migrations.AlterField(
            model_name='program',
            name='grade_to',
            field=models.PositiveSmallIntegerField(verbose_name='grade to'),
        ),
        migrations.AlterField(
            model_name='program',
            name='name',
            field=models.CharField(max_length=50, unique=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='program',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='code',
            field=primepath.db.fields.BinaryTextField(help_text='For example PRIMARY_1A. Upper and lower case differ. The code cannot be changed later.', max_length=32, primary_key=True, serialize=False, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9_-]{1,32}\\Z', 'Use letters A-Z and a-z, digits, underscores and hyphens.')], verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='division',
            field=models.CharField(choices=[('PRIMARY', 'Primary'), ('MIDDLE', 'Middle'), ('HIGH', 'High')], max_length=10, verbose_name='division'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='grade',
            field=models.PositiveSmallIntegerField(verbose_name='grade'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='is_active',
            field=models.BooleanField(default=True, verbose_name='is active'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='lesson_days',
            field=models.CharField(blank=True, db_default='', default='', help_text="Days of the week with lessons, such as SAT SUN. Empty: the school's.", max_length=27, verbose_name='lesson days'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='name',
            field=models.CharField(max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='section',
            field=primepath.db.fields.BinaryTextField(blank=True, max_length=10, verbose_name='section'),
        ),
        migrations.AlterField(
            model_name='schoolclass',
            name='stream',
            field=models.CharField(blank=True, max_length=100, verbose_name='stream'),
        ),
        migrations.AlterField(
            model_name='schoolday',
            name='date',
            field=models.DateField(primary_key=True, serialize=False, verbose_name='date'),
        ),
        migrations.AlterField(
            model_name='schoolday',
            name='is_open',
            field=models.BooleanField(default=False, verbose_name='is open'),
        ),
        migrations.AlterField(
            model_name='schoolday',
            name='kind',
            field=models.CharField(choices=[('PUBLIC', 'Public'), ('SCHOOL', 'School')], max_length=6, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='schoolday',
            name='name',
            field=models.CharField(blank=True, max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='schoolrules',
            name='lesson_days',
            field=models.CharField(default='MON TUE WED THU FRI', max_length=27, verbose_name='lesson days'),
        ),
        migrations.AlterField(
            model_name='schoolrules',
            name='minimum_days_between_exams',
            field=models.PositiveSmallIntegerField(default=0, help_text='Exams of one class are at least this many days apart: 3 allows the 10th and the 13th. 0: no rule.', verbose_name='minimum days between exams'),
        ),
        migrations.AlterField(
            model_name='subprogram',
            name='name',
            field=models.CharField(max_length=50, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='subprogram',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='subprogram',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subprograms', to='primepath.program', verbose_name='program'),
        ),
        migrations.AlterField(
            model_name='teacher',
            name='is_head_teacher',
            field=models.BooleanField(default=False, help_text='Can see and change every class, and decides who has access.', verbose_name='is head teacher'),
        ),
        migrations.AlterField(
            model_name='teacher',
            name='name',
            field=models.CharField(max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='teacher',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='teacher', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='teacherclassassignment',
            name='access_level',
            field=models.CharField(choices=[('FULL', 'Full'), ('CO_TEACHER', 'Co teacher'), ('SUBSTITUTE', 'Substitute'), ('VIEW', 'View')], max_length=10, verbose_name='access level'),
        ),
        migrations.AlterField(
            model_name='teacherclassassignment',
            name='assigned_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='assigned at'),
        ),
        migrations.AlterField(
            model_name='teacherclassassignment',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='expires at'),
        ),
        migrations.AlterField(
            model_name='teacherclassassignment',
            name='is_active',
            field=models.BooleanField(default=True, verbose_name='is active'),
        ),
        migrations.AlterField(
            model_name='teacherclassassignment',
            name='school_class',
            field=models.ForeignKey(db_column='class_code', on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='primepath.schoolclass', verbose_name='school class'),
        ),
        migrations.AlterField(
            model_name='teacherclassassignment',
            name='teacher',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='primepath.teacher', verbose_name='teacher'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='at',
            field=models.DateTimeField(verbose_name='at'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='by_name',
            field=models.CharField(max_length=150, verbose_name='by name'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='code',
            field=models.CharField(max_length=20, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='date',
            field=models.DateField(null=True, verbose_name='date'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='facts',
            field=primepath.db.fields.BinaryTextField(max_length=32, primary_key=True, serialize=False, verbose_name='facts'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='reason',
            field=models.TextField(max_length=1000, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='warningacceptance',
            name='teacher',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accepted_warnings', to='primepath.teacher', verbose_name='teacher'),
        ),
    ]
