"""Documents over the real schema, as clients write them and as they should not."""

from __future__ import annotations

from typing import Any

_EVERYTHING_OF_A_CELL = """
fragment Everything on MatrixCell {
  __typename id academicYear period periodType status color icon scheduledDate startTime endTime notes canEdit
  version createdAt updatedAt schoolClass { ...Class } exams { ...Exam } examCount
  availableExams(first: $first) { totalCount pageInfo { ...Page } edges { cursor node { ...Exam } } }
  completion { totalSessions completed inProgress notStarted completionRate }
  history(first: $first) { ...History }
  createdBy { id name } modifiedBy { ...Node }
}
fragment Node on Node { __typename id ... on Teacher { name } ... on Exam { name } }
fragment Class on SchoolClass { id code name division grade section accessLevel: __typename }
fragment Exam on Exam {
  id name type academicYear totalQuestions timerMinutes passingScore instructions isActive version
  curriculumLevel { id name subprogram { name program { name } } } canEdit createdBy { name }
}
fragment Page on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
fragment History on HistoryConnection {
  totalCount pageInfo { ...Page }
  edges { cursor node { action byName by { name } changes {
    __typename field
    ... on ExamsChange { examsAdded { ...Exam } examsRemoved { name } }
    ... on CellStatusChange { statusBefore statusAfter }
    ... on DateChange { dateBefore dateAfter }
    ... on CurriculumLevelChange { levelBefore { name } levelAfter { name } }
  } } }
}
"""

QUERIES: dict[str, tuple[Any, ...]] = {
    "everything of every cell": (
        """
        query ($year: Int, $codes: [String!], $first: Int) {
          scheduleMatrix(academicYear: $year, classCodes: $codes) {
            __typename academicYear unavailableClassCodes
            rows {
              schoolClass { ...Class } academicYear accessLevel canEdit
              curriculum { label primary { name } secondary { name } levels { id name } }
              cells { ...Everything }
            }
          }
        }
        """
        + _EVERYTHING_OF_A_CELL,
        {"year": 2026},
        {"year": 2026, "first": 0},
        {"year": 2025, "codes": ["PRIMARY_1A", "CLOSED", "NOWHERE", "PRIMARY_1A"], "first": 1},
        # The following are refused: one field, or the whole operation.
        {"year": 2026, "first": 101},
        {"year": 2026, "first": -1},
        {"year": 1999},
        {"year": "2026"},
        {"year": 2**40},
        {"codes": [None]},
    ),
    "nodes of every kind": (
        """
        query ($ids: [ID!]!, $first: Int) {
          nodes(ids: $ids) { ...Node ... on MatrixCell { ...Everything } ... on SchoolClass { ...Class } }
        }
        """
        + _EVERYTHING_OF_A_CELL,
        {
            "ids": [
                *("MatrixCell:PRIMARY_1A/2026/JAN", "Exam:1", "Exam:99", "Teacher:2"),
                *("SchoolClass:PRIMARY_1A", "MatrixCell:NOWHERE/2026/JAN", "Program:1"),
                *("MatrixCell:PRIMARY_1A/2026/MAR", "CurriculumLevel:1", "Exam:1"),
            ]
        },
        {"ids": ["nonsense"]},
        {"ids": []},
        {},
    ),
    "directives with variables": (
        """
        query ($with: Boolean!, $without: Boolean = true) {
          scheduleMatrix(academicYear: 2026) { rows {
            cells(periods: [JAN, AUG]) {
              id @include(if: $with) exams @skip(if: $without) { id name @include(if: $with) }
              ... @include(if: $with) { status again: exams { name } } ...ResponseSize @skip(if: $with)
            }
            schoolClass @skip(if: $with) { code } schoolClass { name @skip(if: $without) division }
          } }
        }
        fragment ResponseSize on MatrixCell { examCount }
        """,
        {"with": True},
        {"with": False},
        {"with": False, "without": False},
        {"with": True, "without": None},
        {"with": None},
        {},
    ),
    "merged fields": (
        """
        {
          scheduleMatrix(academicYear: 2026) { rows { schoolClass { code } cells { exams { id } } } }
          scheduleMatrix(academicYear: 2026) { rows { cells { status exams { name } } academicYear } }
          ...Again ...Again
        }
        fragment Again on Query {
          scheduleMatrix(academicYear: 2026) { rows { cells { ...C exams { id type } } schoolClass { name } } }
        }
        fragment C on MatrixCell { status color schoolClass { code } }
        """,
    ),
    "arguments of one field that differ": (
        """
        {
          schoolClass(code: "PRIMARY_1A") {
            months: cells(academicYear: 2026, type: MONTHLY) { period few: availableExams(first: 1) { ...E } }
            quarters: cells(academicYear: 2026, type: QUARTERLY) { period availableExams { ...E } }
            unknown: cells(academicYear: 1066) { period }
            none: cells(academicYear: 2025, periods: []) { period }
            wrong: cells(academicYear: 2025, periods: [JAN]) { period availableExams(after: "no") { ...E } }
          }
        }
        fragment E on ExamConnection { totalCount edges { node { name } } }
        """,
    ),
    "deep and back again": (
        """
        { exams(first: 3) { totalCount edges { cursor node { name cells(academicYear: 2026) {
          id schoolClass { name cells(academicYear: 2025, periods: [JAN, Q1]) {
            id status exams { name cells { id schoolClass { code } } }
          } }
        } } } } }
        """,
    ),
    "no document": ("{", {}),
    "no such field": ("{ scheduleMatrix(academicYear: 2026) { rows { nothing } } }",),
    "of itself": (
        "{ __typename __schema { types { __typename name fields { name type { kind } } } } }",
    ),
}

_CELLS = """
  userErrors { __typename field code message }
  cells { id status version exams { id name } examCount canEdit modifiedBy { name }
    history(first: 2) { totalCount edges { node { action byName changes { __typename field } } } } }
"""
MUTATIONS = {
    "two changes that see each other": f"""
        mutation {{
          first: assignExams(input: {{
            cells: [{{ id: "MatrixCell:PRIMARY_1A/2026/MAY" }}, {{ id: "MatrixCell:PRIMARY_1A/2026/JAN" }}],
            examIds: ["Exam:1", "Exam:2"]
          }}) {{ {_CELLS} }}
          refused: assignExams(input: {{
            cells: [{{ id: "MatrixCell:PRIMARY_1A/2026/Q1" }}], examIds: ["Exam:1"]
          }}) {{ {_CELLS} }}
          second: unassignExams(input: {{
            cells: [{{ id: "MatrixCell:PRIMARY_1A/2026/MAY" }}], examIds: ["Exam:1", "Exam:2"]
          }}) {{ {_CELLS} }}
        }}
    """,
    "a change of a cell": """
        mutation {
          updateCell(input: { cell: { id: "MatrixCell:PRIMARY_1A/2026/JAN" }, notes: "\\u2028", startTime: "08:00" }) {
            userErrors { field message }
            cell { id notes startTime version schoolClass { name cells(academicYear: 2026, periods: [JAN]) { notes } } }
          }
          stale: updateCell(input: {
            cell: { id: "MatrixCell:PRIMARY_1A/2026/JAN" }, notes: "", expectedVersion: 1
          }) { userErrors { field message } cell { id notes version exams { name } } }
        }
    """,
    "a change of an exam": """
        mutation {
          updateExam(input: { id: "Exam:2", name: "New" }) {
            userErrors { field message }
            exam { id name version history { totalCount edges { node { action changes { field } } } } cells { id exams { name } } }
          }
        }
    """,
}
