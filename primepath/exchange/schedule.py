"""The schedule as a file: one row for each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, CellStatus, OnExisting, is_class_code
from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.period import PERIODS, Period
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.school_class import school_order
from primepath.domain.viewer import Viewer
from primepath.exchange.cell_values import shown
from primepath.exchange.columns import SCHEDULE
from primepath.exchange.rows import Change, Effect, ParsedRow, Problem, RowPlan
from primepath.exchange.schedule_names import NamedObjects, ShownNames, shown_names
from primepath.models import SchoolClass
from primepath.services.cells.import_cells import ImportedCell, WantedCell, import_cells
from primepath.services.cells.writing import UNUSED, CellState, lock_cells

# Names of a cell's values in the services, by column.
_FIELDS = {
    "status": "status",
    "date": "scheduled_date",
    "start": "start_time",
    "end": "end_time",
    "room": "room",
    "invigilator": "invigilator_id",
    "exams": "exam_ids",
    "notes": "notes",
}
_COLUMNS = {
    **{field: column for column, field in _FIELDS.items()},
    "cell": "class_code",
    "expected_version": "version",
}


def schedule_rows(viewer: Viewer, keys: Iterable[CellKey]) -> Iterator[list[Any]]:
    """Yield a row for each cell of a class that the viewer can see, in the order of the page. Five SELECTs."""
    wanted = set(keys)
    codes = sorted({key.class_code for key in wanted})
    visible = SchoolClass.objects.filter(code__key_in=codes).visible_to(viewer)
    classes = {
        each.code: (position, each.name)
        for position, each in enumerate(sorted(visible, key=school_order))
    }
    ordered = sorted(
        (key for key in wanted if key.class_code in classes),
        key=lambda key: (classes[key.class_code][0], key.academic_year, PERIODS.index(key.period)),
    )
    cells = lock_cells(ordered, dry_run=True)
    names = shown_names([cell.state for cell in cells.values()])
    for key in ordered:
        cell = cells[key]
        state = _shown_state(cell.state, names)
        yield [
            key.class_code,
            classes[key.class_code][1],
            key.academic_year,
            str(key.period),
            *(state[column] for column in _FIELDS),
            cell.version,
        ]


def overview(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
    """Return the matrix for people: a row for each class, and its statuses by period."""
    by_class: defaultdict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for row in rows:
        by_class[row[0], row[2]][row[3]] = str(row[4])
    header = ["", *map(str, PERIODS)]
    return [
        header,
        *(
            [code, *(statuses.get(period, "") for period in PERIODS)]
            for (code, _year), statuses in by_class.items()
        ),
    ]


class ImportOptions(NamedTuple):
    """Choices for an import of the schedule.

    ``on_existing``: treatment of cells that have exams. ``skip_rejected``: import the other rows if some are rejected.
    ``expected_digest``: of a dry run, or None to import whatever the file does now.
    """

    on_existing: OnExisting = OnExisting.REPLACE
    skip_rejected: bool = False
    expected_digest: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ScheduleImportResult:
    """The effects of an import or a dry run. ``digest``: of all of it. ``planned``: see `PlannedCells`."""

    digest: str
    rows: Sequence[RowPlan]
    planned: PlannedCells

    def count(self, effect: Effect) -> int:
        return sum(row.effect is effect for row in self.rows)

    @property
    def changed_cells(self) -> list[CellKey]:
        keys = (CellKey.parse(row.key) for row in self.rows if row.effect is Effect.CHANGE)
        return [key for key in keys if key is not None]


def import_schedule(
    viewer: Viewer, rows: Sequence[ParsedRow], options: ImportOptions, *, dry_run: bool
) -> ScheduleImportResult:
    """Import the rows, unless one is rejected and not skipped. Return what was done, or what a dry run would do.

    The digest names the rows and the cells as they are before the import. Raises `ValidationFailedError` with ``STALE_VERSION`` if
    it is not the expected one: then the import would do something else than the caller has seen.
    """
    named = NamedObjects(rows)
    parsed = [(row, *_wanted(row, named)) for row in rows]
    wanted = [each for _row, each, problems in parsed if each is not None and not problems]
    unreadable = [problem for *_row, problems in parsed for problem in problems]
    digest = ""

    def confirm(cells: Sequence[ImportedCell]) -> bool:
        nonlocal digest
        digest = _digest(wanted, cells, unreadable)
        if options.expected_digest not in {None, digest}:
            template = _(
                "The file or the schedule has changed since the preview. Look at it again."
            )
            error = InputError(UserErrorCode.STALE_VERSION, template, ("expected_digest",))
            raise ValidationFailedError([error])
        return options.skip_rejected or not (unreadable or any(cell.errors for cell in cells))

    done = import_cells(
        viewer=viewer,
        wanted=wanted,
        on_existing=options.on_existing,
        confirm=confirm,
        dry_run=dry_run,
    )
    imported = dict(zip((each.key for each in wanted), done.cells, strict=True))
    names = shown_names([state for cell in done.cells for state in (cell.before, cell.after)])
    plans = []
    for row, each, problems in parsed:
        cell = imported.get(each.key) if each is not None and not problems else None
        plans.append(_row_plan(row, each, problems, cell, names))
    return ScheduleImportResult(digest, plans, done.planned)


def _digest(
    wanted: Sequence[WantedCell], cells: Sequence[ImportedCell], unreadable: Sequence[Problem]
) -> str:
    facts = [
        (
            str(each.key),
            cell.version,
            cell.before.in_order(),
            cell.after.in_order(),
            len(cell.errors),
        )
        for each, cell in zip(wanted, cells, strict=True)
    ]
    places = [(problem.code, problem.address) for problem in unreadable]
    return blake2b(repr((facts, places)).encode(), digest_size=16).hexdigest()


def _wanted(row: ParsedRow, named: NamedObjects) -> tuple[WantedCell | None, list[Problem]]:
    problems = list(row.problems)
    code, year = (row.values.get(name) for name in ("class_code", "academic_year"))
    period = row.values.get("period")
    for name in ("class_code", "academic_year", "period"):
        if row.values.get(name) is None and not any(
            each.address == row.address(name) for each in problems
        ):
            message = _("This cell is required.")
            problems.append(row.problem(UserErrorCode.BLANK, name, message))
    if problems or not isinstance(year, int) or code is None or period is None:
        return None, problems
    if not is_class_code(code) or not 1000 <= year <= 9999:
        message = _("Class {code} does not exist or you do not have access to it.")
        problem = row.problem(
            UserErrorCode.NOT_FOUND, "class_code", message.format(code=repr(code))
        )
        return None, [problem]
    values = {
        field: getattr(UNUSED, field) if row.values[column] is None else row.values[column]
        for column, field in _FIELDS.items()
        if column in row.values and column not in {"exams", "invigilator"}
    }
    if "status" in values:
        values["status"] = CellStatus(values["status"])
    if "invigilator" in row.values:
        values["invigilator_id"] = _teacher(row, named, problems)
    if "exams" in row.values:
        values["exam_ids"] = _exam_ids(row, named, problems)
    version = row.values.get("version")
    return WantedCell(CellKey(code, year, Period(period)), values, version), problems


def _teacher(row: ParsedRow, named: NamedObjects, problems: list[Problem]) -> int | None:
    text = row.values["invigilator"]
    if not text:
        return None
    teacher = named.teacher(text)
    if teacher is None:
        message = _("Teacher {name} does not exist. Write the username in brackets.")
        problem = row.problem(
            UserErrorCode.NOT_FOUND, "invigilator", message.format(name=repr(text))
        )
        problems.append(problem)
    return teacher


def _exam_ids(row: ParsedRow, named: NamedObjects, problems: list[Problem]) -> frozenset[int]:
    found = set()
    for text in row.values["exams"] or ():
        candidates = named.exams(text)
        if len(candidates) == 1:
            found.add(candidates[0].pk)
            continue
        if candidates:
            message = _("Several exams are called {name}. Add the number, as in an exported file.")
        else:
            message = _("Exam {name} does not exist.")
        code = UserErrorCode.DUPLICATE if candidates else UserErrorCode.NOT_FOUND
        problems.append(row.problem(code, "exams", message.format(name=repr(text))))
    return frozenset(found)


def _shown_state(state: CellState, names: ShownNames) -> dict[str, Any]:
    invigilator = state.invigilator_id
    return {
        **{column: getattr(state, field) for column, field in _FIELDS.items()},
        "invigilator": names.teachers.get(invigilator, "") if invigilator is not None else "",
        "exams": sorted(names.exams[id_] for id_ in state.exam_ids),
    }


def _row_plan(
    row: ParsedRow,
    wanted: WantedCell | None,
    problems: Sequence[Problem],
    plan: ImportedCell | None,
    names: ShownNames,
) -> RowPlan:
    key = str(wanted.key) if wanted is not None else ""
    if plan is None:
        return RowPlan(row.number, key, Effect.REJECT, (), tuple(problems))
    if plan.errors:
        return RowPlan(row.number, key, Effect.REJECT, (), row.problems_of(plan.errors, _COLUMNS))
    before, after = _shown_state(plan.before, names), _shown_state(plan.after, names)
    changes = [
        Change(column.name, shown(before[column.name]), shown(after[column.name]))
        for column in SCHEDULE.columns
        if column.name in before and before[column.name] != after[column.name]
    ]
    return RowPlan(row.number, key, Effect.CHANGE if changes else Effect.UNCHANGED, changes)
