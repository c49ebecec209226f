"""Documents that read cells: the full matrix, and every field that returns cells."""

FULL_MATRIX = """
query ($year: Int) {
  scheduleMatrix(academicYear: $year) {
    rows {
      schoolClass { code name }
      curriculum { label primary { name } secondary { name } }
      cells { id period status color icon version examCount exams { id name type totalQuestions } }
    }
  }
}
"""
EVERY_FIELD_WITH_CELLS = """
query ($year: Int, $next: Int, $one: CellKey!, $id: ID!, $ids: [ID!]!, $code: String!) {
  all: scheduleMatrix(academicYear: $year) { rows { cells(type: QUARTERLY) { id status } } }
  next: scheduleMatrix(academicYear: $next, classCodes: [$code]) {
    rows { ...Months schoolClass { cells(academicYear: $year, periods: [DEC]) { id } } }
  }
  one: matrixCell(at: $one) {
    status
    schoolClass { again: cells(academicYear: $next, periods: [Q1]) { status } }
  }
  node(id: $id) { ... on MatrixCell { notes } }
  nodes(ids: $ids) { ... on MatrixCell { version } ... on SchoolClass { cells(academicYear: $next) { color } } }
  schoolClass(code: $code) { cells(academicYear: $year) { icon } }
  schoolClasses(first: 1) { edges { node { cells(academicYear: $next, periods: [JAN]) { status } } } }
}
fragment Months on MatrixRow { cells(type: MONTHLY) { id schoolClass { code } } }
"""
