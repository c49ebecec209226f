"""Tokens end with the password. Existing tokens belong to the current password of their user."""

import hashlib

from django.db import migrations, models


def add_fingerprints(apps, schema_editor):
    Token = apps.get_model('primepath', 'ApiToken')
    tokens = list(Token.objects.select_related('user'))
    for token in tokens:
        token.password_fingerprint = hashlib.sha256(token.user.password.encode()).hexdigest()
    Token.objects.bulk_update(tokens, ['password_fingerprint'], batch_size=500)


# Long locks are accepted: older than the policy. Stop the server before this migration.
class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0008_change_sets'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='password_fingerprint',
            field=models.CharField(default='', editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(add_fingerprints, migrations.RunPython.noop, elidable=False),
    ]
