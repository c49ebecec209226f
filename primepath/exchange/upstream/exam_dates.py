"""Dates of exams by class. From the matrix on they only fill gaps of cells; before it they are the schedule."""

from __future__ import annotations

from collections import defaultdict

from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.exams import ExamKeys
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.services.imports.planned import Ref


class ExamDates:
    """The active rows by exam and class code. A row is taken once, by the cell that it belongs to."""

    def __init__(self, planner: Planner, classes: Classes, exams: ExamKeys) -> None:
        self._planner = planner
        self._rows: defaultdict[tuple[Ref, str], list[Row]] = defaultdict(list)
        for row in planner.source.rows(tables.EXAM_DATE):
            exam = exams.find(values.key(row["exam_id"]), is_old_column=True)
            code = classes.codes.get(values.printable(row["class_code"]).strip())
            if not values.boolean(row["is_active"], default=True):
                self._report(row, Outcome.NOT_CARRIED, "INACTIVE")
            elif exam is None:
                self._report(row, Outcome.REJECTED, "EXAM_MISSING")
            elif code is None:
                self._report(row, Outcome.REJECTED, "CLASS_CODE")
            else:
                self._rows[exam, code].append(row)

    def take(self, exam: Ref, class_code: str) -> list[Row]:
        """Return the rows of this exam in this class. The caller reports them."""
        return self._rows.pop((exam, class_code), [])

    def report_rest(self) -> None:
        """Report the rows that no cell has taken."""
        for rows in self._rows.values():
            for row in rows:
                self._report(row, Outcome.NOT_CARRIED, "EXAM_NOT_IN_CELL")

    def report_unused(self, row: Row) -> None:
        """Report a row that fills nothing in its cell."""
        self._report(row, Outcome.NOT_CARRIED, "FILLS_NOTHING")

    def _report(self, row: Row, outcome: Outcome, reason: str) -> None:
        content = (
            *("class_code", "scheduled_date", "scheduled_start_time", "scheduled_end_time"),
            *("location", "additional_instructions"),
        )
        message = " ".join(values.printable(row[column]) for column in content if row[column])
        self._planner.add(tables.EXAM_DATE, row, outcome, [reason], message=message)
