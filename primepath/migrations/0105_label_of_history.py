"""The plural of history entries. The database does not change."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('primepath', '0104_access_without_end')]

    operations = [
        migrations.AlterModelOptions(
            name='historyentry',
            options={'ordering': ['-id'], 'verbose_name': 'history entry', 'verbose_name_plural': 'history entries'},
        ),
    ]
