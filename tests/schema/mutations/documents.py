"""Documents for all mutations, as a front end sends them."""

from __future__ import annotations

from typing import Any

from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from tests.client import data
from tests.factories import YEAR

CELL = "id version status scheduledDate startTime endTime notes exams { id }"
EXAM = """
  id version name type academicYear totalQuestions timerMinutes passingScore instructions isActive
  curriculumLevel { id } createdBy { name }
"""
REQUEST = """
  id status requestedAccessLevel reason reviewNote reviewedAt reviewedBy { name }
  teacher { name } classListing { code } schoolClass { code }
"""
ASSIGNMENT = "id accessLevel expiresAt isActive teacher { id name } schoolClass { code }"
HOLIDAYS = "holidays { date name kind isOpen }"
WARNING = "warning { id code date accepted { reason by { name } } }"
FEED = "feed { id name classCodes createdAt lastUsedAt } url"
INVITATION = "teacher { id name } invitationUrl expiresAt"
IMPORT = f"""
  digest changed unchanged rejected warnings {{ id }}
  rows {{ row effect cell {{ {CELL} }} changes {{ column before after }} problems {{ code address message }} }}
"""
CHANGES = """
  field
  ... on TextChange { textBefore textAfter }
  ... on NumberChange { numberBefore numberAfter }
  ... on FlagChange { flagBefore flagAfter }
  ... on DateChange { dateBefore dateAfter }
  ... on TimeChange { timeBefore timeAfter }
  ... on CellStatusChange { statusBefore statusAfter }
  ... on ExamTypeChange { typeBefore typeAfter }
  ... on CurriculumLevelChange { levelBefore { id } levelAfter { id } }
  ... on TeacherChange { teacherBefore { name } teacherAfter { name } }
  ... on ExamsChange { examsAdded { name } examsRemoved { name } }
"""
ENTRY = f"at action byName by {{ id name }} changes {{ {CHANGES} }}"
MUTATIONS = {
    "assignExams": ("AssignExamsInput", f"cells {{ {CELL} }}"),
    "unassignExams": ("AssignExamsInput", f"cells {{ {CELL} }}"),
    "updateCell": ("UpdateCellInput", f"cell {{ {CELL} }}"),
    "updateCells": ("UpdateCellsInput", f"cells {{ {CELL} }}"),
    "undoChanges": ("UndoChangesInput", f"cells {{ {CELL} }}"),
    "rollOverYear": ("RollOverYearInput", "report { part copied skipped reasons }"),
    "cloneCell": ("CloneCellInput", f"cells {{ {CELL} }}"),
    "shareCell": ("ShareCellInput", f"cells {{ {CELL} }}"),
    "createExam": ("CreateExamInput", f"exam {{ {EXAM} }}"),
    "updateExam": ("UpdateExamInput", f"exam {{ {EXAM} }}"),
    "setClassCurriculum": (
        "SetClassCurriculumInput",
        "curriculum { label levels { id } primary { id } secondary { id } }",
    ),
    "requestClassAccess": ("RequestClassAccessInput", f"request {{ {REQUEST} }}"),
    "withdrawClassAccessRequest": (
        "WithdrawClassAccessRequestInput",
        f"request {{ {REQUEST} }}",
    ),
    "approveClassAccessRequest": ("ApproveClassAccessRequestInput", f"request {{ {REQUEST} }}"),
    "denyClassAccessRequest": ("DenyClassAccessRequestInput", f"request {{ {REQUEST} }}"),
    "assignTeacher": ("AssignTeacherInput", f"assignment {{ {ASSIGNMENT} }}"),
    "revokeTeacher": ("RevokeTeacherInput", f"assignment {{ {ASSIGNMENT} }}"),
    "closeSchool": ("CloseSchoolInput", HOLIDAYS),
    "reopenSchool": ("ReopenSchoolInput", HOLIDAYS),
    "acceptWarning": ("AcceptWarningInput", WARNING),
    "createCalendarFeed": ("CreateCalendarFeedInput", FEED),
    "revokeCalendarFeed": ("RevokeCalendarFeedInput", FEED),
    "importSchedule": ("ImportScheduleInput", IMPORT),
    "exportSchedule": ("ExportScheduleInput", "url expiresAt"),
    "inviteTeacher": ("InviteTeacherInput", INVITATION),
    "resetPassword": ("ResetPasswordInput", INVITATION),
    "changePassword": ("ChangePasswordInput", "token expiresAt"),
    "revokeApiToken": ("RevokeApiTokenInput", "apiToken { id name }"),
}


def document(mutation: str) -> str:
    """Return a document with the mutation, its ``$input`` and the whole payload."""
    input_type, selection = MUTATIONS[mutation]
    return f"""
      mutation ($input: {input_type}!) {{
        {mutation}(input: $input) {{ {selection} userErrors {{ code message field }} }}
      }}
    """


def mutate(mutation: str, viewer: Viewer, **input: Any) -> dict[str, Any]:
    """Run a mutation and return its payload. Input fields have their GraphQL names."""
    payload: dict[str, Any] = data(document(mutation), viewer, {"input": input})[mutation]
    return payload


def result_of(mutation: str, viewer: Viewer, **input: Any) -> Any:
    """Run a mutation that must succeed, and return the changed objects: the cells, the cell, the exam and so on.

    It is the whole payload if the payload has several fields.
    """
    payload = mutate(mutation, viewer, **input)
    assert payload.pop("userErrors") == []
    return payload if len(payload) > 1 else next(iter(payload.values()))


def errors_of(mutation: str, viewer: Viewer, **input: Any) -> list[tuple[str, str | None]]:
    """Run a mutation that must fail, and return code and path of each error: ``("NOT_FOUND", "input.cells.3")``."""
    errors = mutate(mutation, viewer, **input)["userErrors"]
    assert errors
    return [(each["code"], each["field"] and ".".join(each["field"])) for each in errors]


def key(school_class: SchoolClass | str, period: str = "JAN", year: int = YEAR) -> dict[str, Any]:
    """Return a `CellKey`."""
    code = school_class if isinstance(school_class, str) else school_class.code
    return {"classCode": code, "academicYear": year, "period": period}


def at(school_class: SchoolClass | str, period: str = "JAN", year: int = YEAR) -> dict[str, Any]:
    """Return a `CellRef` by class, year and period."""
    return {"at": key(school_class, period, year)}


def id_of(row: Any) -> str:
    """Return the API's id of a row."""
    return f"{type(row).__name__.replace('ExamScheduleMatrix', 'MatrixCell')}:{row.pk}"
