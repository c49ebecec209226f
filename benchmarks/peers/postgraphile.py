"""Starts PostGraphile, sends its query and reads its response."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.operations import Request
from scripts.server import Server, free_port, serving

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Version:
    """A version of PostGraphile, installed in ``folder``, which runs with the program ``node``."""

    folder: Path
    node: str

    @property
    def title(self) -> str:
        major, minor, _ = self.number.split(".")
        return f"PostGraphile {major}.{minor}"

    @property
    def number(self) -> str:
        """The version in ``package.json``."""
        package = json.loads((self.folder / "package.json").read_text())
        number: str = package["dependencies"]["postgraphile"]
        return number

    def install(self, npm: str) -> None:
        """Install the packages of the lock file. Raises `CalledProcessError`."""
        install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(install, cwd=self.folder, check=True)  # noqa: S603

    def node_version(self) -> str:
        run = subprocess.run([self.node, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
        return run.stdout.strip()


# PostGraphile 5 needs a newer Node, which the npm package "node" has.
_FOLDER_5 = _FOLDER / "postgraphile5"
VERSIONS = (
    Version(_FOLDER, "node"),
    Version(_FOLDER_5, str(_FOLDER_5 / "node_modules" / "node" / "bin" / "node")),
)
# Its schema cannot filter by a list of class codes, so the query starts from the teacher's assignments.
_QUERY = """
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
        exams: primepathMatrixcellexamsByCellIdList { exam: primepathExamByExamId { id name type totalQuestions } }
      }
    }
  }
}
"""

Content = dict[str, Any]
"""The content of a response by class code, in the same form for both servers."""


@contextmanager
def running_postgraphile(version: Version, log: Path) -> Iterator[Server]:
    """Run PostGraphile on the database in ``DATABASE_URL``. Raises `RuntimeError` if it does not start."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "NODE_ENV": "production"}
    command = [version.node, str(version.folder / "server.mjs")]
    with serving(command, port, log, environment=environment) as server:
        yield server


def matrix_request(teacher_id: int, year: int) -> Request:
    """Return the request for the teacher's classes with curriculum, cells and exams."""
    body = {"query": _QUERY, "variables": {"teacher": str(teacher_id), "year": year}}
    return Request("POST", "/graphql", json.dumps(body).encode())


def content_of_peer(response: Any) -> Content:
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
                        for exam in (cell_exam["exam"] for cell_exam in cell["exams"])
                    ),
                )
                for cell in each["cells"]
            },
        )
        for each in (row["schoolClass"] for row in response["data"]["rows"])
    }


def _level_name(level: Any) -> str:
    subprogram = level["subprogram"]
    return f"{subprogram['program']['name']} {subprogram['name']} L{level['levelNumber']}"


def content_of_ours(response: Any) -> Content:
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
        for row in response["data"]["scheduleMatrix"]["rows"]
    }
