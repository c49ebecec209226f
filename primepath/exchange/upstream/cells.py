"""Cells and their exams, from the matrix or, in files without one, from the exams."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from primepath.domain.cell import CellKey
from primepath.domain.exam import EXAM_TYPE_OF_PERIOD
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.cell_draft import CellDraft
from primepath.exchange.upstream.cell_index import CellIndex, Link
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.exam_dates import ExamDates
from primepath.exchange.upstream.exams import ExamOfSource
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.people import EPOCH, People
from primepath.exchange.upstream.planner import Planner, Record, outcome_of
from primepath.exchange.upstream.source import Row
from primepath.services.cells.cell_changes import MAX_ROOM_LENGTH, clean_room
from primepath.services.imports.cell_spool import CellSpool, PlannedCell
from primepath.services.imports.planned import Fate, Kind, Ref, digest
from primepath.services.imports.state import states

_CELLS_AT_ONCE = 2_000
_CELLS_A_LINE = 20_000
MADE_OF_EXAMS = "exams of a cell"
_EMPTY_COLUMNS = {
    "shared_with_classes": ("", "[]"),
    "metadata": ("", "{}"),
    "is_template": ("", "0"),
}


class _CellLine(NamedTuple):
    """A row that a cell was made of, with its outcome for a new cell."""

    table: str
    id: object
    outcome: Outcome
    reasons: list[str]
    message: str


class _ReadCell(NamedTuple):
    draft: CellDraft
    lines: list[_CellLine]


class CellPlanner:
    """Plans the cells in chunks, and writes new and changed ones to the spool."""

    def __init__(
        self,
        planner: Planner,
        people: People,
        classes: Classes,
        exams: Mapping[Ref, ExamOfSource],
        index: CellIndex,
        dates: ExamDates,
        spool: CellSpool,
        progress: Callable[[str], None],
    ) -> None:
        self._planner = planner
        self._people = people
        self._classes = classes
        self._exams = exams
        self._index = index
        self._dates = dates
        self._spool = spool
        self._progress = progress
        self._types = {ref: exam.type for ref, exam in exams.items()}

    @property
    def makes_cells(self) -> bool:
        """True if exams that are in no cell get cells."""
        return self._planner.options.place_unlinked or not self._planner.source.has(tables.CELL)

    def plan(self) -> None:
        if self._planner.source.has(tables.CELL):
            self._plan_all(tables.CELL, self._read_matrix())
        if self.makes_cells:
            self._plan_all(MADE_OF_EXAMS, self._read_exams())
        self._dates.report_rest()

    def _plan_all(self, table: str, cells: Iterator[_ReadCell]) -> None:
        count = 0
        while chunk := list(itertools.islice(cells, _CELLS_AT_ONCE)):
            self._plan_chunk(table, chunk)
            count += len(chunk)
            if count % _CELLS_A_LINE == 0:
                self._progress(f"Read {count} cells.")

    # ---- reading

    def _read_matrix(self) -> Iterator[_ReadCell]:
        for row in self._planner.source.rows(tables.CELL):
            id_ = values.key(row["id"])
            if self._index.is_rejected(id_):
                continue
            key = self._index.key_of(row)
            if isinstance(key, str) or self._index.main_row[str(key)] != id_:
                continue
            yield self._read_cell(key, row)

    def _read_cell(self, key: CellKey, row: Row) -> _ReadCell:
        source = self._planner.source
        others = [
            source.row(tables.CELL, other) for other in self._index.other_rows.get(str(key), ())
        ]
        draft = CellDraft(key, Ref(Kind.CELL, tables.CELL, values.key(row["id"])))
        lines: list[_CellLine] = []
        for each in (row, *others):
            self._add_links(draft, self._index.links.get(values.key(each["id"]), ()), lines)
        draft.read_dates(row)
        self._read_spelling(draft, row)
        self._read_authors(draft, row)
        self._fill(draft, lines)
        draft.settle_status(values.printable(row["status"]))
        for other in others:
            self._merge(draft, other, lines)
        carried_not = self._not_carried(row)
        draft.settle_notes(row["notes"])
        if draft.is_untouched:
            outcome, reasons = Outcome.NOT_CARRIED, ["UNTOUCHED", *carried_not]
        else:
            outcome = Outcome.CHANGED if draft.reasons else Outcome.IMPORTED
            reasons = [*draft.reasons, *(["COLUMN_NOT_CARRIED"] if carried_not else [])]
        message = "; ".join([*draft.messages, *carried_not])
        return _ReadCell(
            draft, [_CellLine(tables.CELL, row["id"], outcome, reasons, message), *lines]
        )

    def _add_links(self, draft: CellDraft, links: Iterable[Link], lines: list[_CellLine]) -> None:
        wanted = EXAM_TYPE_OF_PERIOD[draft.key.period.type]
        for link in links:
            type_ = self._types[link.exam]
            outcome, reasons, message = Outcome.IMPORTED, list[str](), ""
            if type_ is not wanted:
                outcome, reasons = Outcome.REJECTED, ["EXAM_TYPE_MISMATCH"]
                message = f"{type_} exam in {draft.key}"
            elif link.exam in draft.exams:
                outcome, reasons = Outcome.MERGED, ["SAME_LINK"]
            else:
                draft.exams.append(link.exam)
            lines.append(_CellLine(tables.CELL_EXAM, link.id, outcome, reasons, message))

    def _read_spelling(self, draft: CellDraft, row: Row) -> None:
        code = values.printable(row["class_code"])
        if code != draft.key.class_code:
            draft.changed("CLASS_CODE", code, draft.key.class_code)
        period = values.printable(row["time_period_value"])
        if period != draft.key.period:
            draft.changed("PERIOD_SPELLING", period, draft.key.period)
        type_ = values.printable(row["time_period_type"]).strip().upper()
        if type_ != draft.key.period.type:
            draft.changed("PERIOD_TYPE", type_, draft.key.period.type)

    def _read_authors(self, draft: CellDraft, row: Row) -> None:
        teachers = self._people.teachers
        for name, column in (("created_by", "created_by_id"), ("modified_by", "modified_by_id")):
            teacher = teachers.get(values.integer(row[column]) or 0)
            setattr(draft, name, teacher.ref if teacher else None)
        draft.created_at = values.moment_or(row["created_at"], EPOCH)
        draft.updated_at = values.moment_or(row["updated_at"], draft.created_at)

    def _fill(self, draft: CellDraft, lines: list[_CellLine]) -> None:
        """Fill gaps of the cell with the dates of its exams."""
        for exam in draft.exams:
            for row in self._dates.take(exam, draft.key.class_code):
                if self._fill_from(draft, row):
                    lines.append(
                        _CellLine(
                            tables.EXAM_DATE,
                            row["id"],
                            Outcome.MERGED,
                            ["SCHEDULE_OF_CELL"],
                            str(draft.key),
                        )
                    )
                else:
                    self._dates.report_unused(row)

    def _fill_from(self, draft: CellDraft, row: Row) -> bool:
        found = CellDraft(draft.key, draft.ref)
        found.read_dates(row)
        filled = False
        if draft.scheduled_date is None and found.scheduled_date is not None:
            draft.scheduled_date, filled = found.scheduled_date, True
        if draft.start_time is None and found.start_time is not None:
            draft.start_time, draft.end_time, filled = found.start_time, found.end_time, True
        room = clean_room(values.clean(row["location"], MAX_ROOM_LENGTH, []))
        if room and not draft.room:
            draft.room, filled = room, True
        if text := values.printable(row["additional_instructions"]).strip():
            draft.remarks.append(text)
            filled = True
        return filled

    def _merge(self, draft: CellDraft, other: Row, lines: list[_CellLine]) -> None:
        if notes := values.printable(other["notes"]).strip():
            draft.remarks.append(notes)
        lines.append(
            _CellLine(tables.CELL, other["id"], Outcome.MERGED, ["SAME_CELL"], str(draft.key))
        )

    def _not_carried(self, row: Row) -> list[str]:
        return [
            f"{column}: {values.printable(row[column])[:200]}"
            for column, empty in _EMPTY_COLUMNS.items()
            if values.printable(row[column]).strip() not in empty
        ]

    def _read_exams(self) -> Iterator[_ReadCell]:
        """Make cells of the periods and class codes of the exams that are in no cell."""
        exams_of: defaultdict[CellKey, list[ExamOfSource]] = defaultdict(list)
        for exam in self._exams.values():
            key_parts = (exam.academic_year, exam.period)
            if exam.ref in self._index.placed or None in key_parts:
                continue
            for raw in exam.class_codes:
                place = {"time_period_value": exam.period, "academic_year": exam.academic_year}
                key = self._index.key_of({**place, "class_code": raw})
                if isinstance(key, CellKey) and str(key) not in self._index.main_row:
                    exams_of[key].append(exam)
        for key, exams in exams_of.items():
            yield self._make_cell(key, exams)

    def _make_cell(self, key: CellKey, exams: list[ExamOfSource]) -> _ReadCell:
        draft = CellDraft(key, Ref(Kind.CELL, MADE_OF_EXAMS, str(key)))
        lines: list[_CellLine] = []
        dated: list[CellDraft] = []
        for exam in exams:
            if exam.ref in draft.exams:
                continue
            draft.exams.append(exam.ref)
            draft.created_at = draft.updated_at = values.moment_or(exam.row["created_at"], EPOCH)
            own = CellDraft(key, draft.ref)
            rows = self._dates.take(exam.ref, key.class_code)
            if rows:
                for row in rows:
                    self._fill_from(own, row)
                    lines.append(
                        _CellLine(
                            tables.EXAM_DATE,
                            row["id"],
                            Outcome.MERGED,
                            ["SCHEDULE_OF_CELL"],
                            str(key),
                        )
                    )
            elif "scheduled_date" in exam.row:
                own.read_dates(exam.row)
            if slot := values.printable(exam.row.get("timeslot")).strip():
                own.remarks.append(f"{values.printable(exam.row['name'])[:200]}: {slot}")
            draft.remarks += own.remarks
            dated.append(own)
        days = sorted(
            (own for own in dated if own.scheduled_date), key=lambda own: str(own.scheduled_date)
        )
        for own in days[:1] or dated[:1]:
            draft.scheduled_date, draft.room = own.scheduled_date, own.room
            draft.start_time, draft.end_time = own.start_time, own.end_time
        if len({own.scheduled_date for own in days}) > 1:
            draft.remarks += [f"Imported date of an exam: {own.scheduled_date}" for own in days]
        draft.settle_status("SCHEDULED")
        draft.settle_notes("")
        return _ReadCell(draft, lines)

    # ---- comparing

    def _plan_chunk(self, table: str, chunk: list[_ReadCell]) -> None:
        records = self._records(table, chunk)
        # A cell that was imported, and that is untouched now, was cleared.
        wanted = [
            each for each in chunk if not each.draft.is_untouched or each.draft.ref.key in records
        ]
        stored = states(Kind.CELL, [str(each.draft.key) for each in wanted])
        for each in chunk:
            draft, record, fate = each.draft, records.get(each.draft.ref.key), Fate.NEW
            if record is not None or not draft.is_untouched:
                fate = self._settle(draft, record, stored)
            for read_line in each.lines:
                line = read_line
                if draft.is_untouched:
                    line = _line_of_untouched(line, was_imported=record is not None)
                self._report(line, draft, fate)

    def _records(self, table: str, chunk: list[_ReadCell]) -> dict[str, Record]:
        """Return what earlier imports stored about the rows of these cells. One SELECT."""
        records = self._planner.records_of(table, (each.draft.ref.key for each in chunk))
        for each in chunk:
            self._planner.saw(each.draft.ref)
            name, key = str(each.draft.key), each.draft.ref.key
            if key in records and records[key].target != name:
                # The class has another code now, for example by an option of the command.
                before = records.pop(key).target
                self._planner.report.note(f"{table} {key} is {name} now. {before} stays here.")
        return records

    def _settle(self, draft: CellDraft, record: Record | None, stored: Mapping[str, str]) -> Fate:
        key = str(draft.key)
        state = stored.get(key)
        wanted = digest(draft.values())
        if record is not None:
            fate = self._planner.fate(wanted, record, state)
        elif state is None or state == "0":
            fate = Fate.NEW
        else:
            fate = Fate.UPDATED if self._planner.options.prefer_source else Fate.KEPT
        if fate in {Fate.NEW, Fate.UPDATED}:
            self._spool.add(_planned_cell(draft, wanted, fate))
        return fate

    def _report(self, line: _CellLine, draft: CellDraft, fate: Fate) -> None:
        outcome, reasons = outcome_of(fate, line.outcome, line.reasons)
        if (
            fate is Fate.UPDATED
            and line.table == tables.CELL_EXAM
            and line.outcome is Outcome.IMPORTED
        ):
            outcome, reasons = Outcome.IMPORTED, ()
        self._planner.report.add(
            line.table, line.id, outcome, reasons, target=str(draft.key), message=line.message
        )


def _line_of_untouched(line: _CellLine, *, was_imported: bool) -> _CellLine:
    """Return the line of a row of an untouched cell. If it was imported before, it has lost its content since then."""
    if was_imported and line.reasons[:1] == ["UNTOUCHED"]:
        return line._replace(outcome=Outcome.IMPORTED, reasons=line.reasons[1:])
    if not was_imported and line.outcome is Outcome.MERGED:
        return line._replace(outcome=Outcome.NOT_CARRIED, reasons=["UNTOUCHED"])
    return line


def _planned_cell(draft: CellDraft, wanted: str, fate: Fate) -> PlannedCell:
    return PlannedCell(
        fate=fate,
        table=draft.ref.table,
        row=draft.ref.key,
        digest=wanted,
        key=draft.key,
        status=draft.status,
        scheduled_date=draft.scheduled_date,
        start_time=draft.start_time,
        end_time=draft.end_time,
        notes=draft.notes,
        room=draft.room,
        exams=[(ref.table, ref.key) for ref in draft.exams],
        created_by=draft.created_by.key if draft.created_by else None,
        modified_by=draft.modified_by.key if draft.modified_by else None,
        created_at=draft.created_at or EPOCH,
        updated_at=draft.updated_at or EPOCH,
    )
