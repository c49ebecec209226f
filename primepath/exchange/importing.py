"""Import a table of the school from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from primepath.domain.viewer import Viewer
from primepath.exchange.columns import SCHEDULE, TABLES
from primepath.exchange.rows import Effect, RowPlan, parse, read_file
from primepath.exchange.schedule import ImportOptions, import_schedule
from primepath.exchange.school_tables import SUBJECTS, plan_subject


class Imported(NamedTuple):
    """The effect of each row. ``ignored`` are headers of the file that are no columns."""

    sheet: str
    rows: Sequence[RowPlan]
    ignored: list[str]

    def count(self, effect: Effect) -> int:
        return sum(row.effect is effect for row in self.rows)


def import_table(
    name: str,
    content: bytes,
    *,
    viewer: Viewer,
    is_dry_run: bool,
    skip_rejected: bool = False,
) -> Imported:
    """Import a file, all of its changes in one change set. Nothing is saved if a row is rejected, unless ``skip_rejected``.

    Raises `FileError` if the file cannot be read.
    """
    table = TABLES[name]
    sheet = read_file(content)
    file = parse(table, sheet)
    if table is SCHEDULE:
        options = ImportOptions(skip_rejected=skip_rejected)
        rows = import_schedule(viewer, file.rows, options, dry_run=is_dry_run).rows
    else:
        rows = plan_subject(
            SUBJECTS[name], viewer, file.rows, is_dry_run=is_dry_run, skip_rejected=skip_rejected
        )
    return Imported(sheet.name, rows, file.ignored)
