"""Random writes, reconnections and changes of access: in the end each listener's copy equals a full read."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from primepath.demo.accounts import HEAD_TEACHER
from tests.live.client import Event, LiveClient, Stream, with_clients
from tests.live.test_events import ASSIGN, HIDDEN, REVOKE
from tests.processes import PATIENCE
from tests.server import Server

CLASSES = ("PRIMARY_1A", "PRIMARY_1B", "HIGH_12A")
PERIODS = ("JAN", "FEB", "MAR")
STEPS = 40
READ = """
query ($codes: [String!]) { scheduleMatrix(academicYear: 2026, classCodes: $codes) {
  syncToken rows { schoolClass { code } cells(periods: [JAN, FEB, MAR]) { id version notes } }
} }
"""


class Copy:
    """A listener's copy of the cells, by id, and the classes that it can see."""

    def __init__(self, client: LiveClient) -> None:
        self._client = client
        self.cells: dict[str, Any] = {}
        self.expected: dict[str, Any] | None = None
        self.token = ""
        self.last_id: str | None = None
        self.shown: list[dict[str, Any]] = []

    async def load(self) -> None:
        matrix = (await self._client.ask(READ, codes=list(CLASSES)))["scheduleMatrix"]
        self.cells = {cell["id"]: cell for row in matrix["rows"] for cell in row["cells"]}
        self.token, self.last_id = matrix["syncToken"], None

    async def apply(self, event: Event) -> None:
        change = event.change
        self.last_id = event.id
        self.shown += change["cells"]
        if change["resync"] or change["changedClassCodes"]:
            await self.load()
            return
        for cell in change["cells"]:
            known = self.cells.get(cell["id"])
            if known is None or known["version"] <= cell["version"]:
                self.cells[cell["id"]] = {name: cell[name] for name in ("id", "version", "notes")}

    async def follow(self, random_: random.Random) -> None:
        """Listen, and connect again now and then, until the copy equals the ``expected`` one."""
        while self.cells != self.expected:
            after = None if self.last_id else self.token
            async with self._client.listen(
                *CLASSES, after=after, last_event_id=self.last_id
            ) as stream:
                await self._read(stream, random_.randrange(1, 6))

    async def _read(self, stream: Stream, most: int) -> None:
        for _ in range(most):
            try:
                event = await stream.next(2)
            except TimeoutError:
                return
            assert event is not None
            if event.is_overloaded:
                # The server has not noticed so far that earlier streams are closed.
                await asyncio.sleep(0.1)
                return
            await self.apply(event)


def could_be_seen(cell: dict[str, Any], written: list[int], access: list[tuple[int, bool]]) -> bool:
    """Return whether the teacher had access at a moment at which the cell had the notes that an event has shown.

    ``written``: the steps that changed the cell. ``access``: each change of the access to the hidden class, before the write of its step.

    On PostgreSQL, an event repeats changes since the oldest open transaction began. These can be older than the first step.
    """
    if HIDDEN not in cell["id"]:
        return True
    is_first = not cell["notes"].startswith("Step ")
    step = -1 if is_first else int(cell["notes"].removeprefix("Step "))
    later = [each for each in written if each > step]
    end = min(later, default=STEPS)
    # The access at the write, and each change until the next write.
    at_write = [is_granted for since, is_granted in access if since <= step][-1]
    return at_write or any(is_granted and step < since <= end for since, is_granted in access)


def test_copies_converge(server: Server) -> None:
    chance = random.Random(7)

    async def work(head: LiveClient, teacher: LiveClient) -> None:
        me = (await teacher.ask("{ viewer { teacher { id } } }"))["viewer"]["teacher"]["id"]
        copies = [Copy(head), Copy(teacher)]
        for copy in copies:
            await copy.load()
        following = [
            asyncio.ensure_future(copy.follow(random.Random(seed)))
            for seed, copy in enumerate(copies)
        ]
        granted: str | None = None
        written: dict[str, list[int]] = {}
        access: list[tuple[int, bool]] = [(-1, False)]
        for step in range(STEPS):
            if chance.random() < 0.1:
                if granted is None:
                    done = await head.ask(ASSIGN, teacher=me, until=None)
                    granted = done["assignTeacher"]["assignment"]["id"]
                    access.append((step, True))
                else:
                    await head.ask(REVOKE, id=granted)
                    granted = None
                    access.append((step, False))
            class_code, period = chance.choice(CLASSES), chance.choice(PERIODS)
            await head.write(class_code, period, f"Step {step}")
            written.setdefault(f"MatrixCell:{class_code}/2026/{period}", []).append(step)
            await asyncio.sleep(chance.random() / 5)
        for copy, client in zip(copies, (head, teacher), strict=True):
            fresh = Copy(client)
            await fresh.load()
            copy.expected = fresh.cells
        done, late = await asyncio.wait(following, timeout=PATIENCE)
        for task in late:
            task.cancel()
        await asyncio.gather(*done)
        for copy in copies:
            assert copy.cells == copy.expected
        assert copies[1].shown
        for cell in copies[1].shown:
            assert could_be_seen(cell, written.get(cell["id"], []), access), (cell, access)
        assert len(copies[0].cells) == len(CLASSES) * len(PERIODS)
        assert len(copies[1].cells) < len(copies[0].cells) or granted is not None
        if granted is not None:
            await head.ask(REVOKE, id=granted)

    with_clients(server, work, HEAD_TEACHER, "teacher")
