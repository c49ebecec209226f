"""Accounts can have preferences: the language of pages and messages."""

import django.db.models.deletion
import primepath.domain.language
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('primepath', '0091_action_of_account_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountPreferences',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preferences', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('language', models.CharField(choices=[('en', 'English'), ('ko', '한국어')], max_length=8, verbose_name='language')),
            ],
            options={
                'verbose_name_plural': 'account preferences',
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', [primepath.domain.language.Language['EN'], primepath.domain.language.Language['KO']])), name='account_language_is_known')],
            },
        ),
    ]
