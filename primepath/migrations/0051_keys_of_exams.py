"""Move the keys of exams to the table of all keys."""

import datetime

from django.db import migrations
from django.utils import timezone

KEPT = datetime.timedelta(hours=24)


def copy_keys(apps, schema_editor):
    """Copy the keys of new exams. Their inputs are not known, so any input of the same mutation fits."""
    exams = apps.get_model("primepath", "Exam").objects.exclude(idempotency_key=None)
    keys = apps.get_model("primepath", "IdempotencyKey")
    since = timezone.now() - KEPT
    rows = exams.filter(created_at__gte=since).values_list("pk", "idempotency_key", "created_at")
    users = set(apps.get_model("auth", "User").objects.values_list("pk", flat=True))
    moved = []
    for id, exam_key, created_at in rows:
        user_id, _separator, key = exam_key.partition("/")
        if user_id.isdecimal() and int(user_id) in users:
            moved.append(
                keys(
                    user_id=int(user_id),
                    key=key,
                    operation="createExam",
                    input_digest="",
                    result=f"Exam:{id}",
                    created_at=created_at,
                )
            )
    keys.objects.bulk_create(moved, batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('primepath', '0050_idempotency_keys')]

    operations = [
        migrations.RunPython(copy_keys, migrations.RunPython.noop),
        # The column stays until no process of an earlier version uses it.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name='exam', name='idempotency_key')],
        ),
    ]
