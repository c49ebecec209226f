"""A read-only database returns the same cells as a writable one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import DatabaseError, connection

from primepath.domain.period import PERIODS
from primepath.domain.school_class import AccessLevel
from primepath.models import ExamScheduleMatrix
from tests.concurrency.reader import Job
from tests.concurrency.readers import started_readers
from tests.factories import YEAR, assign, make_cell, make_class, make_exam, make_teacher

pytestmark = pytest.mark.django_db(transaction=True)

DOCUMENT = """
query ($year: Int, $codes: [String!]) {
  scheduleMatrix(academicYear: $year, classCodes: $codes) {
    unavailableClassCodes
    rows {
      schoolClass { code cells(academicYear: $year, periods: [DEC]) { id version } }
      curriculum { label }
      canEdit
      cells { id period status color icon version canEdit examCount exams { name } completion { totalSessions } }
    }
  }
}
"""


@contextmanager
def _postgresql_role_without_insert(url: str) -> Iterator[str]:
    role, password = f"reader_{secrets.token_hex(4)}", secrets.token_hex(8)
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        except DatabaseError as error:
            pytest.skip(f"The user of DATABASE_URL may not create roles: {error}")
        try:
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
            address = urlsplit(url)
            place = f"{address.hostname}:{address.port}"
            yield address._replace(netloc=f"{role}:{password}@{place}").geturl()
        finally:
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")


@contextmanager
def _postgresql_replica(url: str) -> Iterator[str]:
    """Yield a URL with which the database refuses every write, like a replica."""
    yield f"{url}&options={quote('-c default_transaction_read_only=on')}"


@contextmanager
def _sqlite_query_only(url: str) -> Iterator[str]:
    yield f"{url}?init_command={quote('PRAGMA query_only=ON')}"


@contextmanager
def _sqlite_file_that_is_opened_to_read(url: str) -> Iterator[str]:
    """Yield a URL that opens the file read-only. A file without write permission would not stop root."""
    path = url.removeprefix("sqlite:///")
    yield f"sqlite:///{quote(f'file:{path}?mode=ro')}"


READ_ONLY_DATABASES = {
    "postgresql": [_postgresql_role_without_insert, _postgresql_replica],
    "sqlite": [_sqlite_query_only, _sqlite_file_that_is_opened_to_read],
}


def _job() -> Job:
    """Return the job of a teacher who can change one class, can see a second, and cannot see a third."""
    teacher = make_teacher()
    changed, seen, unseen = (make_class(code) for code in ("CHANGED", "SEEN", "UNSEEN"))
    assign(teacher, changed, AccessLevel.CO_TEACHER)
    assign(teacher, seen, AccessLevel.VIEW)
    make_cell(changed, PERIODS[0], exams=[make_exam("First"), make_exam("Second")])
    make_cell(seen, PERIODS[1])
    make_cell(unseen, PERIODS[2])
    codes = [each.code for each in (changed, seen, unseen)]
    variables = [{"year": YEAR, "codes": codes}]
    return {"document": DOCUMENT, "user_id": teacher.user_id, "variables": variables}


def _read(job: Job, url: str, folder: Path) -> tuple[Any, list[str]]:
    """Return the response of a process with this database URL, and its log."""
    log = folder / "errors"
    with started_readers(1, database_url=url, log=log, folder=folder) as readers:
        (reading,) = readers.read([job])
    return reading["answer"], log.read_text().splitlines()


@pytest.mark.parametrize("database", READ_ONLY_DATABASES[connection.vendor])
def test_read_only_database_has_the_responses_of_a_writable_one(
    database: Callable[[str], AbstractContextManager[str]], shared_database: str, tmp_path: Path
) -> None:
    job = _job()
    with database(shared_database) as url:
        answer, log = _read(job, url, tmp_path)
    assert ExamScheduleMatrix.objects.count() == 3
    assert len(log) == 1
    line = json.loads(log[0])
    assert (line["level"], line["logger"]) == ("WARNING", "primepath.cells")
    assert line["message"].startswith("30 missing cells could not be stored")

    assert _read(job, shared_database, tmp_path) == (answer, [])
    assert ExamScheduleMatrix.objects.count() == 2 * len(PERIODS) + 1

    assert "errors" not in answer
    matrix = answer["data"]["scheduleMatrix"]
    assert matrix["unavailableClassCodes"] == ["UNSEEN"]
    statuses = [[cell["status"] for cell in row["cells"]] for row in matrix["rows"]]
    assert statuses == [["SCHEDULED", *["EMPTY"] * 15], ["EMPTY"] * 16]
