"""Counts the bytes and round trips of a phone's day, and writes them into docs/phones-day.md.

    python -m scripts.phones_day

A real server with the demo's data answers a phone twice, each time for the same day: opening, catching up three times, and one
change of a cell. Before: each time the whole matrix, by plain POSTs. After: documents by their hash over GET, compressed
answers, and ``changesAfter``. Every byte of HTTP counts, in both directions; a document's hash is known to the server, as
another phone has sent it.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from email.parser import BytesParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import django

PAGE = Path(__file__).parent.parent / "docs" / "phones-day.md"
START, END = "<!-- figures -->\n", "<!-- end of figures -->\n"

MATRIX = """
query Matrix($changesAfter: String) {
  scheduleMatrix(academicYear: 2026, changesAfter: $changesAfter) {
    syncToken
    lostClassCodes
    rows {
      schoolClass { id code name }
      canEdit
      curriculum { label }
      cells { id period status color scheduledDate startTime endTime version exams { id name } }
    }
  }
}
"""
CHANGE = """
mutation Change($input: UpdateCellInput!) {
  updateCell(input: $input) {
    cell { id status color scheduledDate startTime endTime version exams { id name } }
    userErrors { code message field }
  }
}
"""
CHANGED = "one change"
COLLEAGUE = "catch up: a colleague's change"
STEPS = ("open", "catch up: nothing new", CHANGED, COLLEAGUE, "catch up: nothing new")
A_TEACHER = "A teacher of four classes"
A_HEAD_TEACHER = "A head teacher, who sees 60"

_CELL = "MatrixCell:PRIMARY_1A/2026/DEC"
_GZIP = "Accept-Encoding: gzip"


@dataclass(frozen=True, slots=True)
class Figures:
    """Bytes in both directions, and round trips."""

    sent: int
    received: int
    round_trips: int


class Phone:
    """Talks over one connection, and counts what it sends and receives."""

    def __init__(self, connection: socket.socket, token: str) -> None:
        self._socket = connection
        self._token = token
        self._sent = self._received = self._round_trips = 0

    @classmethod
    @contextmanager
    def connected(cls, port: int, token: str) -> Iterator[Phone]:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            yield cls(connection, token)

    def figures(self) -> Figures:
        """What was counted since they were asked for last."""
        counted = Figures(self._sent, self._received, self._round_trips)
        self._sent = self._received = self._round_trips = 0
        return counted

    def post(self, *headers: str, **members: Any) -> Any:
        """A request as an object of JSON."""
        body = json.dumps(members).encode()
        described = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        return self._ask("POST /graphql", *described, *headers, body=body)

    def get(self, query: str, variables: dict[str, Any]) -> Any:
        """A question by the hash of its document, answered compressed."""
        parameters = {"variables": _short(variables), "extensions": _short(persisted(query))}
        return self._ask(f"GET /graphql?{urlencode(parameters)}", _GZIP)

    def _ask(self, request: str, *headers: str, body: bytes = b"") -> Any:
        head = (
            f"{request} HTTP/1.1",
            "Host: 127.0.0.1",
            "Accept: application/json",
            f"Authorization: Bearer {self._token}",
            *headers,
        )
        message = "\r\n".join([*head, "", ""]).encode() + body
        self._socket.sendall(message)
        self._sent += len(message)
        self._round_trips += 1
        return self._read_answer()

    def _read_answer(self) -> Any:
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        headers = BytesParser().parsebytes(head.partition(b"\r\n")[2])
        while len(body) < int(headers["Content-Length"]):
            body += self._receive()
        if headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        content = json.loads(body)
        if "errors" in content:
            raise RuntimeError(content["errors"])
        return content["data"]

    def _receive(self) -> bytes:
        part = self._socket.recv(65_536)
        if not part:
            raise ConnectionError("The server hung up.")
        self._received += len(part)
        return part


def persisted(query: str) -> dict[str, Any]:
    """The extensions that name a document by its hash."""
    hash = hashlib.sha256(query.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": hash}}


def _short(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _change(phone: Phone, notes: str, *headers: str) -> None:
    input = {"cell": {"id": _CELL}, "notes": notes}
    phone.post(*headers, query=CHANGE, variables={"input": input})


def the_day(port: int, token: str, *, after: bool) -> list[Figures]:
    """What each step took."""
    taken = []
    with Phone.connected(port, token) as phone, Phone.connected(port, token) as colleague:
        colleague.post(query=MATRIX, extensions=persisted(MATRIX))
        variables: dict[str, Any] = {}
        for step in STEPS:
            if step == COLLEAGUE:
                _change(colleague, "Room 7")
            if step == CHANGED:
                _change(phone, "Room 4", *([_GZIP] if after else []))
            elif after:
                answer = phone.get(MATRIX, variables)
                variables = {"changesAfter": answer["scheduleMatrix"]["syncToken"]}
            else:
                phone.post(query=MATRIX)
            taken.append(phone.figures())
    return taken


def table(before: Sequence[Figures], after: Sequence[Figures]) -> str:
    """Each step, and the day."""
    lines = [
        "| | sent before | received before | round trips | sent after | received after | round trips |",
        "|---|---|---|---|---|---|---|",
    ]
    steps = (*STEPS, "**the day**")
    for step, *both in zip(steps, [*before, _sum(before)], [*after, _sum(after)], strict=True):
        numbers = [f"{number:,}" for figures in both for number in astuple(figures)]
        lines.append(f"| {step} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def _sum(figures: Sequence[Figures]) -> Figures:
    return Figures(*map(sum, zip(*map(astuple, figures), strict=True)))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "primepath.settings")
    django.setup()
    # They need Django's settings.
    from primepath.demo.accounts import HEAD_TEACHER, TEACHER
    from tests.server import running_server

    parts = []
    for title, account in ((A_TEACHER, TEACHER), (A_HEAD_TEACHER, HEAD_TEACHER)):
        with (
            TemporaryDirectory() as folder,
            running_server(Path(folder), today=datetime.date(2026, 11, 23)) as server,
        ):
            token = server.tokens[account]
            before = the_day(server.port, token, after=False)
            after = the_day(server.port, token, after=True)
        parts.append(f"**{title}:**\n\n{table(before, after)}\n")
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text.partition(START)[0], text.partition(END)[2]
    PAGE.write_text("\n".join([f"{head}{START}", *parts, f"{END}{tail}"]), encoding="utf-8")


if __name__ == "__main__":
    main()
