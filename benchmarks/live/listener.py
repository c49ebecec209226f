"""A listener with as little code as possible: a socket, and the text of its events."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence

_NOTES = re.compile(rb'"notes":"change (\d+)"')
_SUBSCRIPTION = """
subscription ($codes: [String!]) {
  scheduleChanged(academicYear: 2026, classCodes: $codes) { position cells { id notes } resync }
}
"""


class Listener:
    """``received``: the time of arrival of each change, by its number."""

    def __init__(self, port: int, token: str, codes: Sequence[str]) -> None:
        self.codes = frozenset(codes)
        self.received: dict[int, float] = {}
        self._port, self._token = port, token
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        content = json.dumps(
            {"query": _SUBSCRIPTION, "variables": {"codes": sorted(self.codes)}}
        ).encode()
        head = (
            "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        self._writer.write(head.encode() + content)
        status = await reader.readline()
        assert b" 200 " in status, status
        self._reading = asyncio.ensure_future(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                now = time.perf_counter()
                for number in _NOTES.findall(line):
                    self.received.setdefault(int(number), now)

    def close(self) -> None:
        self._reading.cancel()
        if self._writer is not None:
            self._writer.close()
