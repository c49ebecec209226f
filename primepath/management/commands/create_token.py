"""``manage.py create_token``"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from primepath.domain.language import Language
from primepath.domain.text import (
    has_control_characters,
    has_forbidden_characters,
    is_blank,
    normalize_username,
)
from primepath.domain.viewer import COMMAND_LINE
from primepath.services.accounts.administer_tokens import issue_token
from primepath.services.accounts.viewers import viewer_of

_MAX_NAME_LENGTH = 100
_MAX_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Creates a bearer token for a teacher or staff member and prints it to standard output, "
        "with nothing else. Only a digest is stored, so the token cannot be shown again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="Owner of the token.")
        parser.add_argument(
            "--name",
            default="Command line",
            help='Where the token is used, for example "Mina\'s phone". Defaults to %(default)r.',
        )
        parser.add_argument(
            "--days",
            type=int,
            help="Number of days until the token expires. Defaults to the setting TOKEN_LIFETIME_DAYS.",
        )

    @translation.override(Language.EN)
    def handle(
        self, *args: Any, username: str, name: str, days: int | None, **options: Any
    ) -> None:
        if days is not None and not 1 <= days <= _MAX_DAYS:
            raise CommandError(f"--days must be between 1 and {_MAX_DAYS}.")
        if len(name) > _MAX_NAME_LENGTH or is_blank(name) or not _is_storable(name):
            raise CommandError(
                f"--name must have between 1 and {_MAX_NAME_LENGTH} valid characters."
            )
        token, stored = issue_token(
            viewer=COMMAND_LINE,
            user=_owner(username),
            name=name,
            expires_at=None if days is None else timezone.now() + timedelta(days=days),
        )
        assert stored.expires_at is not None
        self.stdout.write(token)
        if options["verbosity"] >= 1:
            expiry = timezone.localtime(stored.expires_at)
            # Django writes stderr in the colour of errors, but this is not an error.
            self.stderr.write(
                f"Token of {username}, valid until {expiry:%Y-%m-%d %H:%M %Z}. "
                "Store it now: it cannot be shown again.",
                style_func=str,
            )


def _is_storable(text: str) -> bool:
    return not (has_control_characters(text) or has_forbidden_characters(text))


def _owner(username: str) -> User:
    user, username = None, normalize_username(username)
    if not has_forbidden_characters(username):
        user = User.objects.select_related("teacher").filter(username=username).first()
    if user is None:
        raise CommandError(f"User {username!r} does not exist.")
    if not user.is_active:
        raise CommandError(f"User {username!r} is inactive, so a token would not work.")
    if viewer_of(user) is None:
        raise CommandError(
            f"User {username!r} is neither a teacher nor staff, so a token would not work."
        )
    return user
