"""Export a table of the school as a file."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.utils import translation

from primepath.domain.cell import CellKey
from primepath.domain.period import PERIODS
from primepath.domain.viewer import Viewer
from primepath.exchange.calendars import ics
from primepath.exchange.calendars.events import events_of
from primepath.exchange.columns import SCHEDULE, TABLES
from primepath.exchange.files.csv_files import write_csv
from primepath.exchange.files.xlsx_files import write_xlsx
from primepath.exchange.schedule import overview, schedule_rows
from primepath.exchange.school_tables import SUBJECTS, subject_rows
from primepath.models import ExamScheduleMatrix, SchoolClass


class FileFormat(StrEnum):
    """Format of an exported file. The last part of its name is the format in small letters."""

    XLSX = "XLSX"
    CSV = "CSV"
    ICS = "ICS"


CONTENT_TYPES = {
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.ICS: ics.CONTENT_TYPE,
}


def export_schedule(
    *,
    viewer: Viewer,
    keys: Iterable[CellKey],
    format: FileFormat,
    language: str,
    title: str = "",
    base_url: str = "",
) -> bytes:
    """Return a file with the cells of classes that the viewer can see.

    A calendar has the cells with a date, the name ``title``, and links to the page at ``base_url``.
    """
    with translation.override(language):
        if format is FileFormat.ICS:
            return _calendar(viewer, keys, title, base_url)
        rows = list(schedule_rows(viewer, keys))
        if format is FileFormat.CSV:
            return write_csv(SCHEDULE, rows, language=language)
        return write_xlsx(SCHEDULE, rows, language=language, overview=overview(rows))


def _calendar(viewer: Viewer, keys: Iterable[CellKey], title: str, base_url: str) -> bytes:
    visible = dict(SchoolClass.objects.visible_to(viewer).values_list("code", "name"))
    ids = [str(key) for key in keys if key.class_code in visible]
    cells = ExamScheduleMatrix.objects.filter(pk__key_in=ids)
    return ics.write_calendar(title, events_of(cells, class_names=visible, base_url=base_url))


def export_table(
    name: str, *, viewer: Viewer, format: FileFormat, academic_year: int, language: str = "en"
) -> bytes:
    """Return the file of a table, XLSX or CSV. ``academic_year`` is for the schedule, of which it has what the viewer can see.

    The caller checks who can export the other tables.
    """
    table = TABLES[name]
    if table is SCHEDULE:
        codes = SchoolClass.objects.visible_to(viewer).values_list("code", flat=True)
        keys = [CellKey(code, academic_year, period) for code in codes for period in PERIODS]
        return export_schedule(viewer=viewer, keys=keys, format=format, language=language)
    rows = list(subject_rows(SUBJECTS[name]))
    if format is FileFormat.CSV:
        return write_csv(table, rows, language=language)
    return write_xlsx(table, rows, language=language)
