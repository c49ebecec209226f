"""Exams of both tables, and which cells they are in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils import timezone

from primepath.domain.exam import EXAM_TYPE_OF_PERIOD, ExamType
from primepath.domain.period import MONTHS, QUARTERS, Period, PeriodType
from primepath.domain.text import is_blank
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.class_codes import sanitized
from primepath.exchange.upstream.curriculum import Curriculum
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.people import EPOCH, People
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.services.exams.values import MAX_INSTRUCTIONS_LENGTH, MAX_NAME_LENGTH
from primepath.services.imports.planned import Kind, PlannedObject, Ref

_TYPES = {
    "REVIEW": ExamType.REVIEW,
    "QUARTERLY": ExamType.QUARTERLY,
    "MONTHLY_REVIEW": ExamType.REVIEW,
}
PERIOD_TYPE_OF_EXAM = {exam: period for period, exam in EXAM_TYPE_OF_PERIOD.items()}
_MAX_QUESTIONS, _MAX_MINUTES = 1_000, 1_440


@dataclass(slots=True)
class Placed:
    """The accepted cells that an exam is in: their years by the kind of their period."""

    years: dict[PeriodType, set[int]] = field(default_factory=dict)

    def is_only_in(self, type_: PeriodType) -> bool:
        return self.years.keys() == {type_}


class ExamOfSource(NamedTuple):
    """An exam of the file that is imported. ``period`` is the one that it was made for."""

    ref: Ref
    type: ExamType
    academic_year: int | None
    period: Period | None
    class_codes: tuple[str, ...]
    row: Row


class ExamKeys:
    """Finds the exam that a link means. The two tables were used by turns."""

    def __init__(self, planner: Planner) -> None:
        source = planner.source
        self._first = {
            values.key(row["id"]): _ref(tables.EXAM, row) for row in source.rows(tables.EXAM)
        }
        managed = list(source.rows(tables.MANAGED_EXAM))
        self._second = {values.key(row["id"]): _ref(tables.MANAGED_EXAM, row) for row in managed}
        self._managed_first = source.has(tables.CELL_EXAM, "routineexam_id") and not source.has(
            tables.EXAM, "answer_key"
        )
        self.merged: dict[Ref, Ref] = {}
        if source.has(tables.EXAM, "answer_key"):
            self._merge(planner, managed)

    def find(self, key: str, *, is_old_column: bool = False) -> Ref | None:
        """Return the exam with this key, or None if neither table has it."""
        order = (self._first, self._second)
        if self._managed_first and not is_old_column:
            order = (self._second, self._first)
        found = order[0].get(key) or order[1].get(key)
        return self.merged.get(found, found) if found else None

    def _merge(self, planner: Planner, managed: list[Row]) -> None:
        """Find the exams that a script copied from the second table into the first, under new keys."""
        identities = {
            _identity(row): _ref(tables.EXAM, row) for row in planner.source.rows(tables.EXAM)
        }
        for row in managed:
            if (twin := identities.get(_identity(row))) is not None:
                self.merged[_ref(tables.MANAGED_EXAM, row)] = twin


def _ref(table: str, row: Row) -> Ref:
    return Ref(Kind.EXAM, table, values.key(row["id"]))


def _identity(row: Row) -> tuple[str, int | None, str, str]:
    month, quarter = (
        values.printable(row[f"time_period_{part}"]).strip().upper()
        for part in ("month", "quarter")
    )
    return values.printable(row["name"]), values.year(row["academic_year"]), month, quarter


def plan_exams(
    planner: Planner,
    people: People,
    curriculum: Curriculum,
    keys: ExamKeys,
    placed: Mapping[Ref, Placed],
) -> dict[Ref, ExamOfSource]:
    """Plan the exams of both tables. Return the exams that are not merged into another."""
    has_matrix = planner.source.has(tables.CELL)
    exams: dict[Ref, ExamOfSource] = {}
    lines: list[tuple[str, Row, Ref, list[str], str]] = []
    planned: list[PlannedObject] = []
    for table in (tables.EXAM, tables.MANAGED_EXAM):
        for row in planner.source.rows(table):
            ref = _ref(table, row)
            if ref in keys.merged:
                lines.append((table, row, keys.merged[ref], ["SAME_EXAM"], ""))
                continue
            reader = _Reader(table, row, people, curriculum, placed.get(ref, Placed()))
            each = PlannedObject(ref, reader.read(), extra=_times(row))
            planned.append(each)
            exam = _described(each, row)
            exams[ref] = exam
            notes = []
            message = "; ".join(reader.messages)
            if has_matrix and ref not in placed and exam.period is not None and exam.class_codes:
                notes = ["MEANT_FOR"]
                meant = f"{', '.join(exam.class_codes)}, {exam.period} {exam.academic_year}"
                message = f"{message}; {meant}; not in the matrix".removeprefix("; ")
            elif not has_matrix:
                reader.reasons += _odd_codes(exam)
            lines.append((table, row, ref, [*reader.reasons, *notes], message))
    planner.settle(planned, Kind.EXAM)
    for table, row, ref, reasons, message in lines:
        outcome = Outcome.CHANGED if set(reasons) - {"MEANT_FOR"} else Outcome.IMPORTED
        if reasons == ["SAME_EXAM"]:
            outcome = Outcome.MERGED
        planner.add(table, row, outcome, reasons, of=ref, message=message)
    return exams


def _times(row: Row) -> dict[str, Any]:
    created_at = values.moment_or(row["created_at"], EPOCH)
    return {
        "created_at": created_at,
        "updated_at": values.moment_or(row["updated_at"], created_at),
    }


def _odd_codes(exam: ExamOfSource) -> list[str]:
    """Without a matrix, the codes of the exam are its cells. So a code that has to change is a change."""
    return ["CLASS_CODE"] if any(sanitized(code) != code for code in exam.class_codes) else []


def _described(each: PlannedObject, row: Row) -> ExamOfSource:
    type_ = ExamType(each.values["type"])
    part = "month" if type_ is ExamType.REVIEW else "quarter"
    text = values.printable(row[f"time_period_{part}"]).strip().upper()
    codes = values.texts(row.get("class_codes")) or [values.printable(row.get("class_code"))]
    return ExamOfSource(
        each.ref,
        type_,
        each.values["academic_year"],
        Period(text) if text in {*Period} else None,
        tuple(dict.fromkeys(code.strip() for code in codes if code.strip())),
        row,
    )


class _Reader:
    """Reads one exam. ``reasons`` and ``messages`` say what it changes."""

    def __init__(
        self, table: str, row: Row, people: People, curriculum: Curriculum, placed: Placed
    ) -> None:
        self._is_managed = table == tables.MANAGED_EXAM
        self._row = row
        self._people = people
        self._curriculum = curriculum
        self._placed = placed
        self.reasons: list[str] = []
        self.messages: list[str] = []

    def read(self) -> dict[str, Any]:
        name = values.clean(self._row["name"], MAX_NAME_LENGTH, self.reasons)
        if is_blank(name):
            self.reasons.append("NAME_BLANK")
            name = f"Exam {values.key(self._row['id'])[:8]}"
        type_ = self._type()
        level, extra_text = self._level()
        instructions = values.text(self._row["instructions"])
        if extra_text:
            instructions = f"{instructions}\n{extra_text}".strip()
        return {
            "name": name,
            "type": str(type_),
            "academic_year": self._year(type_),
            "curriculum_level_id": level,
            "total_questions": self._questions(),
            "timer_minutes": self._number(
                "duration" if self._is_managed else "timer_minutes",
                "TIMER_MINUTES",
                60,
                _MAX_MINUTES,
            ),
            "passing_score": self._passing_score(),
            "instructions": values.clean(instructions, MAX_INSTRUCTIONS_LENGTH, self.reasons),
            "is_active": values.boolean(self._row["is_active"], default=True),
            "created_by_id": self._author(),
        }

    def _changed(self, reason: str, before: object, after: object) -> None:
        self.reasons.append(reason)
        self.messages.append(f"{values.printable(before)} -> {after}")

    def _type(self) -> ExamType:
        stored = values.printable(self._row["exam_type"]).strip()
        type_ = _TYPES.get(stored.upper())
        if type_ is None and self._row["exam_type"] is None:
            type_ = ExamType.REVIEW
        elif type_ is None:
            type_ = self._guessed_type()
            self._changed("EXAM_TYPE", stored, type_)
        other = ExamType.QUARTERLY if type_ is ExamType.REVIEW else ExamType.REVIEW
        if self._placed.is_only_in(PERIOD_TYPE_OF_EXAM[other]):
            self._changed("EXAM_TYPE", type_, other)
            return other
        return type_

    def _guessed_type(self) -> ExamType:
        month, quarter = (
            values.printable(self._row[f"time_period_{part}"]).strip()
            for part in ("month", "quarter")
        )
        is_quarterly = not month and (
            bool(quarter) or self._placed.is_only_in(PeriodType.QUARTERLY)
        )
        return ExamType.QUARTERLY if is_quarterly else ExamType.REVIEW

    def _year(self, type_: ExamType) -> int | None:
        stored = values.printable(self._row["academic_year"]).strip()
        year = values.year(stored)
        if year is None and stored:
            year = self._year_of_two(stored)
            self._changed("YEAR_SPELLING", stored, year or "any year")
        fitting = self._placed.years.get(PERIOD_TYPE_OF_EXAM[type_], set())
        if year is not None and fitting - {year}:
            self._changed("YEAR_DROPPED", year, "any year")
            return None
        return year

    def _year_of_two(self, stored: str) -> int | None:
        created = timezone.localtime(values.moment_or(self._row["created_at"], EPOCH)).year
        return created if str(created) in stored.split("-") else None

    def _level(self) -> tuple[Ref | None, str]:
        """Return the level, and a text for the instructions if the level is not found."""
        if not self._is_managed:
            key = self._row["curriculum_level_id"]
            level = self._curriculum.levels.get(values.integer(key) or 0)
            if level is None and key is not None:
                self._changed("LEVEL_MISSING", key, "no level")
            return level, ""
        name = values.printable(self._row["curriculum_level"]).strip()
        level = self._curriculum.parse(name)
        if level is None and name:
            self._changed("LEVEL_MISSING", name, "no level; the text is in the instructions")
            return None, name
        return level, ""

    def _questions(self) -> int:
        if not self._is_managed:
            return self._number("total_questions", "TOTAL_QUESTIONS", 1, _MAX_QUESTIONS)
        answers = values.parsed(self._row["answer_key"])
        count = len(answers) if isinstance(answers, dict | list) else 0
        if not 1 <= count <= _MAX_QUESTIONS:
            after = min(max(count, 1), _MAX_QUESTIONS)
            self._changed("TOTAL_QUESTIONS", count, after)
            return after
        return count

    def _number(self, column: str, reason: str, default: int, limit: int) -> int:
        stored = self._row[column]
        number = values.integer(stored)
        if number is not None and 1 <= number <= limit:
            return number
        after = limit if number is not None and number > limit else default
        if stored is not None:
            self._changed(reason, stored, after)
        return after

    def _passing_score(self) -> int | None:
        stored = None if self._is_managed else self._row["passing_score"]
        score = values.integer(stored)
        if stored is None or (score is not None and 0 <= score <= 100):
            return score
        self._changed("PASSING_SCORE", stored, "none")
        return None

    def _author(self) -> Ref | None:
        stored = self._row["created_by_id"]
        key = values.integer(stored) or 0
        if self._is_managed:
            author = self._people.teacher_of_account.get(key)
        else:
            teacher = self._people.teachers.get(key)
            author = teacher.ref if teacher else None
        if author is None and stored is not None:
            self._changed("AUTHOR_MISSING", stored, "nobody")
        return author


def period_of(value: object) -> Period | None:
    """Return the period that a text names, in any case and with spaces around it."""
    text = values.printable(value).strip().upper()
    return Period(text) if text in {*MONTHS, *QUARTERS} else None


def new_placed() -> defaultdict[Ref, Placed]:
    return defaultdict(Placed)
