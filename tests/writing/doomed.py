"""Writers that are there to be killed: ``python -m tests.writing.doomed``.

For each `Doom` that it is sent it forks a process, which writes and tells of each step, and says ``died`` after its end.
The fork spares every writer the time to import the product.
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
from tests.writing.conversation import hear, say  # noqa: E402

# So that one which is not killed ends all the same.
MOST_OPERATIONS = 100


class Doom(TypedDict):
    """What a writer does until it is killed: it gives all cells a set of exams, one operation a change.

    ``steps`` come round again: whether the exams come in or go, and which. With ``hold`` it waits to be killed: in
    which operation, and after how many statements that write.
    """

    viewer: dict[str, Any]
    cells: list[str]
    steps: list[tuple[bool, list[int]]]
    hold: list[int] | None


def write(doom: Doom) -> None:
    """Says ``begun`` and ``done`` with each operation, and ``wrote`` after each statement that writes."""
    viewer = Viewer(**doom["viewer"])
    keys = [key for cell in doom["cells"] if (key := CellKey.parse(cell))]
    written = [0, 0]

    def note(execute: Any, sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if sql.startswith(("INSERT", "DELETE")):
            written[1] += 1
            say("wrote")
            if doom["hold"] == written:
                signal.pause()
        return result

    connection.ensure_connection()
    session: Any = connection.connection
    backend = session.info.backend_pid if connection.vendor == "postgresql" else 0
    say(f"{os.getpid()} {backend}")
    with connection.execute_wrapper(note):
        for number in range(MOST_OPERATIONS):
            assigns, exam_ids = doom["steps"][number % len(doom["steps"])]
            written[:] = number, 0
            say("begun")
            service = assign_exams if assigns else unassign_exams
            service(viewer=viewer, cells=keys, exam_ids=exam_ids)
            say("done")


def main() -> None:
    while line := hear():
        child = os.fork()
        if child == 0:
            write(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say(f"died {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
