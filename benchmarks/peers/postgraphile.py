"""PostGraphile: how it is started, asked and understood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.questions import Request
from benchmarks.server import Server, free_port, running

_FOLDER = Path(__file__).parent
# Its schema has no list of class codes to filter by; the classes of a teacher it finds through their assignments.
_QUESTION = """
query ($teacher: BigInt!, $year: Int!) {
  rows: allPrimepathTeacherclassassignmentsList(condition: { teacherId: $teacher, isActive: true }) {
    schoolClass: primepathSchoolclassByClassCode {
      code name
      curriculum: primepathClasscurriculummappingsByClassCodeList(
        condition: { academicYear: $year }, orderBy: PRIORITY_ASC
      ) {
        level: primepathCurriculumlevelByCurriculumLevelId {
          levelNumber
          subprogram: primepathSubprogramBySubprogramId { name program: primepathProgramByProgramId { name } }
        }
      }
      cells: primepathExamschedulematricesByClassCodeList(condition: { academicYear: $year }) {
        id period status version
        links: primepathMatrixcellexamsByCellIdList { exam: primepathExamByExamId { id name type totalQuestions } }
      }
    }
  }
}
"""

Content = dict[str, Any]
"""What an answer says, by class code, in a form that does not depend on who gave it."""


@contextmanager
def running_postgraphile(log: Path) -> Iterator[Server]:
    """PostGraphile on the database that ``DATABASE_URL`` names. Raises `RuntimeError` where it does not start."""
    port = free_port()
    environment = {"PORT": str(port), "NODE_ENV": "production"}
    with running(["node", str(_FOLDER / "server.mjs")], port, log, environment) as server:
        yield server


def installed_version() -> str:
    package = _FOLDER / "node_modules" / "postgraphile" / "package.json"
    version: str = json.loads(package.read_text())["version"]
    return version


def question(teacher_id: int, year: int) -> Request:
    """Asks for the teacher's classes with curriculum, cells and exams."""
    body = {"query": _QUESTION, "variables": {"teacher": str(teacher_id), "year": year}}
    return Request("POST", "/graphql", json.dumps(body).encode())


def content_of_peer(answer: Any) -> Content:
    return {
        each["code"]: (
            each["name"],
            [_level_name(mapping["level"]) for mapping in each["curriculum"]],
            {
                cell["period"]: (
                    f"MatrixCell:{cell['id']}",
                    cell["status"],
                    cell["version"],
                    sorted(
                        (f"Exam:{exam['id']}", exam["name"], exam["type"], exam["totalQuestions"])
                        for exam in (link["exam"] for link in cell["links"])
                    ),
                )
                for cell in each["cells"]
            },
        )
        for each in (row["schoolClass"] for row in answer["data"]["rows"])
    }


def _level_name(level: Any) -> str:
    subprogram = level["subprogram"]
    return f"{subprogram['program']['name']} {subprogram['name']} L{level['levelNumber']}"


def content_of_ours(answer: Any) -> Content:
    return {
        row["schoolClass"]["code"]: (
            row["schoolClass"]["name"],
            [row["curriculum"][rank]["name"] for rank in ("primary", "secondary")],
            {
                cell["period"]: (
                    cell["id"],
                    cell["status"],
                    cell["version"],
                    sorted(
                        (exam["id"], exam["name"], exam["type"], exam["totalQuestions"])
                        for exam in cell["exams"]
                    ),
                )
                for cell in row["cells"]
            },
        )
        for row in answer["data"]["scheduleMatrix"]["rows"]
    }
