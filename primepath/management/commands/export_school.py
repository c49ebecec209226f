"""``manage.py export_school``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from primepath.domain.errors import BadUserInputError
from primepath.domain.language import Language
from primepath.domain.viewer import COMMAND_LINE
from primepath.exchange.columns import TABLES
from primepath.exchange.exporting import FileFormat, export_table
from primepath.school import planned_year


class Command(BaseCommand):
    help = "Exports a table of the school as XLSX or CSV. import_school imports the same file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", choices=list(TABLES), help="What to export.")
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="The file, named .xlsx or .csv. It is replaced."
        )
        parser.add_argument("--year", type=int, help="Academic year. Defaults to the current one.")
        parser.add_argument(
            "--language",
            choices=list(map(str, Language)),
            default=str(Language.EN),
            help="Language of the headers. Defaults to %(default)s.",
        )

    @translation.override(Language.EN)
    def handle(self, *args: Any, table: str, file: Path, **options: Any) -> None:
        extension = file.suffix.upper().removeprefix(".")
        if extension not in {FileFormat.XLSX, FileFormat.CSV}:
            raise CommandError(
                f"The name of the file must end in .xlsx or .csv, not {file.suffix!r}."
            )
        try:
            content = export_table(
                table,
                viewer=COMMAND_LINE,
                format=FileFormat(extension),
                academic_year=planned_year(options["year"]),
                language=options["language"],
            )
            file.write_bytes(content)
        except (BadUserInputError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] >= 1:
            self.stdout.write(f"{file.name}: {len(content)} bytes.")
