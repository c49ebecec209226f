"""Fork writers that the test kills: ``python -m tests.writing.killed_writer``.

For each `KillPoint` on standard input, this process forks a writer. The writer reports each step. After it has ended, the
parent reports ``died``. A fork saves each writer the time to import the product.
"""

from __future__ import annotations

import json
import os
import signal
from typing import Any, TypedDict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
django.setup()

from django.db import connection  # noqa: E402

from primepath.domain.cell import CellKey  # noqa: E402
from primepath.domain.viewer import Viewer  # noqa: E402
from primepath.services.cells.assign_exams import assign_exams  # noqa: E402
from primepath.services.cells.unassign_exams import unassign_exams  # noqa: E402
from tests.writing.ipc import read_from_parent, send_to_parent  # noqa: E402

# A writer that is not killed ends after this many operations.
MOST_OPERATIONS = 100


class KillPoint(TypedDict):
    """The operations of a writer, and the point at which it waits to be killed.

    Each operation is one entry of ``steps``: assign or unassign, and the exams. It changes all cells. The steps repeat.
    ``pause_at`` is an operation and a number of writing statements: after that statement the writer waits to be killed.
    """

    viewer: dict[str, Any]
    cells: list[str]
    steps: list[tuple[bool, list[int]]]
    pause_at: list[int] | None


def write(kill_point: KillPoint) -> None:
    """Report ``begun`` and ``done`` for each operation, and ``wrote`` after each writing statement."""
    viewer = Viewer(**kill_point["viewer"])
    keys = [key for cell in kill_point["cells"] if (key := CellKey.parse(cell))]
    written = [0, 0]

    def note(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if sql.startswith(("INSERT", "DELETE")):
            written[1] += 1
            send_to_parent("wrote")
            if kill_point["pause_at"] == written:
                signal.pause()
        return result

    connection.ensure_connection()
    session: Any = connection.connection
    backend = session.info.backend_pid if connection.vendor == "postgresql" else 0
    send_to_parent(f"{os.getpid()} {backend}")
    with connection.execute_wrapper(note):
        for number in range(MOST_OPERATIONS):
            assigns, exam_ids = kill_point["steps"][number % len(kill_point["steps"])]
            written[:] = number, 0
            send_to_parent("begun")
            service = assign_exams if assigns else unassign_exams
            service(viewer=viewer, cells=keys, exam_ids=exam_ids)
            send_to_parent("done")


def main() -> None:
    while line := read_from_parent():
        child = os.fork()
        if child == 0:
            write(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        send_to_parent(f"died {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
