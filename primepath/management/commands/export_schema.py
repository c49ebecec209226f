"""``manage.py export_schema``"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema.build import schema
from schema.client_caches import SETTINGS

SCHEMA_FILE = Path(settings.BASE_DIR) / "schema" / "schema.graphql"
_CLIENTS = Path(settings.BASE_DIR) / "docs" / "clients"
_PAGES = {"apollo": _CLIENTS / "apollo.md", "graphcache": _CLIENTS / "urql.md"}
_BLOCK = re.compile(r"(?<=CacheSettings\.ts\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


class Command(BaseCommand):
    help = (
        "Writes the GraphQL schema to schema/schema.graphql, or the cache settings of a client, which are derived from it, to its "
        "page in docs/clients."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--client", choices=list(SETTINGS), help="Write the cache settings of this client."
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing. Fail if the file is out of date.",
        )

    def handle(self, *, client: str | None, check: bool, **options: Any) -> None:
        file = _PAGES[client] if client else SCHEMA_FILE
        old = file.read_text() if file.exists() else ""
        new = _with_settings(old, SETTINGS[client]()) if client else schema.as_str() + "\n"
        if not check:
            file.write_text(new)
        elif old != new:
            raise CommandError(f"{file.name} is out of date. Run `make schema`.")


def _with_settings(page: str, module: str) -> str:
    """Return the page with this module in its block of settings."""
    new, number = _BLOCK.subn(lambda _: module, page)
    if number != 1:
        raise CommandError("The page has no block for the settings.")
    return new
