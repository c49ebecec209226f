"""Closed days and recorded holidays, and accepted warnings."""

import django.db.models.deletion
import primepath.db.fields
import primepath.domain.calendar_days
from django.db import migrations, models

from primepath.db.migrating import MarkCommits


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0020_wider_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='SchoolDay',
            fields=[
                ('date', models.DateField(primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('kind', models.CharField(choices=[('PUBLIC', 'Public'), ('SCHOOL', 'School')], max_length=6)),
                ('is_open', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['date'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', [primepath.domain.calendar_days.HolidayKind['PUBLIC'], primepath.domain.calendar_days.HolidayKind['SCHOOL']])), name='school_day_kind_known'), models.CheckConstraint(condition=models.Q(('is_open', False), ('kind', primepath.domain.calendar_days.HolidayKind['PUBLIC']), _connector='OR'), name='school_day_open_on_public_holidays'), models.CheckConstraint(condition=models.Q(('is_open', True), models.Q(('name', ''), _negated=True), _connector='OR'), name='school_day_closed_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='WarningAcceptance',
            fields=[
                ('facts', primepath.db.fields.BinaryTextField(max_length=32, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=20)),
                ('date', models.DateField(null=True)),
                ('reason', models.TextField(max_length=1000)),
                ('by_name', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('teacher', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accepted_warnings', to='primepath.teacher')),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        MarkCommits(model_name='schoolday', topic='school'),
        MarkCommits(model_name='warningacceptance', topic='school'),
    ]
