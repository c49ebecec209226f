"""The audit log of the original, which becomes history of requests and assignments."""

from __future__ import annotations

import json
import re

from primepath.domain.history import HistoryAction, HistorySubject
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.access import Assignments, Pair
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.people import EPOCH, People
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.requests import Requests
from primepath.exchange.upstream.source import Row
from primepath.services.imports.planned import Kind, PlannedObject, Ref

_ACTIONS = {
    HistoryAction.REQUEST_CLASS_ACCESS: ("REQUEST_CREATED", "REQUEST_ACCESS"),
    HistoryAction.APPROVE_CLASS_ACCESS_REQUEST: (
        "REQUEST_APPROVED",
        "ACCESS_APPROVED",
        "BULK_APPROVAL",
    ),
    HistoryAction.DENY_CLASS_ACCESS_REQUEST: ("REQUEST_DENIED", "ACCESS_DENIED", "BULK_DENIAL"),
    HistoryAction.WITHDRAW_CLASS_ACCESS_REQUEST: ("REQUEST_WITHDRAWN", "WITHDRAW_REQUEST"),
    HistoryAction.ASSIGN_TEACHER: (
        "ASSIGNMENT_CREATED",
        "ASSIGNMENT_MODIFIED",
        "ADMIN_DIRECT_ASSIGN",
        "BULK_ASSIGNMENT",
        "ASSIGN_TEACHER",
    ),
    HistoryAction.REVOKE_TEACHER: (
        "ASSIGNMENT_REVOKED",
        "ASSIGNMENT_EXPIRED",
        "ACCESS_REVOKED",
        "REMOVE_TEACHER",
    ),
}
_ACTION_OF = {name: action for action, names in _ACTIONS.items() for name in names}
_OF_ASSIGNMENTS = {HistoryAction.ASSIGN_TEACHER, HistoryAction.REVOKE_TEACHER}
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_DETAILS_LENGTH = 10_000


def plan_audit(
    planner: Planner,
    people: People,
    classes: Classes,
    assignments: Assignments,
    requests: Requests,
) -> None:
    """Plan an entry for each row of the log that is about a request or an assignment of the file."""
    known_codes = set(classes.codes.all())
    planned: list[tuple[Row, PlannedObject]] = []
    for row in planner.source.rows(tables.AUDIT):
        action = _ACTION_OF.get(values.printable(row["action"]).strip().upper())
        if action is None:
            message = values.printable(row["action"])
            planner.add(tables.AUDIT, row, Outcome.NOT_CARRIED, ["ACTION_UNKNOWN"], message=message)
            continue
        pair = _pair(row, people, classes, known_codes)
        if action in _OF_ASSIGNMENTS:
            subject = assignments.of_row.get(values.key(row["related_assignment_id"]))
            subject = subject or (assignments.of_pair.get(pair) if pair else None)
        else:
            subject = requests.of_row.get(values.key(row["related_request_id"]))
            subject = subject or (requests.of_pair.get(pair) if pair else None)
        if subject is None:
            planner.add(tables.AUDIT, row, Outcome.NOT_CARRIED, ["SUBJECT_MISSING"])
            continue
        planned.append((row, _entry(row, action, subject, people)))
    planner.settle([each for _row, each in planned], Kind.HISTORY)
    for row, each in planned:
        planner.add(tables.AUDIT, row, Outcome.IMPORTED, of=each.ref)


def _pair(row: Row, people: People, classes: Classes, known_codes: set[str]) -> Pair | None:
    """Return the teacher and the class. A class that is not named is the only code among the words of the details."""
    teacher = people.teachers.get(values.integer(row["teacher_id"]) or 0)
    raw = values.printable(row["class_code"]).strip()
    code = classes.codes.get(raw) if raw else None
    if not raw:
        mentioned = known_codes & set(_WORD.findall(values.printable(row["details"])))
        code = mentioned.pop() if len(mentioned) == 1 else None
    return (teacher.ref, code) if teacher and code else None


def _entry(row: Row, action: HistoryAction, subject: Ref, people: People) -> PlannedObject:
    details = values.parsed(row["details"])
    text = details if isinstance(details, str) else json.dumps(details, ensure_ascii=False)
    user = values.integer(row["performed_by_id"]) or 0
    is_assignment = action in _OF_ASSIGNMENTS
    extra = {
        "action": action,
        "subject": HistorySubject.ASSIGNMENT if is_assignment else HistorySubject.ACCESS_REQUEST,
        "subject_ref": subject,
        "at": values.moment_or(row["timestamp"], EPOCH),
        "actor": people.accounts.get(user),
        "actor_name": people.names.get(user, "Imported"),
        "details": values.clean(text, _DETAILS_LENGTH, []),
    }
    # History never changes, so a later run has nothing to compare.
    return PlannedObject(Ref(Kind.HISTORY, tables.AUDIT, values.key(row["id"])), {}, extra=extra)
