"""``manage.py export_schema``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from schema.build import schema

SCHEMA_FILE = Path(settings.BASE_DIR) / "schema" / "schema.graphql"


class Command(BaseCommand):
    help = "Writes the GraphQL schema to schema/schema.graphql."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing. Fail if the file is out of date.",
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        text = schema.as_str() + "\n"
        if not check:
            SCHEMA_FILE.write_text(text)
        elif not SCHEMA_FILE.exists() or SCHEMA_FILE.read_text() != text:
            raise CommandError(f"{SCHEMA_FILE.name} is out of date. Run `make schema`.")
