"""The exam that a copy for another year was made from. The next migration adds its index and its constraint."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0032_index_of_undone_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='exam',
            name='copied_from',
            field=models.ForeignKey(db_index=False, db_constraint=False, editable=False, help_text='Exam of an earlier year that this one was copied from.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='primepath.exam'),
        ),
    ]
