"""The events of cells: everything that a calendar contains about them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import CellStatus
from primepath.domain.history import HistorySubject
from primepath.models import ExamScheduleMatrix, HistoryEntry, MatrixCellExam
from primepath.terms import label, named

CANCELLED_DAYS = 30
"""For so long, a cell that has lost its date is a cancelled event. Clients that imported the event keep it otherwise."""

_COLUMNS = (
    *("pk", "school_class_id", "academic_year", "period", "status", "version", "updated_at"),
    *("scheduled_date", "start_time", "end_time", "room", "invigilator__name"),
)
_CONFIRMED = frozenset({CellStatus.SCHEDULED, CellStatus.IN_PROGRESS, CellStatus.COMPLETED})


class Event(NamedTuple):
    """The event of a cell. Two events that are equal are the same bytes.

    ``start`` is None for a whole day. ``duration`` is the time until the end, 0 if neither an end nor an exam states it.
    """

    uid: str
    sequence: int
    changed_at: datetime.datetime
    date: datetime.date
    start: datetime.time | None
    duration: datetime.timedelta
    summary: str
    description: str
    location: str
    category: str
    status: str
    url: str


class _Exam(NamedTuple):
    name: str
    minutes: int


def events_of(
    cells: QuerySet[ExamScheduleMatrix], *, class_names: Mapping[str, str], base_url: str
) -> list[Event]:
    """Return the events of the cells that have a date, or had one within the last `CANCELLED_DAYS`.

    ``base_url`` is the address of the matrix page. Three SELECTs.
    """
    since = timezone.now() - datetime.timedelta(days=CANCELLED_DAYS)
    wanted = cells.filter(
        Q(scheduled_date__isnull=False) | Q(updated_at__gte=since), version__gte=1
    )
    rows = list(wanted.order_by("pk").values_list(*_COLUMNS))
    lost_dates = _lost_dates([row[0] for row in rows if row[7] is None], since)
    exams = _exams([row[0] for row in rows if row[7] is not None or row[0] in lost_dates])
    events = []
    for pk, code, year, period, status, version, updated_at, date, *rest in rows:
        day = date or lost_dates.get(pk)
        if day is None:
            continue
        start, end, room, invigilator = rest
        own = exams.get(pk, [])
        is_confirmed = CellStatus(status) in _CONFIRMED
        events.append(
            Event(
                uid=f"{code}-{year}-{period}@{settings.CALENDAR_HOST}",
                sequence=version,
                changed_at=updated_at,
                date=day,
                start=start,
                duration=_duration(start, end, own),
                summary=_summary(class_names.get(code, code), own, period, year),
                description=_description(own, invigilator),
                location=room,
                category=_category(CellStatus(status)),
                status="CANCELLED"
                if date is None
                else "CONFIRMED"
                if is_confirmed
                else "TENTATIVE",
                url=urljoin(base_url, f"?year={year}"),
            )
        )
    return events


def _lost_dates(ids: list[str], since: datetime.datetime) -> dict[str, datetime.date]:
    """Return the last date of each cell that has lost it since then."""
    if not ids:
        return {}
    entries = HistoryEntry.objects.filter(
        subject=HistorySubject.CELL, subject_key__key_in=ids, at__gte=since
    )
    found: dict[str, datetime.date] = {}
    for id, changes in entries.order_by("pk").values_list("subject_key", "changes"):
        for field, before, after in changes:
            if field == "scheduledDate" and before is not None and after is None:
                found[id] = datetime.date.fromisoformat(before)
    return found


def _exams(ids: list[str]) -> dict[str, list[_Exam]]:
    """Return the exams of each cell, in the order of their names."""
    links = MatrixCellExam.objects.filter(cell__key_in=ids)
    found: defaultdict[str, list[_Exam]] = defaultdict(list)
    for cell, name, minutes in links.order_by("exam__name_order", "exam_id").values_list(
        "cell_id", "exam__name", "exam__timer_minutes"
    ):
        found[cell].append(_Exam(name, minutes))
    return found


def _category(status: CellStatus) -> str:
    return label(status)


def _duration(
    start: datetime.time | None, end: datetime.time | None, exams: list[_Exam]
) -> datetime.timedelta:
    if start is not None and end is not None:
        day = datetime.date.min
        return datetime.datetime.combine(day, end) - datetime.datetime.combine(day, start)
    return datetime.timedelta(minutes=max((exam.minutes for exam in exams), default=0))


def _summary(class_name: str, exams: list[_Exam], period: str, year: int) -> str:
    names = ", ".join(exam.name for exam in exams) or _("{period} {year}").format(
        period=named(period), year=year
    )
    return _("{class_name}: {exams}").format(class_name=class_name, exams=names)


def _description(exams: list[_Exam], invigilator: str | None) -> str:
    """Return the exams and the invigilator. Notes are left out, because other services keep what they read."""
    template = _("{name} ({minutes} minutes)")
    lines = [template.format(name=exam.name, minutes=exam.minutes) for exam in exams]
    if invigilator:
        lines.append(_("Invigilator: {name}").format(name=invigilator))
    return "\n".join(lines)
