"""``manage.py create_token``"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from primepath.domain.text import has_forbidden_characters
from primepath.services.accounts.tokens import create_token
from primepath.services.accounts.viewers import viewer_of

_MAX_NAME_LENGTH = 100
_MAX_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Prints a new bearer token of a teacher or member of staff, once: only its digest is "
        "stored. Standard output holds the token and nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="Whom the token stands for.")
        parser.add_argument(
            "--name",
            default="Command line",
            help="What the token is used by, to tell tokens apart later. Default: %(default)s.",
        )
        parser.add_argument(
            "--days",
            type=int,
            help="How many days it is valid. Default: the setting TOKEN_LIFETIME_DAYS.",
        )

    def handle(
        self, *args: Any, username: str, name: str, days: int | None, **options: Any
    ) -> None:
        if days is not None and not 1 <= days <= _MAX_DAYS:
            raise CommandError(f"--days must be from 1 to {_MAX_DAYS}.")
        if not 1 <= len(name) <= _MAX_NAME_LENGTH or has_forbidden_characters(name):
            raise CommandError(f"--name must be a text of 1 to {_MAX_NAME_LENGTH} characters.")
        token, stored = create_token(
            user=_owner(username),
            name=name,
            expires_at=None if days is None else timezone.now() + timedelta(days=days),
        )
        assert stored.expires_at is not None
        self.stdout.write(token)
        if options["verbosity"] >= 1:
            expiry = timezone.localtime(stored.expires_at)
            # Django writes all of stderr in the colour of errors; this is none.
            self.stderr.write(
                f"This is the token of {username}, valid until {expiry:%Y-%m-%d %H:%M %Z}. "
                "Keep it: it is not shown again.",
                style_func=str,
            )


def _owner(username: str) -> User:
    user = None
    if not has_forbidden_characters(username):
        user = User.objects.select_related("teacher").filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no user named {username!r}.")
    if not user.is_active:
        raise CommandError(f"The user {username!r} is not active, so a token would open nothing.")
    if viewer_of(user) is None:
        raise CommandError(
            f"The user {username!r} is neither a teacher nor staff, so a token would open nothing."
        )
    return user
