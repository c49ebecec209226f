"""Requests for access to classes."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from primepath.domain.school_class import AccessRequestStatus
from primepath.exchange.upstream import tables, values
from primepath.exchange.upstream.access import Assignments, Pair, access_level
from primepath.exchange.upstream.classes import Classes
from primepath.exchange.upstream.outcomes import Outcome
from primepath.exchange.upstream.people import EPOCH, People
from primepath.exchange.upstream.planner import Planner
from primepath.exchange.upstream.source import Row
from primepath.models import ClassAccessRequest
from primepath.services.imports.planned import Kind, PlannedObject, Ref

_TEXT_LENGTH = 1_000
_DECIDED = {AccessRequestStatus.APPROVED, AccessRequestStatus.DENIED}


class Requests(NamedTuple):
    """The requests by their key in the file, and the newest of each teacher and class."""

    of_row: dict[str, Ref]
    of_pair: dict[Pair, Ref]


class _Request(NamedTuple):
    row: Row
    pair: Pair
    requested_at: datetime.datetime
    status: AccessRequestStatus


def plan_requests(
    planner: Planner, people: People, classes: Classes, assignments: Assignments
) -> Requests:
    """Plan the requests. Of several that are pending the newest stays pending."""
    found = [
        request
        for row in planner.source.rows(tables.REQUEST)
        if (request := _read(planner, row, people, classes)) is not None
    ]
    found.sort(key=lambda request: request.requested_at)
    newest = {
        request.pair: values.key(request.row["id"])
        for request in found
        if request.status is AccessRequestStatus.PENDING
    }
    pending_here = _pending_here(planner, {values.key(request.row["id"]) for request in found})
    planned = []
    for request in found:
        key = values.key(request.row["id"])
        is_older = newest.get(request.pair, key) != key or request.pair in pending_here
        planned.append(_plan(request, key, people, is_older=is_older))
    planner.settle([each for each, *_rest in planned], Kind.ACCESS_REQUEST)
    requests = Requests({}, {})
    for each, request, reasons, messages in planned:
        outcome = Outcome.CHANGED if reasons else Outcome.IMPORTED
        planner.add(
            tables.REQUEST, request.row, outcome, reasons, of=each.ref, message="; ".join(messages)
        )
        requests.of_row[each.ref.key] = requests.of_pair[request.pair] = each.ref
        if (
            each.values["status"] == AccessRequestStatus.PENDING
            and request.pair in assignments.of_pair
        ):
            teacher, code = request.pair
            planner.report.note(
                f"Teacher {teacher.key} asks for {code} and has access to it already."
            )
    return requests


def _read(planner: Planner, row: Row, people: People, classes: Classes) -> _Request | None:
    teacher = people.teachers.get(values.integer(row["teacher_id"]) or 0)
    code = classes.codes.get(values.printable(row["class_code"]).strip())
    stored = values.printable(row["status"]).strip().upper()
    status = {
        **{each.value: each for each in AccessRequestStatus},
        "MORE_INFO": AccessRequestStatus.PENDING,
    }
    if teacher is None or code is None or stored not in status:
        reasons = {"TEACHER_MISSING": teacher is None, "CLASS_CODE": code is None}
        reason = next((reason for reason, applies in reasons.items() if applies), "REQUEST_STATUS")
        planner.add(tables.REQUEST, row, Outcome.REJECTED, [reason], message=stored)
        return None
    requested_at = values.moment_or(row["requested_at"], EPOCH)
    return _Request(row, (teacher.ref, code), requested_at, status[stored])


def _pending_here(planner: Planner, in_file: set[str]) -> set[Pair]:
    """Return the pairs of teachers and classes with a pending request here that is not one of the file's."""
    teachers = {
        int(target): ref for ref, target in planner.targets.items() if ref.kind is Kind.TEACHER
    }
    ours = {
        record.target for key, record in planner.records(tables.REQUEST).items() if key in in_file
    }
    pending = ClassAccessRequest.objects.filter(
        teacher__key_in=list(teachers), status=AccessRequestStatus.PENDING
    ).values_list("pk", "teacher", "school_class")
    return {(teachers[teacher], code) for pk, teacher, code in pending if str(pk) not in ours}


def _plan(
    request: _Request, key: str, people: People, *, is_older: bool
) -> tuple[PlannedObject, _Request, list[str], list[str]]:
    row, reasons, messages = request.row, list[str](), list[str]()
    status = request.status
    if values.printable(row["status"]).strip().upper() == "MORE_INFO":
        reasons.append("REQUEST_STATUS")
        messages.append("MORE_INFO -> PENDING")
    if is_older and status is AccessRequestStatus.PENDING:
        status = AccessRequestStatus.WITHDRAWN
        reasons.append("OLDER_REQUEST")
        messages.append("PENDING -> WITHDRAWN")
    if values.printable(row["class_code"]) != request.pair[1]:
        reasons.append("CLASS_CODE")
        messages.append(f"{values.printable(row['class_code'])} -> {request.pair[1]}")
    level = access_level(row["requested_access_level"], reasons, messages)
    reviewed_at, reviewer = _review(row, status, request.requested_at, people, reasons, messages)
    each = PlannedObject(
        Ref(Kind.ACCESS_REQUEST, tables.REQUEST, key),
        {
            "teacher_id": request.pair[0],
            "school_class_id": request.pair[1],
            "requested_access_level": str(level),
            "reason": values.clean(_reason(row), _TEXT_LENGTH, reasons),
            "status": str(status),
            "reviewed_at": reviewed_at,
            "reviewed_by_id": reviewer,
            "review_note": values.clean(row["admin_notes"], _TEXT_LENGTH, reasons),
        },
        extra={"requested_at": request.requested_at},
    )
    return each, request, reasons, messages


def _review(
    row: Row,
    status: AccessRequestStatus,
    requested_at: datetime.datetime,
    people: People,
    reasons: list[str],
    messages: list[str],
) -> tuple[datetime.datetime | None, Ref | None]:
    """Return when and by whom it was decided: always for a decided request, never for another."""
    try:
        reviewed_at = values.moment(row["reviewed_at"])
    except values.UnreadableError:
        reviewed_at = None
    if status not in _DECIDED:
        if reviewed_at is not None:
            reasons.append("REVIEW_TIME")
            messages.append(f"reviewed at {reviewed_at:%Y-%m-%d %H:%M} -> not reviewed")
        return None, None
    if reviewed_at is None:
        reviewed_at = requested_at
        reasons.append("REVIEW_TIME")
        messages.append("no time of the review -> the time of the request")
    reviewer = people.teacher_of_account.get(values.integer(row["reviewed_by_id"]) or 0)
    return reviewed_at, reviewer


def _reason(row: Row) -> str:
    """Return the reason, with the kind and the dates of a request that is not permanent before it."""
    code = values.text(row["reason_code"]).strip()
    text = values.text(row["reason_text"])
    if text.strip() in {"", code}:
        text = code.replace("_", " ").capitalize()
    kind = values.printable(row["request_type"]).strip()
    if kind in {"", "PERMANENT"}:
        return text
    days = [values.printable(row[f"duration_{end}"]).strip() for end in ("start", "end")]
    period = " to ".join(day for day in days if day)
    return f"[{' '.join(filter(None, (kind, period)))}] {text}"
