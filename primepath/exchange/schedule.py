"""The schedule as a file: one row for each cell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db.models import Q
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
from primepath.models import Exam, SchoolClass, Teacher
from primepath.services.cells.import_cells import ImportedCell, WantedCell, import_cells
from primepath.services.cells.writing import CellState, lock_cells

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
_BRACKET = re.compile(r" +\(")
_COLUMNS = {
    **{field: column for column, field in _FIELDS.items()},
    "cell": "class_code",
    "expected_version": "version",
}


class _Names(NamedTuple):
    """Names of exams and teachers as a file shows them, and back."""

    exams: Mapping[int, str]
    teachers: Mapping[int, str]


def schedule_rows(viewer: Viewer, keys: Iterable[CellKey]) -> Iterator[list[Any]]:
    """Yield a row for each cell of a class that the viewer can see, in the order of the page. Six SELECTs."""
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
    names = _names([cell.state for cell in cells.values()])
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


class ScheduleImport(NamedTuple):
    """The effect of each row, the cells that a dry run would change, and the digest of all of it."""

    rows: list[RowPlan]
    planned: PlannedCells
    digest: str


def import_schedule(
    viewer: Viewer,
    rows: Sequence[ParsedRow],
    *,
    dry_run: bool,
    skip_rejected: bool,
    on_existing: OnExisting = OnExisting.REPLACE,
    expected_digest: str | None = None,
) -> ScheduleImport:
    """Import the rows, unless one is rejected and not skipped. Return what was done, or what a dry run would do.

    The digest names the rows and the cells as they are before the import. Raises `ValidationFailedError` with ``STALE_VERSION`` if
    it is not ``expected_digest``: then the import would do something else than the caller has seen.
    """
    ids = _Ids(rows)
    parsed = [(row, *_wanted(row, ids)) for row in rows]
    wanted = [each for _row, each, problems in parsed if each is not None and not problems]
    unreadable = [problem for *_row, problems in parsed for problem in problems]
    digest = ""

    def confirm(cells: Sequence[ImportedCell]) -> bool:
        nonlocal digest
        digest = _digest(wanted, cells, unreadable)
        if expected_digest is not None and expected_digest != digest:
            template = _(
                "The file or the schedule has changed since the preview. Look at it again."
            )
            error = InputError(UserErrorCode.STALE_VERSION, template, ("expected_digest",))
            raise ValidationFailedError([error])
        return skip_rejected or not (unreadable or any(cell.errors for cell in cells))

    done = import_cells(
        viewer=viewer, wanted=wanted, on_existing=on_existing, confirm=confirm, dry_run=dry_run
    )
    imported = dict(zip((each.key for each in wanted), done.cells, strict=True))
    names = _names([state for cell in done.cells for state in (cell.before, cell.after)])
    plans = []
    for row, each, problems in parsed:
        cell = imported.get(each.key) if each is not None and not problems else None
        plans.append(_row_plan(row, each, problems, cell, names))
    return ScheduleImport(plans, done.planned, digest)


def _digest(
    wanted: Sequence[WantedCell], cells: Sequence[ImportedCell], unreadable: Sequence[Problem]
) -> str:
    facts = [
        (str(each.key), cell.version, _sorted(cell.before), _sorted(cell.after), len(cell.errors))
        for each, cell in zip(wanted, cells, strict=True)
    ]
    places = [(problem.code, problem.address) for problem in unreadable]
    return blake2b(repr((facts, places)).encode(), digest_size=16).hexdigest()


def _sorted(state: CellState) -> list[Any]:
    """Return the values of a state. The order of a set differs between processes."""
    return [
        sorted(value) if isinstance(value, frozenset) else value
        for value in (getattr(state, field.name) for field in fields(state))
    ]


class _Ids:
    """Keys of the exams and teachers that a file names. Two SELECTs."""

    def __init__(self, rows: Sequence[ParsedRow]) -> None:
        names = {name for row in rows for name in row.values.get("exams") or ()}
        ids = {id_ for name in names if (id_ := _split_id(name)[1]) is not None}
        self.exams: defaultdict[str, list[Exam]] = defaultdict(list)
        self.exam_of_id: dict[int, Exam] = {}
        wanted = Q(name__key_in=sorted(names)) | Q(pk__key_in=sorted(ids))
        for exam in Exam.objects.filter(wanted):
            self.exams[exam.name].append(exam)
            self.exam_of_id[exam.pk] = exam
        usernames = {
            name for row in rows for name in _usernames(row.values.get("invigilator") or "")
        }
        teachers = Teacher.objects.filter(user__username__key_in=sorted(usernames))
        self.teachers = dict(teachers.values_list("user__username", "pk"))


def _wanted(row: ParsedRow, ids: _Ids) -> tuple[WantedCell | None, list[Any]]:
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
        field: row.values[column]
        for column, field in _FIELDS.items()
        if column in row.values and column not in {"exams", "invigilator"}
    }
    for field in ("notes", "room"):
        if field in values:
            values[field] = values[field] or ""
    if "status" in values:
        values["status"] = CellStatus(values["status"] or CellStatus.EMPTY)
    if "invigilator" in row.values:
        values["invigilator_id"] = _teacher(row, ids, problems)
    if "exams" in row.values:
        values["exam_ids"] = _exam_ids(row, ids, year, problems)
    version = row.values.get("version")
    return WantedCell(CellKey(code, year, Period(period)), values, version), problems


def _teacher(row: ParsedRow, ids: _Ids, problems: list[Any]) -> int | None:
    text = row.values["invigilator"]
    if not text:
        return None
    teachers = (ids.teachers.get(name) for name in _usernames(text))
    teacher = next((each for each in teachers if each is not None), None)
    if teacher is None:
        message = _("Teacher {name} does not exist. Write the username in brackets.")
        problem = row.problem(
            UserErrorCode.NOT_FOUND, "invigilator", message.format(name=repr(text))
        )
        problems.append(problem)
    return teacher


def _exam_ids(row: ParsedRow, ids: _Ids, year: int, problems: list[Any]) -> frozenset[int]:
    found = set()
    for text in row.values["exams"] or ():
        name, id_ = _split_id(text)
        numbered = ids.exam_of_id.get(id_) if id_ is not None else None
        if numbered is not None and _in_one_line(numbered.name) == _in_one_line(name):
            found.add(numbered.pk)
            continue
        candidates = ids.exams.get(text, [])
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


def _split_id(text: str) -> tuple[str, int | None]:
    """Return the name and the number of an exam that is written as ``name [#12]``."""
    name, bracket, rest = text.rpartition(" [#")
    number = rest.removesuffix("]")
    if (
        bracket
        and rest.endswith("]")
        and number.isascii()
        and number.isdigit()
        and len(number) < 19
    ):
        return name, int(number)
    return text, None


def _shown_teacher(name: str, username: str) -> str:
    """Return ``name (username)``. The first " (" is the one before the username, because a username can contain it too."""
    return f"{_BRACKET.sub('(', name)} ({username})"


def _usernames(text: str) -> list[str]:
    """Return the usernames that a text can mean. If several exist, the first is meant, as in `_shown_teacher`."""
    found = []
    if text.rstrip().endswith(")"):
        inner = text.rstrip().removesuffix(")")
        # People also write names with brackets before the username.
        found = [part[2] for part in (inner.partition(" ("), inner.rpartition(" (")) if part[1]]
    return [*found, text.strip()]


def _names(states: Sequence[CellState]) -> _Names:
    exam_ids = {id_ for state in states for id_ in state.exam_ids}
    exams = dict(Exam.objects.filter(pk__key_in=sorted(exam_ids)).values_list("pk", "name"))
    wanted = sorted(set(exams.values()))
    counts: defaultdict[str, int] = defaultdict(int)
    for name in Exam.objects.filter(name__key_in=wanted).values_list("name", flat=True):
        counts[name] += 1
    teacher_ids = {state.invigilator_id for state in states if state.invigilator_id is not None}
    teachers = Teacher.objects.filter(pk__key_in=sorted(teacher_ids))
    return _Names(
        {
            pk: name if counts[name] == 1 and _is_plain(name) else f"{_in_one_line(name)} [#{pk}]"
            for pk, name in exams.items()
        },
        {
            pk: _shown_teacher(name, username)
            for pk, name, username in teachers.values_list("pk", "name", "user__username")
        },
    )


def _is_plain(name: str) -> bool:
    """Return whether the name is read back without its number."""
    has_breaks = "\n" in name or "\r" in name
    return name == name.strip() and not has_breaks and _split_id(name)[1] is None


def _in_one_line(name: str) -> str:
    return " ".join(name.split())


def _shown_state(state: CellState, names: _Names) -> dict[str, Any]:
    invigilator = state.invigilator_id
    return {
        "status": state.status,
        "date": state.scheduled_date,
        "start": state.start_time,
        "end": state.end_time,
        "room": state.room,
        "invigilator": names.teachers.get(invigilator, "") if invigilator is not None else "",
        "exams": sorted(names.exams[id_] for id_ in state.exam_ids),
        "notes": state.notes,
    }


def _row_plan(
    row: ParsedRow,
    wanted: WantedCell | None,
    problems: Sequence[Any],
    plan: ImportedCell | None,
    names: _Names,
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
