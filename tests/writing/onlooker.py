"""A process that reads cells while they are written: ``python -m tests.writing.onlooker``.

It takes one `Look`, says ``ready``, and reads for each line that it is sent. In the end it tells how many cells it stored.
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
from tests.writing.conversation import hear, say  # noqa: E402

MATRIX = """
query ($year: Int, $codes: [String!]) {
  scheduleMatrix(academicYear: $year, classCodes: $codes) {
    rows { cells { id version status exams { id } } }
  }
}
"""
STORE = f'INSERT INTO "{ExamScheduleMatrix._meta.db_table}"'
LOOKS_A_ROUND = 2


class Look(TypedDict):
    """What an onlooker reads: the cells of one class a round, beside those of classes that it always reads."""

    viewer: dict[str, Any]
    year: int
    class_codes: list[str]
    cold_class_codes: list[str]


def main() -> None:
    look: Look = json.loads(hear())
    viewer = Viewer(**look["viewer"])
    stores: list[str] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith(STORE):
            stores.append(sql)
        return execute(sql, *args)

    connection.ensure_connection()
    with connection.execute_wrapper(note):
        for code in look["cold_class_codes"]:
            say("ready")
            if not hear():
                return
            for codes in [[code], *[[*look["class_codes"], code]] * (LOOKS_A_ROUND - 1)]:
                rows = data(MATRIX, viewer, {"year": look["year"], "codes": codes})
                for row in rows["scheduleMatrix"]["rows"]:
                    for cell in row["cells"]:
                        assert cell["version"] > 0 or cell["status"] == "EMPTY", cell
    say(json.dumps(len(stores)))


if __name__ == "__main__":
    main()
