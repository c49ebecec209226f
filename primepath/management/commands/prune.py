"""``manage.py prune``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from primepath.domain.language import Language
from primepath.services.prune import fewest_history_days, prunable, prune

_MOST_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Deletes expired sessions and files, ended tokens and old counts of failed sign-ins, in small transactions. The history "
        "is kept unless you say for how many days. Run it once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only count the rows. Delete nothing."
        )
        parser.add_argument(
            "--token-days",
            type=int,
            default=30,
            help="Keep tokens for so many days after they expired or were revoked. Defaults to %(default)s.",
        )
        parser.add_argument(
            "--history-days",
            type=int,
            help="Delete history entries that are older than so many days. All are kept by default.",
        )

    @translation.override(Language.EN)
    def handle(
        self, *, dry_run: bool, token_days: int, history_days: int | None, **options: Any
    ) -> None:
        if not 0 <= token_days <= _MOST_DAYS:
            raise CommandError(f"--token-days must be between 0 and {_MOST_DAYS}.")
        fewest = fewest_history_days()
        if history_days is not None and not fewest <= history_days <= _MOST_DAYS:
            raise CommandError(
                f"--history-days must be between {fewest} and {_MOST_DAYS}, not {history_days}. Clients with a sync "
                "token need the changes of SYNC_TOKEN_DAYS and one more day."
            )
        for each in prunable(timezone.now(), token_days=token_days, history_days=history_days):
            number, done = (each.rows.count(), "to delete") if dry_run else (prune(each), "deleted")
            self.stdout.write(f"{each.name}: {number} {done}.")
