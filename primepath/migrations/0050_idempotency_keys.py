"""Keys that make retries safe."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import primepath.db.fields


class Migration(migrations.Migration):

    dependencies = [
        ('primepath', '0042_action_of_imports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', primepath.db.fields.BinaryTextField(max_length=255)),
                ('operation', models.CharField(max_length=64)),
                ('input_digest', models.CharField(blank=True, max_length=64)),
                ('result', models.JSONField(null=True)),
                ('change_set_id', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField(db_index=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='idempotency_keys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once_a_user')],
            },
        ),
    ]
