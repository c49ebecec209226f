"""Import the database of the original PrimePath: plan everything, then store it in one transaction."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.db import connection, transaction

from primepath.domain.viewer import COMMAND_LINE
from primepath.exchange.upstream import tables
from primepath.exchange.upstream.access import plan_assignments
from primepath.exchange.upstream.audit import plan_audit
from primepath.exchange.upstream.cell_index import CellIndex
from primepath.exchange.upstream.cells import MADE_OF_EXAMS, CellPlanner
from primepath.exchange.upstream.classes import plan_classes
from primepath.exchange.upstream.curriculum import plan_curriculum
from primepath.exchange.upstream.exam_dates import ExamDates
from primepath.exchange.upstream.exams import ExamKeys, plan_exams
from primepath.exchange.upstream.mappings import plan_mappings
from primepath.exchange.upstream.outcomes import Outcome, Report
from primepath.exchange.upstream.people import plan_people
from primepath.exchange.upstream.planner import Options, Planner
from primepath.exchange.upstream.requests import plan_requests
from primepath.exchange.upstream.source import SourceError, open_source
from primepath.feed.changed_keys import changed_keys
from primepath.models import HistoryEntry
from primepath.services.change_sets import change_set
from primepath.services.imports.cell_spool import CellSpool
from primepath.services.imports.store import AnotherImportError, store_import
from primepath.services.imports.store_cells import CellsChangedError

_ATTEMPTS = 3
# SQLite writes some 15,000 cells with their exams and history in 5 seconds.
_CELLS_IN_5_SECONDS = 15_000
Progress = Callable[[str], None]


class _PlanIsStaleError(Exception):
    """The school's data has changed since the import was planned."""


@dataclass(frozen=True)
class ImportOptions:
    """Options of an import. Without ``source_name`` the file's own data names it."""

    source_name: str = ""
    class_codes: Mapping[str, str] = field(default_factory=dict)
    is_dry_run: bool = False
    is_strict: bool = False
    prefer_source: bool = False
    place_unlinked: bool = False
    report_path: Path | None = None


def import_database(path: Path, options: ImportOptions, progress: Progress) -> Report:
    """Import the file and return the outcomes. Raises `SourceError` if that is not possible; then nothing is stored.

    If the school's data changes in the meantime, the import is planned again, three times at most.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with _report_file(options.report_path) as file:
                return _import_once(path, options, Report(file), progress)
        except (_PlanIsStaleError, CellsChangedError):
            progress(
                f"The school's data has changed in the meantime. Planning again ({attempt + 2})."
            )
        except AnotherImportError:
            raise SourceError("Another import is running. Wait until it has ended.") from None
    raise SourceError(
        "The school's data changes all the time. Stop the server and repeat the import."
    )


def _import_once(path: Path, options: ImportOptions, report: Report, progress: Progress) -> Report:
    position = HistoryEntry.objects.position()
    with open_source(path) as source, closing(CellSpool()) as cells:
        name = options.source_name or hashlib.sha256(source.fingerprint().encode()).hexdigest()[:16]
        progress(f"Generation {source.generation()}. Source {name}.")
        planner = Planner(
            source,
            report,
            Options(name, options.class_codes, options.prefer_source, options.place_unlinked),
        )
        _plan(planner, cells, progress)
        report.check({table: source.count(table) for table in tables.TABLES})
        is_refused = options.is_strict and report.total(Outcome.REJECTED)
        if options.is_dry_run or is_refused or not (planner.objects or cells.count):
            return report
        if connection.vendor == "sqlite" and cells.count > _CELLS_IN_5_SECONDS:
            progress("Other writers wait for longer than 5 seconds now: stop the server first.")
        with change_set(), transaction.atomic():
            if any(changed_keys(position, most=1)):
                raise _PlanIsStaleError
            store_import(
                viewer=COMMAND_LINE,
                source=name,
                objects=planner.objects,
                cells=cells,
                targets=planner.targets,
                progress=progress,
            )
    return report


def _plan(planner: Planner, cells: CellSpool, progress: Progress) -> None:
    for table in tables.TABLES:
        for row in planner.source.repeated(table):
            planner.add(table, row, Outcome.REJECTED, ["REPEATED_KEY"])
    progress("Reading people, curriculum and classes.")
    people = plan_people(planner)
    curriculum = plan_curriculum(planner)
    classes = plan_classes(planner, curriculum)
    plan_mappings(planner, classes, curriculum)
    progress("Reading exams and cells.")
    keys = ExamKeys(planner)
    index = CellIndex(planner, classes, keys)
    exams = plan_exams(planner, people, curriculum, keys, index.placed)
    dates = ExamDates(planner, classes, keys)
    cell_planner = CellPlanner(planner, people, classes, exams, index, dates, cells, progress)
    cell_planner.plan()
    progress("Reading access.")
    assignments = plan_assignments(planner, people, classes)
    requests = plan_requests(planner, people, classes, assignments)
    plan_audit(planner, people, classes, assignments, requests)
    planner.report_missing_rows(except_of=None if cell_planner.makes_cells else MADE_OF_EXAMS)


@contextmanager
def _report_file(path: Path | None) -> Iterator[IO[str] | None]:
    """Yield a file for the report. It replaces ``path`` when the block ends without an error."""
    if path is None:
        yield None
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
