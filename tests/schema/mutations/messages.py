"""The messages of `userErrors`, by code, as the inputs of `tests.schema.mutations.invalid_inputs` produce them."""

from __future__ import annotations

_NUL = "contains an invalid character (NUL or an unpaired surrogate)."

MESSAGES = {
    "ALREADY_DECIDED": {"This request is already DENIED."},
    "BLANK": {
        "`classCodes` must name a class.",
        *(f"`{field}` is required." for field in ("idempotencyKey", "name", "note", "reason")),
        *(
            f"`{field}` cannot be null."
            for field in ("isActive", "name", "status", "timerMinutes", "totalQuestions")
        ),
    },
    "CELL_LOCKED": {
        "A/2026/FEB is IN_PROGRESS, so its exams are locked. Set its status back to SCHEDULED or DRAFT first."
    },
    "DATE_OUTSIDE_PERIOD": {
        "The date must be within JAN 2026 (2026-01-01 to 2026-01-31).",
        "The date must be within Q1 2026 (2026-01-01 to 2026-03-31).",
    },
    "DUPLICATE": {
        "Class A is listed twice.",
        "An account with this username already exists.",
        "A/2026/JAN is listed twice. List each cell once.",
        "This level is listed twice.",
        "You already have a pending request for this class.",
    },
    "EXAM_INACTIVE": {'Exam "Inactive" is inactive and cannot be assigned.'},
    "EXAM_TYPE_MISMATCH": {
        'JAN accepts REVIEW exams only; "Quarterly" is QUARTERLY.',
        'Q2 accepts QUARTERLY exams only; "Review" is REVIEW.',
    },
    "EXAM_YEAR_MISMATCH": {
        '"Next year\'s" is for another academic year than 2026.',
        "The exam is assigned to cells of other academic years than 2027. Remove it from those cells first.",
    },
    "FORBIDDEN": {
        "Creating exams requires FULL or CO_TEACHER access to a class.",
        "Only head teachers and staff can decide about access.",
        "Only head teachers and staff can do this.",
        "Only head teachers and staff can set a class's curriculum.",
        "Only its creator, head teachers and staff can change this exam.",
        "Only teachers can request access. Staff can already see every class.",
        "Only the teacher who made this request can withdraw it. You can deny it instead.",
        "You cannot change your own access. Ask another head teacher or a staff member.",
        "Your access to B is VIEW, which does not allow changes.",
    },
    "INVALID_CHARACTERS": {
        *(
            f"`{field}` {_NUL}"
            for field in (
                "idempotencyKey",
                "instructions",
                "name",
                "note",
                "notes",
                "reason",
                "room",
            )
        ),
        "`name` contains an invalid character (a control character).",
    },
    "INVALID_ID": {
        "Expected an ID of type ApiToken, not Exam.",
        "'Teacher:x' is not a valid ID.",
        *(
            f"{id!r} is not a valid ID."
            for id in (
                *("", "A/2026/JAN", "CalendarFeed:0", "ChangeSet:0", "CurriculumLevel:x"),
                *("Exam:-1", "Exam:0"),
                *("nonsense", "x"),
            )
        ),
        "Expected an ID of type CalendarFeed, not Exam.",
        "Expected an ID of type ChangeSet, not Exam.",
        "Expected an ID of type ClassAccessRequest, not Teacher.",
        "Expected an ID of type Exam, not Teacher.",
        "Expected an ID of type MatrixCell, not Exam.",
        "Expected an ID of type MatrixCell, not SchoolClass.",
        "Expected an ID of type ScheduleWarning, not Exam.",
        "Expected an ID of type Teacher, not Exam.",
        "Expected an ID of type TeacherClassAssignment, not Teacher.",
    },
    "INVALID_STATUS": {
        "A cell with exams cannot be EMPTY. Remove its exams first.",
        "A cell without exams cannot be COMPLETED. Assign an exam first.",
        "A cell without exams cannot be IN_PROGRESS. Assign an exam first.",
        "A cell without exams cannot be SCHEDULED. Assign an exam first.",
    },
    "INVALID_TIME_RANGE": {
        "End time 09:00:00 must be after start time 09:00:00.",
        "End time 10:00:00 must be after start time 10:00:00.",
        "End time 10:59:59 must be after start time 11:00:00.",
        "Set a start time before setting an end time.",
    },
    "NOT_EMPTY": {
        "A/2026/JAN already has exams.",
        "Nothing was imported, because 1 row has problems. E2: The cell has exams already.",
    },
    "NOT_FOUND": {
        "This token does not exist.",
        *(
            f"Class {code} does not exist or is inactive."
            for code in ("CLOSED", "NONE", "''", r"'\x00'", r"'a\x00'", r"'no\x00code'")
        ),
        *(
            f"Class {code} does not exist or you do not have access to it."
            for code in ("CLOSED", "NONE", "OTHER", r"'no\x00code'", r"'\ud800'")
        ),
        "This assignment does not exist.",
        "This calendar feed does not exist.",
        "This change set does not exist or you do not have access to it.",
        "This curriculum level does not exist.",
        "This exam does not exist.",
        "This request does not exist or you do not have access to it.",
        "This teacher does not exist.",
        "This upload does not exist or is over. Upload the file again.",
        "This warning does not exist any more. Load the warnings again.",
    },
    "OUT_OF_RANGE": {
        "368 days exceed the limit of 366.",
        "379 days exceed the limit of 366.",
        "The last day must not be before the first day.",
        "You have 50 calendar feeds, which is the limit. Revoke one first.",
        "`expiresAt` must be in the future.",
        "`expiresAt` must not be after the year 9999, in the time zone of the school. Without it, access does not expire.",
        "`toYear` must be later than 2026.",
        *(f"`language` must be one of en, ko, not {text!r}." for text in ("", "xx", "\ud800\0")),
        *(f"`passingScore` must be between 0 and 100, not {value}." for value in (-1, 101)),
        *(f"`timerMinutes` must be between 1 and 1440, not {value}." for value in (-1, 1_441)),
        *(f"`totalQuestions` must be between 1 and 1000, not {value}." for value in (0, 1_001)),
    },
    "STALE_VERSION": {
        "The cell has changed since you loaded it (current version 0, expected 1).",
        "The cell has changed since you loaded it (current version 1, expected -1).",
        "The cell has changed since you loaded it (current version 1, expected 0).",
        "The exam has changed since you loaded it (current version 1, expected 2).",
        "The file or the schedule has changed since the preview. Look at it again.",
        "The plan has changed since the preview. Look at it again.",
    },
    "WEAK_PASSWORD": {
        "This password is too short. It must contain at least 8 characters.",
    },
    "TOO_LONG": {
        f"`{field}` has {limit + 1} characters, which exceeds the limit of {limit}."
        for field, limit in (
            *(("idempotencyKey", 255), ("instructions", 10_000), ("name", 200)),
            *(("note", 1_000), ("notes", 10_000), ("reason", 1_000)),
            *(("name", 100), ("room", 100)),
        )
    },
    "YEAR_OUT_OF_RANGE": {
        f"Academic year must be between 2020 and 2035, not {year}."
        for year in (-(2**31), 2019, 2036)
    },
}
