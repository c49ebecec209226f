"""Access that expires on the last day of the year 9999 does not expire.

Such values mean "never". They could be stored before they were refused. The time zone of the school can have the year 10000
then, so that no page could show them.
"""

import datetime

from django.db import migrations

LAST_DAY = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)


def remove_expiry(apps, schema_editor):
    """Change the few rows with such a value."""
    assignments = apps.get_model("primepath", "TeacherClassAssignment").objects
    assignments.filter(expires_at__gte=LAST_DAY).update(expires_at=None)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('primepath', '0103_remembered_state')]

    operations = [migrations.RunPython(remove_expiry, migrations.RunPython.noop)]
