"""A process that changes cells while another writer changes the same cells: ``python -m tests.writing.writer``.

It receives one `WriterJob`. It sends ``ready`` before each round, and starts the round when it receives a line. At the
end it sends its `Report`.
"""

from __future__ import annotations

import datetime
import json
import os
import random
from collections import Counter, defaultdict
from functools import partial
from typing import Any, TypedDict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup()

from django.db import OperationalError, connection  # noqa: E402

from primepath.domain.cell import CellKey  # noqa: E402
from primepath.domain.viewer import Viewer  # noqa: E402
from primepath.services.cells.assign_exams import assign_exams  # noqa: E402
from primepath.services.cells.cell_changes import CellChanges  # noqa: E402
from primepath.services.cells.unassign_exams import unassign_exams  # noqa: E402
from primepath.services.cells.update_cell import update_cell  # noqa: E402
from tests.client import data  # noqa: E402
from tests.writing.ipc import read_from_parent, send_to_parent  # noqa: E402

FOCUS = 6
WINDOW = 24
OF_EACH_KIND = 8
OPERATIONS_PER_ROUND = 3 * OF_EACH_KIND + 1
APPEND = """
mutation ($input: UpdateCellInput!) {
  updateCell(input: $input) { cell { version notes } userErrors { code } }
}
"""


class WriterJob(TypedDict):
    """The viewer, the cells and their order, and the exams and the field that only this writer sets."""

    viewer: dict[str, Any]
    name: str
    own_field: str
    exam_ids: list[int]
    backwards: bool
    cells: list[str]
    cold_cells: list[list[str]]


class Report(TypedDict):
    """The work of a writer, by cell.

    ``changes`` is the number of changes. ``own``, ``exam_ids`` and ``appended`` are the last values that it wrote.
    """

    operations: int
    changes: dict[str, int]
    own: dict[str, str]
    exam_ids: dict[str, list[int]]
    appended: dict[str, list[str]]
    stale: int
    waits: int


class Writer:
    """Changes cells, round by round, and records the values that the cells must have at the end.

    No other writer sets its exams and its own field. Both writers append to the notes, with the version that they last saw.
    """

    def __init__(self, job: WriterJob) -> None:
        self._viewer = Viewer(**job["viewer"])
        self._job = job
        self._random = random.Random(job["name"])
        self._operations = 0
        self._changes: Counter[str] = Counter()
        self._own: dict[str, str] = {}
        self._exams: defaultdict[str, set[int]] = defaultdict(set)
        self._appended: defaultdict[str, list[str]] = defaultdict(list)
        self._seen: dict[str, tuple[int, str]] = {}
        self._stale = 0
        self.waits = 0

    def work(self, cold_cells: list[str]) -> None:
        """Do one round. ``cold_cells`` are not stored yet."""
        operations = [self.set_own_field, self.append_to_notes, self.change_exams] * OF_EACH_KIND
        self._random.shuffle(operations)
        operations.insert(self._random.randrange(4), partial(self.assign_all, cold_cells))
        for operation in operations:
            operation()
            self._operations += 1

    def set_own_field(self) -> None:
        """Set the field that only this writer sets, without an expected version."""
        cell = self._focus()
        key, field = self._key(cell), self._job["own_field"]
        value: Any = None
        while value is None or value.isoformat() == self._own.get(cell):
            if field == "scheduled_date":
                value = key.period.dates(key.academic_year)[0].replace(
                    day=self._random.randint(1, 28)
                )
            else:
                value = datetime.time(self._random.randrange(8, 18), self._random.randrange(60))
        changes: CellChanges = {field: value}  # type: ignore[misc]
        update_cell(viewer=self._viewer, cell=key, changes=changes)
        self._own[cell] = value.isoformat()
        self._changes[cell] += 1

    def append_to_notes(self) -> None:
        """Append a string to the notes that this writer last saw. If they are stale, retry with the current notes."""
        cell = self._focus()
        word = f"{self._job['name']}{len(self._appended[cell])}"
        while True:
            version, notes = self._seen.get(cell, (0, ""))
            change = {
                "cell": {"id": f"MatrixCell:{cell}"},
                "expectedVersion": version,
                "notes": f"{notes} {word}".strip(),
            }
            payload = data(APPEND, self._viewer, {"input": change})["updateCell"]
            self._seen[cell] = payload["cell"]["version"], payload["cell"]["notes"]
            if not payload["userErrors"]:
                break
            assert payload["userErrors"] == [{"code": "STALE_VERSION"}]
            self._stale += 1
        assert word in payload["cell"]["notes"].split()
        self._appended[cell].append(word)
        self._changes[cell] += 1

    def change_exams(self) -> None:
        """Change many cells in one operation, in the opposite order to the other writer."""
        cells = self._job["cells"]
        begin = self._random.randrange(len(cells))
        window = [*cells[begin:], *cells[:begin]][:WINDOW]
        exam_ids = set(self._random.sample(self._job["exam_ids"], 2))
        self._change_exams(window, exam_ids, unassign=self._random.random() < 0.5)

    def assign_all(self, cells: list[str]) -> None:
        self._change_exams(cells, set(self._job["exam_ids"]), unassign=False)

    def _change_exams(self, cells: list[str], exam_ids: set[int], *, unassign: bool) -> None:
        service = unassign_exams if unassign else assign_exams
        keys = [self._key(cell) for cell in sorted(cells, reverse=self._job["backwards"])]
        service(viewer=self._viewer, cells=keys, exam_ids=sorted(exam_ids))
        for cell in cells:
            before = self._exams[cell]
            after = before - exam_ids if unassign else before | exam_ids
            self._changes[cell] += before != after
            self._exams[cell] = after

    def report(self) -> Report:
        return {
            "operations": self._operations,
            "changes": dict(self._changes),
            "own": self._own,
            "exam_ids": {cell: sorted(exam_ids) for cell, exam_ids in self._exams.items()},
            "appended": dict(self._appended),
            "stale": self._stale,
            "waits": self.waits,
        }

    def _focus(self) -> str:
        return self._random.choice(self._job["cells"][:FOCUS])

    def _key(self, cell: str) -> CellKey:
        key = CellKey.parse(cell)
        assert key is not None
        return key

    def note_waits(self, execute: Any, sql: str, *args: Any) -> Any:
        """Count the transactions that have to wait for another one on SQLite. The first attempt does not wait."""
        if connection.vendor != "sqlite" or not sql.startswith("BEGIN"):
            return execute(sql, *args)
        sqlite: Any = connection.connection
        ((timeout,),) = sqlite.execute("PRAGMA busy_timeout").fetchall()
        sqlite.execute("PRAGMA busy_timeout = 0")
        try:
            return execute(sql, *args)
        except OperationalError as error:
            assert "locked" in str(error)  # noqa: PT017
        finally:
            sqlite.execute(f"PRAGMA busy_timeout = {timeout}")
        self.waits += 1
        return execute(sql, *args)


def main() -> None:
    job: WriterJob = json.loads(read_from_parent())
    writer = Writer(job)
    connection.ensure_connection()
    with connection.execute_wrapper(writer.note_waits):
        for cold_cells in job["cold_cells"]:
            send_to_parent("ready")
            if not read_from_parent():
                return
            writer.work(cold_cells)
    send_to_parent(json.dumps(writer.report()))


if __name__ == "__main__":
    main()
