"""The function that returns the state of PostgreSQL remembers it in its session. It returns the same as before."""

from django.db import migrations

from primepath.db.commit_marks import create_state


def replace(apps, schema_editor):
    create_state(schema_editor)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('primepath', '0102_notify_listeners')]

    operations = [migrations.RunPython(replace, migrations.RunPython.noop)]
