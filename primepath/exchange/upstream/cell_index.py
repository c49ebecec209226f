"""Which cell each row of the matrix becomes, and the exams in it. Kept small: a year of 600 classes has 9,600 of them."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.conf import settings

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.exams import ExamKeys, Placed, new_placed, period_of
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.services.imports.planned import Ref


class Link(NamedTuple):
    """A row of the table of links: its key, and the exam it means."""

    id: object
    exam: Ref


class CellIndex:
    """The rows of the matrix by the cell they become. Rejected rows and links are reported immediately."""

    def __init__(self, planner: Planner, classes: Classes, exams: ExamKeys) -> None:
        self._planner = planner
        self._classes = classes
        self._exams = exams
        self._places: dict[str, tuple[Period, int]] = {}
        self._rejected: set[str] = set()
        self.main_row: dict[str, str] = {}
        self.other_rows: defaultdict[str, list[object]] = defaultdict(list)
        self.links: dict[str, tuple[Link, ...]] = {}
        self.placed: defaultdict[Ref, Placed] = new_placed()
        self._read_cells()
        self._read_links()

    def key_of(self, row: Row) -> CellKey | str:
        """Return the cell that a row becomes, or the reason why it becomes none."""
        period = period_of(row["time_period_value"])
        if period is None:
            return "PERIOD_UNKNOWN"
        year = values.year(row["academic_year"])
        if year is None:
            return "YEAR_UNREADABLE"
        if year not in settings.ACADEMIC_YEARS:
            return "YEAR_OUT_OF_RANGE"
        code = self._classes.codes.get(values.printable(row["class_code"]).strip())
        return CellKey(code, year, period) if code else "CLASS_CODE"

    def is_rejected(self, key: str) -> bool:
        return key in self._rejected

    def _read_cells(self) -> None:
        main_is_right: dict[str, bool] = {}
        ids: dict[str, object] = {}
        shared: dict[tuple[Period, int], tuple[Period, int]] = {}
        for row in self._planner.source.rows(tables.CELL):
            id_ = values.key(row["id"])
            key = self.key_of(row)
            if isinstance(key, str):
                self._rejected.add(id_)
                self._report_rejected(row, key)
                continue
            place = (key.period, key.academic_year)
            self._places[id_] = shared.setdefault(place, place)
            is_right = values.printable(row["time_period_type"]).strip().upper() == key.period.type
            name = str(key)
            if name not in self.main_row:
                self.main_row[name] = id_
                if not is_right:
                    main_is_right[name] = False
                    ids[name] = row["id"]
            elif is_right and not main_is_right.get(name, True):
                # The row with the right type is the cell, also if it comes later.
                self.other_rows[name].append(ids[name])
                self.main_row[name] = id_
                main_is_right[name] = True
            else:
                self.other_rows[name].append(row["id"])

    def _report_rejected(self, row: Row, reason: str) -> None:
        years = settings.ACADEMIC_YEARS
        columns = ("class_code", "academic_year", "time_period_value")
        message = " ".join(values.printable(row[column]) for column in columns)
        if reason == "YEAR_OUT_OF_RANGE":
            message += (
                f"; FIRST_ACADEMIC_YEAR and LAST_ACADEMIC_YEAR are {years.first} and {years.last}"
            )
        self._planner.add(tables.CELL, row, Outcome.REJECTED, [reason], message=message)

    def _read_links(self) -> None:
        refs: dict[Ref, Ref] = {}
        links: defaultdict[str, list[Link]] = defaultdict(list)
        for row in self._planner.source.rows(tables.CELL_EXAM):
            cell = values.key(row["examschedulematrix_id"])
            exam = self._exam(row)
            place = self._places.get(cell)
            if cell in self._rejected:
                self._reject_link(row, "CELL_REJECTED")
            elif place is None:
                self._reject_link(row, "CELL_MISSING")
            elif exam is None:
                self._reject_link(row, "EXAM_MISSING")
            else:
                exam = refs.setdefault(exam, exam)
                links[cell].append(Link(row["id"], exam))
                period, year = place
                self.placed[exam].years.setdefault(period.type, set()).add(year)
        self.links = {cell: tuple(found) for cell, found in links.items()}

    def _exam(self, row: Row) -> Ref | None:
        if row["routineexam_id"] is not None:
            return self._exams.find(values.key(row["routineexam_id"]))
        return self._exams.find(values.key(row["exam_id"]), is_old_column=True)

    def _reject_link(self, row: Row, reason: str) -> None:
        exam = row["routineexam_id"] if row["exam_id"] is None else row["exam_id"]
        message = (
            f"exam {values.printable(exam)} in {values.printable(row['examschedulematrix_id'])}"
        )
        self._planner.add(tables.CELL_EXAM, row, Outcome.REJECTED, [reason], message=message)
