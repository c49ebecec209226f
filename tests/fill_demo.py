"""Fill the database with the demo school: ``python -m tests.fill_demo``. Print a token for each account, as JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from primepath.demo.accounts import (  # noqa: E402
    ADMINISTRATOR,
    HEAD_TEACHER,
    NEWCOMER,
    TEACHER,
)
from primepath.demo.seed_demo import seed_demo  # noqa: E402
from primepath.models import ApiToken  # noqa: E402
from primepath.services.accounts.tokens import create_token  # noqa: E402
from tests.demo_day import use_demo_day  # noqa: E402
from tests.migrated import create_tables  # noqa: E402

_ACCOUNTS = (HEAD_TEACHER, TEACHER, NEWCOMER, ADMINISTRATOR)


def main() -> None:
    use_demo_day()
    create_tables()
    seed_demo(report=lambda line: None)
    users = get_user_model().objects.in_bulk(_ACCOUNTS, field_name="username")
    tokens = {name: create_token(user=users[name], name="test")[0] for name in _ACCOUNTS}
    # A use that is written later ends the answers that SQLite keeps. Also after tests have moved the clock, none is.
    ApiToken.objects.update(last_used_at=timezone.now() + timedelta(days=30))
    connections.close_all()
    sys.stdout.write(json.dumps(tokens))


if __name__ == "__main__":
    main()
