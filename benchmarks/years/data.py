"""The schedules of the benchmark: a year with dates, rooms and an invigilator, and copies of it in other years."""

from __future__ import annotations

from benchmarks.data import YEAR
from benchmarks.product import CellKey, ExamScheduleMatrix, MatrixCellExam, Period, Teacher

# Of 40 cells in a row, one has no date, and one of 20 is in Room 3.
_DATES, _ROOMS = 40, 20
_INVIGILATED = 50
_FIELDS = ("scheduled_date", "room", "invigilator_id")


def plan_year() -> None:
    """Set the dates and rooms of the cells of `YEAR`. Every fiftieth has the only teacher as invigilator."""
    teacher = Teacher.objects.get()
    cells = list(ExamScheduleMatrix.objects.filter(academic_year=YEAR).order_by("pk"))
    for number, cell in enumerate(cells):
        first, last = Period(cell.period).dates(YEAR)
        days = (last - first).days
        share = number % _DATES
        cell.scheduled_date = first + (last - first) * share // days if share else None
        cell.room = f"Room {number % _ROOMS}"
        cell.invigilator = None if number % _INVIGILATED else teacher
    ExamScheduleMatrix.objects.bulk_update(cells, _FIELDS, batch_size=500)


def copy_year(year: int) -> None:
    """Copy the cells of `YEAR` with their exams. Dates are on the same day of the month, at most the 28th."""
    cells = list(ExamScheduleMatrix.objects.filter(academic_year=YEAR))
    links = MatrixCellExam.objects.filter(cell__academic_year=YEAR).values_list(
        "cell_id", "exam_id"
    )
    new_ids = {}
    for cell in cells:
        id = str(CellKey(cell.school_class_id, year, Period(cell.period)))
        new_ids[cell.pk] = id
        date = cell.scheduled_date
        cell.pk, cell.academic_year = id, year
        cell.scheduled_date = date and date.replace(year=year, day=min(date.day, 28))
    ExamScheduleMatrix.objects.bulk_create(cells, batch_size=2_000)
    MatrixCellExam.objects.bulk_create(
        (MatrixCellExam(cell_id=new_ids[cell_id], exam_id=exam_id) for cell_id, exam_id in links),
        batch_size=5_000,
    )
