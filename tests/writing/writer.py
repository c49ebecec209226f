"""A process that changes cells as somebody else does the same: ``python -m tests.writing.writer``.

It takes one `Job`, says ``ready``, and works a round for each line that it is sent. In the end it tells its `Report`.
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
from primepath.services.cells.unassign_exams import unassign_exams  # noqa: E402
from primepath.services.cells.update_cell import CellChanges, update_cell  # noqa: E402
from tests.client import data  # noqa: E402
from tests.writing.conversation import hear, say  # noqa: E402

FOCUS = 6
WINDOW = 24
OF_EACH_KIND = 8
OPERATIONS_A_ROUND = 3 * OF_EACH_KIND + 1
APPEND = """
mutation ($input: UpdateCellInput!) {
  updateCell(input: $input) { cell { version notes } userErrors { code } }
}
"""


class Job(TypedDict):
    """What a writer does: as whom, with which exams and which field that are its own, and in which order."""

    viewer: dict[str, Any]
    name: str
    own_field: str
    exam_ids: list[int]
    backwards: bool
    cells: list[str]
    cold_cells: list[list[str]]


class Report(TypedDict):
    """What a writer did. ``changes`` are counted; ``own``, ``exam_ids`` and ``appended`` are what it last wrote; by cell."""

    operations: int
    changes: dict[str, int]
    own: dict[str, str]
    exam_ids: dict[str, list[int]]
    appended: dict[str, list[str]]
    stale: int
    waits: int


class Writer:
    """Works through its rounds. What it writes it alone writes, so that it knows what must be there in the end.

    Only the notes are everybody's: whoever appends to them sends the version that they have seen.
    """

    def __init__(self, job: Job) -> None:
        self._viewer = Viewer(**job["viewer"])
        self._job = job
        self._dice = random.Random(job["name"])
        self._operations = 0
        self._changes: Counter[str] = Counter()
        self._own: dict[str, str] = {}
        self._exams: defaultdict[str, set[int]] = defaultdict(set)
        self._appended: defaultdict[str, list[str]] = defaultdict(list)
        self._seen: dict[str, tuple[int, str]] = {}
        self._stale = 0
        self.waits = 0

    def work(self, cold_cells: list[str]) -> None:
        """One round; ``cold_cells`` are stored by nobody yet."""
        operations = [self.set_own_field, self.append_to_notes, self.change_exams] * OF_EACH_KIND
        self._dice.shuffle(operations)
        operations.insert(self._dice.randrange(4), partial(self.assign_all, cold_cells))
        for operation in operations:
            operation()
            self._operations += 1

    def set_own_field(self) -> None:
        """Whatever the others change meanwhile."""
        cell = self._focus()
        key, field = self._key(cell), self._job["own_field"]
        value: Any = None
        while value is None or value.isoformat() == self._own.get(cell):
            if field == "scheduled_date":
                value = key.period.dates(key.academic_year)[0].replace(
                    day=self._dice.randint(1, 28)
                )
            else:
                value = datetime.time(self._dice.randrange(8, 18), self._dice.randrange(60))
        changes: CellChanges = {field: value}  # type: ignore[misc]
        update_cell(viewer=self._viewer, cell=key, changes=changes)
        self._own[cell] = value.isoformat()
        self._changes[cell] += 1

    def append_to_notes(self) -> None:
        """To what this writer last saw; where that is stale, to what the answer says is there."""
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
        """In many cells at once, in the opposite order to that of the other writer."""
        cells = self._job["cells"]
        begin = self._dice.randrange(len(cells))
        window = [*cells[begin:], *cells[:begin]][:WINDOW]
        exam_ids = set(self._dice.sample(self._job["exam_ids"], 2))
        self._change_exams(window, exam_ids, unassign=self._dice.random() < 0.5)

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
        return self._dice.choice(self._job["cells"][:FOCUS])

    def _key(self, cell: str) -> CellKey:
        key = CellKey.parse(cell)
        assert key is not None
        return key

    def note_waits(self, execute: Any, sql: str, *args: Any) -> Any:
        """Counts the transactions that SQLite lets begin only when another has ended: it is asked first not to wait."""
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
    job: Job = json.loads(hear())
    writer = Writer(job)
    connection.ensure_connection()
    with connection.execute_wrapper(writer.note_waits):
        for cold_cells in job["cold_cells"]:
            say("ready")
            if not hear():
                return
            writer.work(cold_cells)
    say(json.dumps(writer.report()))


if __name__ == "__main__":
    main()
