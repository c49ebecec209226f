"""A process that reads cells while others write them: ``python -m tests.writing.concurrent_reader``.

It receives one `ReaderJob`. It sends ``ready`` before each round, and reads when it receives a line. At the end it sends
the number of INSERT statements that its reads caused.
"""

from __future__ import annotations

import json
import os
from typing import Any, TypedDict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup()

from django.db import connection  # noqa: E402

from primepath.domain.viewer import Viewer  # noqa: E402
from primepath.models import ExamScheduleMatrix  # noqa: E402
from tests.client import data  # noqa: E402
from tests.writing.ipc import read_from_parent, send_to_parent  # noqa: E402

MATRIX = """
query ($year: Int, $codes: [String!]) {
  scheduleMatrix(academicYear: $year, classCodes: $codes) {
    rows { cells { id version status exams { id } } }
  }
}
"""
STORE = f'INSERT INTO "{ExamScheduleMatrix._meta.db_table}"'
READS_PER_ROUND = 2


class ReaderJob(TypedDict):
    """The classes to read: ``class_codes`` in every round, and one more of ``cold_class_codes`` in each round."""

    viewer: dict[str, Any]
    year: int
    class_codes: list[str]
    cold_class_codes: list[str]


def main() -> None:
    reader_job: ReaderJob = json.loads(read_from_parent())
    viewer = Viewer(**reader_job["viewer"])
    stores: list[str] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith(STORE):
            stores.append(sql)
        return execute(sql, *args)

    connection.ensure_connection()
    with connection.execute_wrapper(note):
        for code in reader_job["cold_class_codes"]:
            send_to_parent("ready")
            if not read_from_parent():
                return
            for codes in [[code], *[[*reader_job["class_codes"], code]] * (READS_PER_ROUND - 1)]:
                rows = data(MATRIX, viewer, {"year": reader_job["year"], "codes": codes})
                for row in rows["scheduleMatrix"]["rows"]:
                    for cell in row["cells"]:
                        assert cell["version"] > 0 or cell["status"] == "EMPTY", cell
    send_to_parent(json.dumps(len(stores)))


if __name__ == "__main__":
    main()
