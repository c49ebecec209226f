"""The status, date, times and notes of a cell in the demo school."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from primepath.domain.cell import CellKey, CellStatus
from primepath.models import ExamScheduleMatrix

# In the demo, today is always the middle of June of its first year.
_TODAY_MONTH, _TODAY_DAY = 6, 15
_PAST_STATUSES = {
    CellStatus.COMPLETED: 8,
    CellStatus.EMPTY: 1,
    CellStatus.DRAFT: 1,
}
_CURRENT_STATUSES = {
    CellStatus.IN_PROGRESS: 6,
    CellStatus.SCHEDULED: 2,
    CellStatus.COMPLETED: 1,
    CellStatus.EMPTY: 1,
}
_FUTURE_STATUSES = {
    CellStatus.SCHEDULED: 6,
    CellStatus.DRAFT: 3,
    CellStatus.EMPTY: 1,
}
_START_TIMES = (time(9, 0), time(10, 30), time(13, 30), time(15, 0))
_MINUTES = (45, 60, 90, 120)
_NOTES = (
    "Bring the listening CD.",
    "Room 204, two invigilators.",
    "강당에서 함께 치릅니다.",
    "오답 노트를 미리 나눠 주세요.",
    "Salle à réserver, durée à confirmer.",
    "Nachprüfung für Abwesende möglich.",
)


def draw_status(key: CellKey, *, first_year: int, chance: Random) -> CellStatus:
    """Return a random status that fits a past, current or future period of the demo."""
    today = date(first_year, _TODAY_MONTH, _TODAY_DAY)
    first_day, last_day = key.period.dates(key.academic_year)
    if last_day < today:
        statuses = _PAST_STATUSES
    elif first_day <= today:
        statuses = _CURRENT_STATUSES
    else:
        statuses = _FUTURE_STATUSES
    return chance.choices(list(statuses), list(statuses.values()))[0]


def unused_cell(key: CellKey) -> ExamScheduleMatrix:
    """Return the row of a cell that was read but never changed."""
    return ExamScheduleMatrix(
        id=str(key),
        school_class_id=key.class_code,
        academic_year=key.academic_year,
        period=key.period,
    )


def draw_cell(
    key: CellKey, *, status: CellStatus, created_by: int, modified_by: int, chance: Random
) -> ExamScheduleMatrix:
    """Return the row of a cell that was changed a few times and has this status."""
    cell = unused_cell(key)
    cell.status = status
    cell.version = chance.randrange(1, 6)
    cell.created_by_id = created_by
    cell.modified_by_id = modified_by if cell.version > 1 else created_by
    # Two years earlier, so that the times are in the past even for cells of the next year.
    cell.created_at = datetime(key.academic_year - 2, 12, 1, tzinfo=UTC) + timedelta(
        minutes=chance.randrange(20_000)
    )
    cell.updated_at = cell.created_at + timedelta(hours=30 * (cell.version - 1))
    if chance.random() < 0.25:
        cell.notes = chance.choice(_NOTES)
    if status != CellStatus.EMPTY:
        _draw_date_and_times(cell, key, chance)
    return cell


def _draw_date_and_times(cell: ExamScheduleMatrix, key: CellKey, chance: Random) -> None:
    settled = cell.status in {CellStatus.IN_PROGRESS, CellStatus.COMPLETED}
    if settled or chance.random() < 0.7:
        cell.scheduled_date = _draw_school_day(key, chance)
    if settled or chance.random() < 0.6:
        cell.start_time = chance.choice(_START_TIMES)
    if cell.start_time is not None and chance.random() < 0.8:
        start = datetime.combine(date.min, cell.start_time)
        cell.end_time = (start + timedelta(minutes=chance.choice(_MINUTES))).time()


def _draw_school_day(key: CellKey, chance: Random) -> date:
    first_day, last_day = key.period.dates(key.academic_year)
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1)]
    return chance.choice([day for day in days if day.weekday() < 5])
