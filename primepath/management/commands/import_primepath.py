"""``manage.py import_primepath``"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from primepath.domain.cell import is_class_code
from primepath.domain.language import Language
from primepath.exchange.upstream.import_database import ImportOptions, import_database
from primepath.exchange.upstream.outcomes import Outcome, Report
from primepath.exchange.upstream.source import SourceError
from primepath.exchange.upstream.tables import NOT_CARRIED_COLUMNS

_EXIT_REJECTED = 3


class Command(BaseCommand):
    help = (
        "Imports the SQLite database of an original PrimePath. Safe to repeat: a row that was imported before is not "
        "imported again. Reports an outcome for each row. Exits with status 3 if a row was rejected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="The database, db.sqlite3.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Report what would happen. Store nothing."
        )
        parser.add_argument(
            "--report",
            metavar="FILE",
            type=Path,
            help="Write the outcome of each row as JSON Lines.",
        )
        parser.add_argument(
            "--class-code",
            metavar="OLD=NEW",
            action="append",
            default=[],
            help="Import class OLD with the code NEW. Can be repeated. Later imports remember it.",
        )
        parser.add_argument(
            "--source",
            metavar="NAME",
            default="",
            help="Name of the database, to import several of them. By default it is derived from the first account.",
        )
        parser.add_argument(
            "--strict", action="store_true", help="Store nothing if a row is rejected."
        )
        parser.add_argument(
            "--prefer-source",
            action="store_true",
            help="Overwrite objects that have changed here since the last import.",
        )
        parser.add_argument(
            "--place-unlinked",
            action="store_true",
            help="Also make cells for exams that are in no cell, from their period and classes.",
        )

    @translation.override(Language.EN)
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        is_verbose = options["verbosity"] >= 1
        import_options = ImportOptions(
            source_name=options["source"],
            class_codes=dict(map(_class_code, options["class_code"])),
            is_dry_run=options["dry_run"],
            is_strict=options["strict"],
            prefer_source=options["prefer_source"],
            place_unlinked=options["place_unlinked"],
            report_path=options["report"],
        )
        try:
            progress = self.stdout.write if is_verbose else _ignore
            report = import_database(file, import_options, progress)
        except (SourceError, OSError) as error:
            raise CommandError(str(error)) from error
        self._write(report, import_options)
        if report.total(Outcome.REJECTED):
            sys.exit(_EXIT_REJECTED)

    def _write(self, report: Report, options: ImportOptions) -> None:
        for line in (*report.shown, *report.notes):
            self.stdout.write(line)
        if report.hidden:
            self.stdout.write(f"{report.hidden} more lines are in the file of --report.")
        self.stdout.write("")
        columns = [*Outcome]
        for table, counts in report.counts.items():
            parts = [f"{counts[outcome]} {outcome}" for outcome in columns if counts[outcome]]
            self.stdout.write(f"{table}: {counts.total()} rows, {', '.join(parts)}")
        self.stdout.write(NOT_CARRIED_COLUMNS)
        rejected = report.total(Outcome.REJECTED)
        if options.is_dry_run:
            self.stdout.write("Dry run: nothing was stored.")
        elif options.is_strict and rejected:
            self.stdout.write("Nothing was stored, because rows were rejected.")


def _class_code(argument: str) -> tuple[str, str]:
    old, equals, new = argument.partition("=")
    if not equals or not old or not is_class_code(new):
        raise CommandError(
            f"--class-code {argument!r} must be OLD=NEW, and NEW a valid class code."
        )
    return old, new


def _ignore(line: str) -> None:
    pass
