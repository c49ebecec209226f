"""Table of invalid inputs: mutation, viewer, input, and the code and path of the expected error."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.factories import YEAR
from tests.schema.mutations.documents import at, key
from tests.schema.mutations.placeholders import LEVEL, UPLOAD, WARNING
from tests.schema.mutations.school import (
    DENIED,
    FEED,
    HANA,
    HANA_IN_A,
    IN_CLOSED,
    INACTIVE,
    JUNO,
    MINA_IN_A,
    NEXT_YEAR,
    NO_ASSIGNMENT,
    NO_EXAM,
    NO_LEVEL,
    NO_REQUEST,
    NO_TEACHER,
    OF_HANA,
    OF_HARU,
    OF_JUNO,
    OF_MINA,
    QUARTERLY,
    REVIEW,
)

PAST, FUTURE = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
NEVER = "9999-12-31T23:59:59.9999999Z"
"""The last moment of .NET. The school is in Seoul, where the year 10000 has begun."""
NEW_EXAM = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}
CURRICULUM = {"classCode": "A", "academicYear": YEAR, "levelIds": []}
REQUEST = {"classCode": "OTHER", "accessLevel": "VIEW", "reason": "Standing in"}
ASSIGNMENT = {"teacherId": JUNO, "classCode": "A", "accessLevel": "VIEW"}
JAN = {"cells": [at("A")], "examIds": [REVIEW]}
CLOSED_DAYS = {"from": f"{YEAR}-03-12", "to": f"{YEAR}-03-13", "name": "Sports days"}
ACCEPTANCE = {"warningId": WARNING, "reason": "The date follows in May."}
FEED_OF_A = {"name": "Exams of A", "classCodes": ["A"]}
IMPORT = {"uploadId": UPLOAD, "dryRun": False}
INVITED = {"classCode": "A", "accessLevel": "VIEW"}
SORA = {"username": "sora", "name": "Sora"}
EXPORT = {"format": "CSV", "filter": {"academicYear": YEAR}}


class InvalidInput(NamedTuple):
    """An input with one error. ``path`` is relative to ``input``; None if the error concerns the whole input."""

    mutation: str
    person: str
    input: dict[str, Any]
    code: str
    path: str | None

    def __str__(self) -> str:
        return f"{self.mutation}-{self.code}-{self.path}"


def _cells(mutation: str, code: str, path: str, cells: list[Any], *exams: str) -> InvalidInput:
    return InvalidInput(
        mutation, "mina", {"cells": cells, "examIds": exams or [REVIEW]}, code, path
    )


def _update(code: str, path: str, month: str = "JAN", **values: Any) -> InvalidInput:
    return InvalidInput("updateCell", "mina", {"cell": at("A", month), **values}, code, path)


def _updates(case: InvalidInput) -> InvalidInput:
    """Return the same error of a list of changes, in which a valid change comes first."""
    valid = {"cell": at("A", "DEC"), "notes": "Fine"}
    return case._replace(
        mutation="updateCells",
        input={"changes": [valid, case.input]},
        path=f"changes.1.{case.path}",
    )


def _clone(code: str, path: str, source: Any, *targets: Any, mode: str = "MERGE") -> InvalidInput:
    values = {"source": source, "targets": targets, "onExisting": mode}
    return InvalidInput("cloneCell", "mina", values, code, path)


def _share(code: str, path: str, source: Any, *codes: str, mode: str = "MERGE") -> InvalidInput:
    values = {"source": source, "classCodes": codes, "onExisting": mode}
    return InvalidInput("shareCell", "mina", values, code, path)


def _exam(code: str, path: str, **values: Any) -> list[InvalidInput]:
    """Return the same error for a new exam and for an update."""
    changed = {key: value for key, value in values.items() if key != "type"}
    return [
        InvalidInput("createExam", "mina", {**NEW_EXAM, **values}, code, path),
        InvalidInput("updateExam", "mina", {"id": OF_MINA, **changed}, code, path),
    ]


CELL_ERRORS = [
    *(
        case
        for mutation in ("assignExams", "unassignExams")
        for case in (
            _cells(mutation, "NOT_FOUND", "cells.1", [at("A"), at("OTHER")]),
            _cells(mutation, "NOT_FOUND", "cells.0", [at("NONE")]),
            _cells(mutation, "NOT_FOUND", "cells.0", [at("CLOSED")]),
            _cells(mutation, "NOT_FOUND", "cells.0", [at("no\0code")]),
            _cells(mutation, "NOT_FOUND", "examIds.1", [at("A")], REVIEW, NO_EXAM),
            _cells(mutation, "FORBIDDEN", "cells.1", [at("A"), at("B")]),
            _cells(mutation, "INVALID_ID", "cells.1", [at("A"), {"id": REVIEW}]),
            _cells(mutation, "INVALID_ID", "cells.0", [{"id": "A/2026/JAN"}]),
            _cells(mutation, "INVALID_ID", "cells.0", [{"id": ""}]),
            _cells(mutation, "INVALID_ID", "examIds.1", [at("A")], REVIEW, "Exam:0"),
            _cells(mutation, "INVALID_ID", "examIds.0", [at("A")], "Teacher:1000001"),
            _cells(mutation, "YEAR_OUT_OF_RANGE", "cells.0", [at("A", year=2019)]),
            _cells(mutation, "YEAR_OUT_OF_RANGE", "cells.0", [{"id": "MatrixCell:A/2036/JAN"}]),
            _cells(mutation, "YEAR_OUT_OF_RANGE", "cells.0", [at("A", year=-(2**31))]),
        )
    ),
    _cells("assignExams", "EXAM_TYPE_MISMATCH", "cells.1", [at("A", "Q2"), at("A")], QUARTERLY),
    _cells("assignExams", "EXAM_TYPE_MISMATCH", "cells.0", [at("A", "Q2")], REVIEW),
    _cells("assignExams", "EXAM_YEAR_MISMATCH", "cells.0", [at("A")], NEXT_YEAR),
    _cells("assignExams", "EXAM_INACTIVE", "examIds.1", [at("A")], REVIEW, INACTIVE),
    _cells("assignExams", "CELL_LOCKED", "cells.1", [at("A"), at("A", "FEB")], OF_MINA),
    _cells("unassignExams", "CELL_LOCKED", "cells.0", [at("A", "FEB")], REVIEW),
    _update("NOT_FOUND", "cell", cell=at("OTHER"), notes="x"),
    _update("NOT_FOUND", "cell", cell={"id": "MatrixCell:NONE/2026/JAN"}, notes="x"),
    _update("FORBIDDEN", "cell", cell=at("B"), notes="x"),
    _update("INVALID_ID", "cell", cell={"id": "nonsense"}, notes="x"),
    _update("YEAR_OUT_OF_RANGE", "cell", cell=at("A", year=2036), notes="x"),
    _update("STALE_VERSION", "expectedVersion", expectedVersion=0, notes="x"),
    _update("STALE_VERSION", "expectedVersion", "MAY", expectedVersion=1, notes="x"),
    _update("STALE_VERSION", "expectedVersion", expectedVersion=-1, notes="x"),
    _update("INVALID_STATUS", "status", status="EMPTY"),
    *(
        _update("INVALID_STATUS", "status", month, status=status)
        for month in ("MAR", "MAY")
        for status in ("SCHEDULED", "IN_PROGRESS", "COMPLETED")
    ),
    _update("INVALID_TIME_RANGE", "endTime", endTime="09:00"),
    _update("INVALID_TIME_RANGE", "endTime", startTime="11:00", endTime="10:59:59"),
    _update("INVALID_TIME_RANGE", "endTime", "MAY", endTime="10:00"),
    _update("INVALID_TIME_RANGE", "startTime", startTime="10:00"),
    _update("INVALID_TIME_RANGE", "startTime", startTime=None),
    _update("DATE_OUTSIDE_PERIOD", "scheduledDate", scheduledDate="2026-02-01"),
    _update("DATE_OUTSIDE_PERIOD", "scheduledDate", scheduledDate="2025-01-15"),
    _update("DATE_OUTSIDE_PERIOD", "scheduledDate", "Q1", scheduledDate="2026-04-01"),
    _update("BLANK", "status", status=None),
    _update("NOT_FOUND", "invigilatorId", invigilatorId=NO_TEACHER),
    _update("INVALID_ID", "invigilatorId", invigilatorId=REVIEW),
    _update("TOO_LONG", "room", room="x" * 101),
    _update("INVALID_CHARACTERS", "room", room="a\0"),
    _update("TOO_LONG", "notes", notes="x" * 10_001),
    _update("INVALID_CHARACTERS", "notes", notes="a\0b"),
    _update("INVALID_CHARACTERS", "notes", notes="a\ud800b"),
    _clone("NOT_FOUND", "source", at("OTHER"), key("A", "MAY")),
    _clone("NOT_FOUND", "targets.1", at("A"), key("A", "MAY"), key("OTHER")),
    _clone("FORBIDDEN", "targets.0", at("A"), key("B")),
    _clone("INVALID_ID", "source", {"id": "Exam:1000001"}, key("A", "MAY")),
    _clone("YEAR_OUT_OF_RANGE", "source", at("A", year=2019), key("A", "MAY")),
    _clone("YEAR_OUT_OF_RANGE", "targets.0", at("A"), key("A", "MAY", 2036)),
    _clone("NOT_EMPTY", "targets.1", at("B"), key("A", "MAY"), key("A"), mode="REJECT"),
    _clone("EXAM_TYPE_MISMATCH", "targets.0", at("A"), key("A", "Q2")),
    _clone("EXAM_YEAR_MISMATCH", "targets.0", at("A", year=YEAR + 1), key("A", "MAY")),
    _clone("EXAM_INACTIVE", "source", at("A", "APR"), key("A", "MAY")),
    _clone("CELL_LOCKED", "targets.0", at("A", "MAR"), key("A", "FEB"), mode="REPLACE"),
    _share("NOT_FOUND", "source", at("OTHER"), "A"),
    _share("NOT_FOUND", "classCodes.1", at("A"), "C", "OTHER"),
    _share("NOT_FOUND", "classCodes.0", at("A"), "no\0code"),
    _share("FORBIDDEN", "classCodes.0", at("A"), "B"),
    _share("INVALID_ID", "source", {"id": "SchoolClass:A"}, "C"),
    _share("YEAR_OUT_OF_RANGE", "source", at("A", year=2036)),
    _share("NOT_EMPTY", "classCodes.0", at("B"), "A", mode="REJECT"),
    _share("EXAM_INACTIVE", "source", at("A", "APR"), "C"),
]
EXAM_ERRORS = [
    *_exam("NOT_FOUND", "curriculumLevelId", curriculumLevelId=NO_LEVEL),
    *_exam("INVALID_ID", "curriculumLevelId", curriculumLevelId="CurriculumLevel:x"),
    *_exam("BLANK", "name", name=" \n"),
    *(
        each
        for blank in ("\u3164", "\u200b", "\u2800", "\u115f", "\ufeff", "\u00ad")
        for each in _exam("BLANK", "name", name=blank)
    ),
    *_exam("INVALID_CHARACTERS", "name", name="\x01"),
    *_exam("TOO_LONG", "name", name="x" * 201),
    *_exam("TOO_LONG", "instructions", instructions="x" * 10_001),
    *_exam("INVALID_CHARACTERS", "name", name="a\0"),
    *_exam("INVALID_CHARACTERS", "instructions", instructions="\udfff"),
    *_exam("OUT_OF_RANGE", "totalQuestions", totalQuestions=0),
    *_exam("OUT_OF_RANGE", "totalQuestions", totalQuestions=1_001),
    *_exam("OUT_OF_RANGE", "timerMinutes", timerMinutes=-1),
    *_exam("OUT_OF_RANGE", "timerMinutes", timerMinutes=1_441),
    *_exam("OUT_OF_RANGE", "passingScore", passingScore=-1),
    *_exam("OUT_OF_RANGE", "passingScore", passingScore=101),
    *_exam("YEAR_OUT_OF_RANGE", "academicYear", academicYear=2019),
    InvalidInput("createExam", "juno", NEW_EXAM, "FORBIDDEN", None),
    InvalidInput(
        "createExam", "mina", {**NEW_EXAM, "idempotencyKey": ""}, "BLANK", "idempotencyKey"
    ),
    InvalidInput(
        *("createExam", "mina", {**NEW_EXAM, "idempotencyKey": "x" * 256}),
        *("TOO_LONG", "idempotencyKey"),
    ),
    InvalidInput(
        *("createExam", "mina", {**NEW_EXAM, "idempotencyKey": "\0"}),
        *("INVALID_CHARACTERS", "idempotencyKey"),
    ),
    InvalidInput("updateExam", "mina", {"id": NO_EXAM, "name": "x"}, "NOT_FOUND", "id"),
    InvalidInput("updateExam", "mina", {"id": "Exam:-1", "name": "x"}, "INVALID_ID", "id"),
    InvalidInput("updateExam", "mina", {"id": REVIEW, "name": "x"}, "FORBIDDEN", "id"),
    *(
        InvalidInput("updateExam", "mina", {"id": OF_MINA, field: None}, "BLANK", field)
        for field in ("name", "totalQuestions", "timerMinutes", "isActive")
    ),
    InvalidInput(
        *("updateExam", "mina", {"id": OF_MINA, "expectedVersion": 2, "name": "x"}),
        *("STALE_VERSION", "expectedVersion"),
    ),
    InvalidInput(
        *("updateExam", "hana", {"id": REVIEW, "academicYear": YEAR + 1}),
        *("EXAM_YEAR_MISMATCH", "academicYear"),
    ),
]
ACCESS_ERRORS = [
    InvalidInput("setClassCurriculum", "mina", CURRICULUM, "FORBIDDEN", "classCode"),
    *(
        InvalidInput(
            "setClassCurriculum",
            "hana",
            {**CURRICULUM, "classCode": code},
            "NOT_FOUND",
            "classCode",
        )
        for code in ("NONE", "CLOSED", "no\0code", "")
    ),
    InvalidInput(
        "setClassCurriculum",
        "hana",
        {**CURRICULUM, "levelIds": [NO_LEVEL]},
        "NOT_FOUND",
        "levelIds.0",
    ),
    InvalidInput(
        "setClassCurriculum", "hana", {**CURRICULUM, "levelIds": ["x"]}, "INVALID_ID", "levelIds.0"
    ),
    InvalidInput(
        *("setClassCurriculum", "hana", {**CURRICULUM, "levelIds": [LEVEL, LEVEL]}),
        *("DUPLICATE", "levelIds.1"),
    ),
    InvalidInput(
        *("setClassCurriculum", "hana", {**CURRICULUM, "academicYear": 2036}),
        *("YEAR_OUT_OF_RANGE", "academicYear"),
    ),
    InvalidInput("requestClassAccess", "office", REQUEST, "FORBIDDEN", None),
    InvalidInput("requestClassAccess", "mina", REQUEST, "DUPLICATE", "classCode"),
    *(
        InvalidInput(
            "requestClassAccess", "juno", {**REQUEST, "classCode": code}, "NOT_FOUND", "classCode"
        )
        for code in ("NONE", "CLOSED", "a\0")
    ),
    InvalidInput("requestClassAccess", "juno", {**REQUEST, "reason": " "}, "BLANK", "reason"),
    InvalidInput("requestClassAccess", "juno", {**REQUEST, "reason": "\u3164"}, "BLANK", "reason"),
    InvalidInput(
        "requestClassAccess", "juno", {**REQUEST, "reason": "x" * 1_001}, "TOO_LONG", "reason"
    ),
    InvalidInput(
        "requestClassAccess", "juno", {**REQUEST, "reason": "\0"}, "INVALID_CHARACTERS", "reason"
    ),
    *(
        case
        for action, more in (
            ("withdraw", {}),
            ("approve", {}),
            ("deny", {"note": "No need"}),
        )
        for name in [f"{action}ClassAccessRequest"]
        for case in (
            InvalidInput(name, "hana", {"id": NO_REQUEST, **more}, "NOT_FOUND", "id"),
            InvalidInput(name, "hana", {"id": JUNO, **more}, "INVALID_ID", "id"),
            InvalidInput(name, "hana", {"id": DENIED, **more}, "ALREADY_DECIDED", "id"),
        )
    ),
    InvalidInput("withdrawClassAccessRequest", "mina", {"id": OF_JUNO}, "NOT_FOUND", "id"),
    InvalidInput("withdrawClassAccessRequest", "hana", {"id": OF_JUNO}, "FORBIDDEN", "id"),
    InvalidInput("withdrawClassAccessRequest", "office", {"id": OF_JUNO}, "FORBIDDEN", "id"),
    InvalidInput("approveClassAccessRequest", "juno", {"id": OF_JUNO}, "FORBIDDEN", None),
    InvalidInput("approveClassAccessRequest", "hana", {"id": OF_HANA}, "FORBIDDEN", "id"),
    *(
        InvalidInput(
            *("approveClassAccessRequest", "hana", {"id": OF_JUNO, "expiresAt": expires_at}),
            *("OUT_OF_RANGE", "expiresAt"),
        )
        for expires_at in (PAST, NEVER)
    ),
    InvalidInput(
        *("approveClassAccessRequest", "hana", {"id": OF_JUNO, "note": "x" * 1_001}),
        *("TOO_LONG", "note"),
    ),
    InvalidInput(
        *("approveClassAccessRequest", "hana", {"id": OF_JUNO, "note": "\0"}),
        *("INVALID_CHARACTERS", "note"),
    ),
    InvalidInput(
        "denyClassAccessRequest", "juno", {"id": OF_JUNO, "note": "No"}, "FORBIDDEN", None
    ),
    InvalidInput(
        "denyClassAccessRequest", "hana", {"id": OF_HANA, "note": "No"}, "FORBIDDEN", "id"
    ),
    InvalidInput("denyClassAccessRequest", "hana", {"id": OF_JUNO, "note": "\t"}, "BLANK", "note"),
    InvalidInput(
        "denyClassAccessRequest", "hana", {"id": OF_JUNO, "note": "\ufeff"}, "BLANK", "note"
    ),
    InvalidInput(
        *("denyClassAccessRequest", "hana", {"id": OF_JUNO, "note": "x" * 1_001}),
        *("TOO_LONG", "note"),
    ),
    InvalidInput(
        *("denyClassAccessRequest", "hana", {"id": OF_JUNO, "note": "\0"}),
        *("INVALID_CHARACTERS", "note"),
    ),
    InvalidInput("assignTeacher", "mina", ASSIGNMENT, "FORBIDDEN", None),
    InvalidInput(
        "assignTeacher", "hana", {**ASSIGNMENT, "teacherId": HANA}, "FORBIDDEN", "teacherId"
    ),
    InvalidInput(
        "assignTeacher", "hana", {**ASSIGNMENT, "teacherId": NO_TEACHER}, "NOT_FOUND", "teacherId"
    ),
    InvalidInput(
        "assignTeacher", "hana", {**ASSIGNMENT, "teacherId": REVIEW}, "INVALID_ID", "teacherId"
    ),
    InvalidInput(
        "assignTeacher", "hana", {**ASSIGNMENT, "classCode": "CLOSED"}, "NOT_FOUND", "classCode"
    ),
    InvalidInput(
        "assignTeacher", "hana", {**ASSIGNMENT, "classCode": "\0"}, "NOT_FOUND", "classCode"
    ),
    *(
        InvalidInput(
            *("assignTeacher", "hana", {**ASSIGNMENT, "expiresAt": expires_at}),
            *("OUT_OF_RANGE", "expiresAt"),
        )
        for expires_at in (PAST, NEVER)
    ),
    InvalidInput("revokeTeacher", "mina", {"assignmentId": MINA_IN_A}, "FORBIDDEN", None),
    InvalidInput("revokeTeacher", "hana", {"assignmentId": HANA_IN_A}, "FORBIDDEN", "assignmentId"),
    InvalidInput(
        "revokeTeacher", "hana", {"assignmentId": NO_ASSIGNMENT}, "NOT_FOUND", "assignmentId"
    ),
    InvalidInput("revokeTeacher", "hana", {"assignmentId": IN_CLOSED}, "NOT_FOUND", "assignmentId"),
    InvalidInput("revokeTeacher", "hana", {"assignmentId": HANA}, "INVALID_ID", "assignmentId"),
]
SCHOOL_ERRORS = [
    *(
        InvalidInput(mutation, person, {**days, **values}, code, path)
        for mutation, days in (
            ("closeSchool", CLOSED_DAYS),
            ("reopenSchool", {"from": f"{YEAR}-03-01", "to": f"{YEAR}-03-02"}),
        )
        for person, values, code, path in (
            ("mina", {}, "FORBIDDEN", None),
            ("hana", {"to": f"{YEAR}-02-28"}, "OUT_OF_RANGE", "to"),
            ("hana", {"from": f"{YEAR - 1}-02-28"}, "OUT_OF_RANGE", "to"),
            ("hana", {"from": "2019-12-31", "to": "2020-01-01"}, "YEAR_OUT_OF_RANGE", "from"),
            ("hana", {"from": "2035-12-31", "to": "2036-01-01"}, "YEAR_OUT_OF_RANGE", "to"),
        )
    ),
    *(
        InvalidInput("closeSchool", "hana", {**CLOSED_DAYS, "name": name}, code, "name")
        for name, code in (
            ("\u3164", "BLANK"),
            ("x" * 101, "TOO_LONG"),
            ("a\0", "INVALID_CHARACTERS"),
        )
    ),
    *(
        InvalidInput("acceptWarning", "mina", {**ACCEPTANCE, "reason": reason}, code, "reason")
        for reason, code in (
            (" ", "BLANK"),
            ("x" * 1_001, "TOO_LONG"),
            ("\0", "INVALID_CHARACTERS"),
        )
    ),
    InvalidInput("acceptWarning", "juno", ACCEPTANCE, "NOT_FOUND", "warningId"),
    InvalidInput(
        *("acceptWarning", "hana", {**ACCEPTANCE, "warningId": REVIEW}),
        *("INVALID_ID", "warningId"),
    ),
]
FILE_ERRORS = [
    *(
        InvalidInput("createCalendarFeed", person, {**FEED_OF_A, **values}, code, path)
        for person, values, code, path in (
            ("mina", {"name": " "}, "BLANK", "name"),
            ("mina", {"name": "x" * 101}, "TOO_LONG", "name"),
            ("mina", {"name": "a\0"}, "INVALID_CHARACTERS", "name"),
            ("mina", {"name": "\x01"}, "INVALID_CHARACTERS", "name"),
            ("mina", {"classCodes": []}, "BLANK", "classCodes"),
            ("mina", {"classCodes": ["A", "OTHER"]}, "NOT_FOUND", "classCodes.1"),
            ("mina", {"classCodes": ["CLOSED"]}, "NOT_FOUND", "classCodes.0"),
            ("mina", {"classCodes": ["no\0code"]}, "NOT_FOUND", "classCodes.0"),
            ("mina", {"classCodes": ["\ud800"]}, "NOT_FOUND", "classCodes.0"),
            ("haru", {}, "OUT_OF_RANGE", None),
        )
    ),
    *(
        InvalidInput("revokeCalendarFeed", person, {"id": id}, code, "id")
        for person, id, code in (
            ("mina", OF_HARU, "NOT_FOUND"),
            ("hana", FEED, "NOT_FOUND"),
            ("mina", "CalendarFeed:9999999", "NOT_FOUND"),
            ("mina", "CalendarFeed:0", "INVALID_ID"),
            ("mina", REVIEW, "INVALID_ID"),
        )
    ),
    *(
        InvalidInput("importSchedule", person, {**IMPORT, **values}, code, path)
        for person, values, code, path in (
            ("mina", {}, "FORBIDDEN", None),
            ("mina", {"dryRun": True}, "FORBIDDEN", None),
            ("hana", {"uploadId": ""}, "NOT_FOUND", "uploadId"),
            ("hana", {"uploadId": "\0"}, "NOT_FOUND", "uploadId"),
            ("hana", {"uploadId": "\ud800", "dryRun": True}, "NOT_FOUND", "uploadId"),
            ("hana", {"expectedDigest": "\ud800"}, "STALE_VERSION", "expectedDigest"),
            ("hana", {"expectedDigest": "", "dryRun": True}, "STALE_VERSION", "expectedDigest"),
            ("hana", {"onExisting": "REJECT"}, "NOT_EMPTY", "uploadId"),
        )
    ),
    *(
        InvalidInput("exportSchedule", "mina", {**EXPORT, **values}, "OUT_OF_RANGE", "language")
        for values in ({"language": ""}, {"language": "xx"}, {"language": "\ud800\0"})
    ),
]
UPDATE_ERRORS = [
    _updates(each)
    for each in CELL_ERRORS
    if each.mutation == "updateCell" and each.code != "STALE_VERSION"
]
UPDATE_ERRORS += [
    InvalidInput(
        *("updateCells", "mina", {"changes": [{"cell": at("A")}, {"cell": at("A")}]}),
        *("DUPLICATE", "changes.1.cell"),
    )
]
UNDO_ERRORS = [
    InvalidInput("undoChanges", "mina", {"changeSetId": id}, code, "changeSetId")
    for id, code in (
        (f"ChangeSet:{'0' * 32}", "NOT_FOUND"),
        ("ChangeSet:0", "INVALID_ID"),
        (REVIEW, "INVALID_ID"),
    )
]
ROLL_OVER = {"fromYear": YEAR, "toYear": YEAR + 1, "parts": ["SCHEDULE"]}
ROLL_OVER_ERRORS = [
    InvalidInput("rollOverYear", who, {**ROLL_OVER, **input}, code, path)
    for who, input, code, path in (
        ("mina", {}, "FORBIDDEN", None),
        ("hana", {"fromYear": 2019}, "YEAR_OUT_OF_RANGE", "fromYear"),
        ("hana", {"toYear": 2036}, "YEAR_OUT_OF_RANGE", "toYear"),
        ("hana", {"expectedDigest": "of another plan"}, "STALE_VERSION", "expectedDigest"),
        ("hana", {"toYear": YEAR}, "OUT_OF_RANGE", "toYear"),
        ("hana", {"classCodes": ["A", "CLOSED"]}, "NOT_FOUND", "classCodes.1"),
    )
]
INVALID_INPUTS = [
    *ROLL_OVER_ERRORS,
    *UNDO_ERRORS,
    *CELL_ERRORS,
    *UPDATE_ERRORS,
    *EXAM_ERRORS,
    *ACCESS_ERRORS,
    *SCHOOL_ERRORS,
    *FILE_ERRORS,
    InvalidInput("inviteTeacher", "mina", SORA, "FORBIDDEN", None),
    InvalidInput("inviteTeacher", "hana", {**SORA, "username": "mina"}, "DUPLICATE", "username"),
    InvalidInput("inviteTeacher", "hana", {**SORA, "name": " "}, "BLANK", "name"),
    InvalidInput(
        *("inviteTeacher", "hana", {**SORA, "assignments": [INVITED, INVITED]}),
        *("DUPLICATE", "assignments.1.classCode"),
    ),
    InvalidInput(
        *("inviteTeacher", "hana", {**SORA, "assignments": [{**INVITED, "classCode": "NONE"}]}),
        *("NOT_FOUND", "assignments.0.classCode"),
    ),
    InvalidInput("resetPassword", "mina", {"teacherId": JUNO}, "FORBIDDEN", None),
    InvalidInput("resetPassword", "hana", {"teacherId": NO_TEACHER}, "NOT_FOUND", "teacherId"),
    InvalidInput("resetPassword", "hana", {"teacherId": "Teacher:x"}, "INVALID_ID", "teacherId"),
    InvalidInput(
        *("changePassword", "mina", {"currentPassword": "x", "newPassword": "xk9!q"}),
        *("WEAK_PASSWORD", "newPassword"),
    ),
    InvalidInput("revokeApiToken", "mina", {"id": "ApiToken:9999999"}, "NOT_FOUND", "id"),
    InvalidInput("revokeApiToken", "mina", {"id": "Exam:1"}, "INVALID_ID", "id"),
]
