"""Registered documents. A commit to their table changes the state of the database, so that no process uses an old one."""

import django.utils.timezone
from django.db import migrations, models

import primepath.db.fields
from primepath.db.migrating import MarkCommits


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0051_keys_of_exams'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrustedDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document_id', primepath.db.fields.BinaryTextField(max_length=200, unique=True)),
                ('sha256', primepath.db.fields.BinaryTextField(db_index=True, max_length=64)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField()),
                ('registered_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['name', 'document_id'],
            },
        ),
        MarkCommits(model_name='trusteddocument', topic='curriculum'),
    ]
