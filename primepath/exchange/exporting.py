"""Export a table of the school as a file."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from primepath.domain.viewer import Viewer
from primepath.exchange.columns import SCHEDULE, TABLES
from primepath.exchange.files.csv_files import write_csv
from primepath.exchange.files.xlsx_files import write_xlsx
from primepath.exchange.schedule import overview, schedule_rows
from primepath.exchange.school_tables import SUBJECTS, subject_rows


class Format(StrEnum):
    """Format of an exported file."""

    XLSX = "xlsx"
    CSV = "csv"


def export_table(
    name: str,
    *,
    viewer: Viewer,
    format: Format,
    academic_year: int,
    language: str = "en",
    class_codes: Sequence[str] | None = None,
) -> bytes:
    """Return the file of a table. ``academic_year`` and ``class_codes`` select cells of the schedule.

    The schedule contains what the viewer can see. The caller checks who can export the other tables.
    """
    table = TABLES[name]
    if table is SCHEDULE:
        rows = list(schedule_rows(viewer, academic_year, class_codes))
    else:
        rows = list(subject_rows(SUBJECTS[name]))
    if format is Format.CSV:
        return write_csv(table, rows, language=language)
    sheet = overview(rows) if table is SCHEDULE else ()
    return write_xlsx(table, rows, language=language, overview=sheet)
