"""``manage.py import_school``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from primepath.domain.errors import ValidationFailedError
from primepath.domain.language import Language
from primepath.domain.viewer import COMMAND_LINE
from primepath.exchange.columns import TABLES
from primepath.exchange.files.sheet import FileError
from primepath.exchange.importing import import_table
from primepath.exchange.rows import Effect, RowPlan


class Command(BaseCommand):
    help = (
        "Imports a table of the school from XLSX, XLS, ODS or CSV. Shows each change and each problem, and saves nothing "
        "unless --apply is given. Saves nothing if a row is rejected, unless --skip-rejected is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", choices=list(TABLES), help="What the file contains.")
        parser.add_argument("file", metavar="FILE", type=Path, help="The file.")
        parser.add_argument("--apply", action="store_true", help="Save the changes.")
        parser.add_argument(
            "--skip-rejected", action="store_true", help="Save the other rows if some are rejected."
        )

    @translation.override(Language.EN)
    def handle(self, *args: Any, table: str, file: Path, **options: Any) -> None:
        try:
            imported = import_table(
                table,
                file.read_bytes(),
                viewer=COMMAND_LINE,
                is_dry_run=not options["apply"],
                skip_rejected=options["skip_rejected"],
            )
        except (FileError, OSError, ValidationFailedError) as error:
            raise CommandError(str(error)) from error
        for header in imported.ignored:
            self.stdout.write(f"Column {header!r} is unknown and ignored.")
        for row in imported.rows:
            for line in _lines(row):
                self.stdout.write(line)
        change, unchanged, rejected = map(imported.count, Effect)
        self.stdout.write(f"{change} to change, {unchanged} unchanged, {rejected} rejected.")
        if rejected and not options["skip_rejected"]:
            raise CommandError("Nothing was saved, because rows were rejected.")
        self.stdout.write(
            "Saved." if options["apply"] else "Nothing was saved. Repeat with --apply."
        )


def _lines(row: RowPlan) -> list[str]:
    changes = [
        f"row {row.number}  {row.key}  {each.column}: {each.before or '-'} -> {each.after or '-'}"
        for each in row.changes
    ]
    return changes + [
        f"{each.address}  {row.key}  {each.code}: {each.message}" for each in row.problems
    ]
