"""Assignments, and the list of teachers of a class, which grants no access."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import NamedTuple

from django.utils import timezone

from primepath.domain.school_class import EDITING_LEVELS, AccessLevel
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.people import EPOCH, People
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.models import TeacherClassAssignment
from primepath.services.imports.planned import Fate, Kind, PlannedObject, Ref

Pair = tuple[Ref, str]
_DAY_BEGINS_IN_SEOUL = datetime.time(15, 0)


class Assignments(NamedTuple):
    """The assignments by teacher and class code, and by their key in the file."""

    of_pair: dict[Pair, Ref]
    of_row: dict[str, Ref]


class _Assignment(NamedTuple):
    row: Row
    pair: Pair
    is_active: bool
    assigned_at: datetime.datetime
    expires_at: datetime.datetime | None


def access_level(
    stored: object, reasons: list[str], messages: list[str], *, is_view_only: bool = False
) -> AccessLevel:
    """Return the level. An unknown one becomes VIEW: never more than is proven."""
    text = values.printable(stored).strip().upper()
    level = AccessLevel(text) if text in {*AccessLevel} else None
    if level is None:
        reasons.append("ACCESS_LEVEL")
        messages.append(f"{text or 'no level'} -> {AccessLevel.VIEW}")
        return AccessLevel.VIEW
    if is_view_only and level in EDITING_LEVELS:
        reasons.append("GLOBAL_ACCESS")
        messages.append(f"{level} -> {AccessLevel.VIEW}, because the teacher has VIEW_ONLY access")
        return AccessLevel.VIEW
    return level


def plan_assignments(planner: Planner, people: People, classes: Classes) -> Assignments:
    """Plan one assignment for each teacher and class."""
    by_pair: defaultdict[Pair, list[_Assignment]] = defaultdict(list)
    for row in planner.source.rows(tables.ASSIGNMENT):
        if (found := _read(planner, row, people, classes)) is not None:
            by_pair[found.pair].append(found)
    view_only = {each.ref for each in people.teachers.values() if each.is_view_only}
    planned: list[tuple[PlannedObject, list[_Assignment], list[str], str]] = []
    for pair, rows in by_pair.items():
        # The active one, else the newest.
        rows.sort(key=lambda each: (each.is_active, each.assigned_at), reverse=True)
        planned.append(_plan(pair, rows, is_view_only=pair[0] in view_only))
    _link(planner, [each for each, *_rest in planned])
    planner.settle([each for each, *_rest in planned], Kind.ASSIGNMENT)
    assignments = Assignments({}, {})
    for each, rows, reasons, message in planned:
        _report(planner, each, rows, reasons, message)
        assignments.of_pair[rows[0].pair] = each.ref
        assignments.of_row.update({values.key(found.row["id"]): each.ref for found in rows})
    _note_expiries(planner, [rows[0] for _each, rows, *_rest in planned])
    _report_class_teachers(planner, people, classes, assignments)
    return assignments


def _read(planner: Planner, row: Row, people: People, classes: Classes) -> _Assignment | None:
    teacher = people.teachers.get(values.integer(row["teacher_id"]) or 0)
    code = classes.codes.get(values.printable(row["class_code"]).strip())
    reason = "TEACHER_MISSING" if teacher is None else "CLASS_CODE"
    if teacher is None or code is None:
        planner.add(tables.ASSIGNMENT, row, Outcome.REJECTED, [reason])
        return None
    try:
        expires_at = values.moment(row["expires_on"])
    except values.UnreadableError as error:
        # Access that does not end would be more than is proven.
        planner.add(
            tables.ASSIGNMENT, row, Outcome.REJECTED, ["EXPIRY_UNREADABLE"], message=str(error)
        )
        return None
    return _Assignment(
        row,
        (teacher.ref, code),
        values.boolean(row["is_active"], default=True),
        values.moment_or(row["assigned_date"], EPOCH),
        expires_at,
    )


def _plan(
    pair: Pair, rows: list[_Assignment], *, is_view_only: bool
) -> tuple[PlannedObject, list[_Assignment], list[str], str]:
    first, reasons, messages = rows[0], list[str](), list[str]()
    raw = values.printable(first.row["class_code"])
    if raw != pair[1]:
        reasons.append("CLASS_CODE")
        messages.append(f"{raw} -> {pair[1]}")
    level = access_level(first.row["access_level"], reasons, messages, is_view_only=is_view_only)
    each = PlannedObject(
        Ref(Kind.ASSIGNMENT, tables.ASSIGNMENT, f"{pair[0].key} {pair[1]}"),
        {
            "teacher_id": pair[0],
            "school_class_id": pair[1],
            "access_level": str(level),
            "expires_at": first.expires_at,
            "is_active": first.is_active,
        },
        extra={"assigned_at": first.assigned_at},
    )
    return each, rows, reasons, "; ".join(messages)


def _link(planner: Planner, planned: list[PlannedObject]) -> None:
    """Find assignments that exist here. Only teachers who exist here can have any."""
    known = planner.records(tables.ASSIGNMENT)
    here = {
        int(planner.targets[teacher]): teacher
        for each in planned
        if (teacher := each.values["teacher_id"]) in planner.targets
    }
    stored = {
        (here[teacher], code): str(pk)
        for teacher, code, pk in TeacherClassAssignment.objects.filter(
            teacher__key_in=list(here)
        ).values_list("teacher", "school_class", "pk")
    }
    for each in planned:
        pair = (each.values["teacher_id"], each.values["school_class_id"])
        if each.ref.key not in known and pair in stored:
            each.fate, each.target = Fate.LINKED, stored[pair]


def _report(
    planner: Planner,
    each: PlannedObject,
    rows: list[_Assignment],
    reasons: list[str],
    message: str,
) -> None:
    outcome = Outcome.CHANGED if reasons else Outcome.IMPORTED
    if each.fate is Fate.LINKED:
        outcome, reasons = Outcome.MERGED, ["ASSIGNMENT_EXISTS"]
    planner.add(tables.ASSIGNMENT, rows[0].row, outcome, reasons, of=each.ref, message=message)
    for other in rows[1:]:
        planner.add(tables.ASSIGNMENT, other.row, Outcome.MERGED, ["OLDER_ASSIGNMENT"], of=each.ref)


def _note_expiries(planner: Planner, assignments: list[_Assignment]) -> None:
    now = timezone.now()
    expired: defaultdict[str, list[str]] = defaultdict(list)
    for each in assignments:
        teacher, code = each.pair
        if not each.is_active or each.expires_at is None:
            continue
        if each.expires_at <= now:
            expired[teacher.key].append(code)
        elif each.expires_at.time() == _DAY_BEGINS_IN_SEOUL:
            planner.report.note(
                f"Access of teacher {teacher.key} to {code} ends as the day begins: {each.expires_at:%Y-%m-%d %H:%M} UTC."
            )
    for key, codes in expired.items():
        planner.report.note(
            f"Access of teacher {key} to {', '.join(sorted(codes))} has expired. The original often ignored that. PrimePath does not."
        )


def _report_class_teachers(
    planner: Planner, people: People, classes: Classes, assignments: Assignments
) -> None:
    for row in planner.source.rows(tables.CLASS_TEACHER):
        teacher = people.teachers.get(values.integer(row["teacher_id"]) or 0)
        code = classes.of_row.get(values.key(row["class_id"]))
        if teacher is None or code is None:
            planner.add(tables.CLASS_TEACHER, row, Outcome.REJECTED, ["TEACHER_OR_CLASS_MISSING"])
        elif (assignment := assignments.of_pair.get((teacher.ref, code))) is not None:
            planner.add(
                tables.CLASS_TEACHER, row, Outcome.MERGED, ["HAS_ASSIGNMENT"], of=assignment
            )
        else:
            message = f"teacher {teacher.ref.key} was listed in class {code} but had no assignment"
            planner.add(
                tables.CLASS_TEACHER, row, Outcome.NOT_CARRIED, ["NO_ASSIGNMENT"], message=message
            )
