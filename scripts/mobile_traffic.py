"""Counts the bytes and round trips of a mobile client's day and writes them to docs/clients/mobile.md.

    python -m scripts.mobile_traffic

A server with the demo data responds to the client for the same day twice. The client opens the app, syncs three times
and changes one cell. It keeps the matrix, a list of exams and the class directory. Before: it reads all of them each
time, with plain POSTs. After: it sends the hash of the document with GET, accepts compressed responses and uses
``changesAfter``. Every byte of HTTP in both directions counts. The server knows the hashes already, because another client
has sent the documents.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from email.parser import BytesParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from scripts.server import HOST, ROOT, Checkout

PAGE = ROOT / "docs" / "clients" / "mobile.md"
START, END = "<!-- figures -->\n", "<!-- end of figures -->\n"

SYNC = """
query Sync($matrix: String, $exams: String, $classes: String) {
  scheduleMatrix(academicYear: 2026, changesAfter: $matrix) {
    syncToken
    lostClassCodes
    rows {
      schoolClass { id code name }
      canEdit
      curriculum { label }
      cells { id period status color scheduledDate startTime endTime version exams { id name } }
    }
  }
  exams(filter: { type: QUARTERLY }, changesAfter: $exams) { syncToken ...Page }
  classDirectory(changesAfter: $classes) { syncToken removedIds edges { node { id code name } } }
}
fragment Page on ExamConnection {
  removedIds
  pageInfo { hasNextPage endCursor }
  edges { node { id name type isActive } }
}
"""
# The school has more exams than a page.
MORE_EXAMS = """
query MoreExams($exams: String, $after: String!) {
  exams(filter: { type: QUARTERLY }, changesAfter: $exams, after: $after) { ...Page }
}
fragment Page on ExamConnection {
  removedIds
  pageInfo { hasNextPage endCursor }
  edges { node { id name type isActive } }
}
"""
_LISTS = {"scheduleMatrix": "matrix", "exams": "exams", "classDirectory": "classes"}
CHANGE = """
mutation Change($input: UpdateCellInput!) {
  updateCell(input: $input) {
    cell { id status color scheduledDate startTime endTime version exams { id name } }
    userErrors { code message field }
  }
}
"""
CHANGED = "one change"
COLLEAGUE = "sync: a colleague's change"
STEPS = ("open", "sync: nothing new", CHANGED, COLLEAGUE, "sync: nothing new")
A_TEACHER = "A teacher of four classes"
A_HEAD_TEACHER = "A head teacher, who sees 60"

# The demo contains this year and the next. With 2027 as the last year these are 2026 and 2027 on any later day.
_SETTINGS = {"LAST_ACADEMIC_YEAR": "2027"}
_CELL = "MatrixCell:PRIMARY_1A/2026/DEC"
_GZIP = "Accept-Encoding: gzip"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes in both directions, and round trips."""

    sent: int
    received: int
    round_trips: int


class MobileClient:
    """Uses one connection and counts the bytes that it sends and receives."""

    def __init__(self, connection: socket.socket, token: str) -> None:
        self._socket = connection
        self._token = token
        self._sent = self._received = self._round_trips = 0

    @classmethod
    @contextmanager
    def connected(cls, port: int, token: str) -> Iterator[MobileClient]:
        with socket.create_connection((HOST, port), timeout=60) as connection:
            yield cls(connection, token)

    def take_traffic(self) -> Traffic:
        """Return the traffic since the last call."""
        counted = Traffic(self._sent, self._received, self._round_trips)
        self._sent = self._received = self._round_trips = 0
        return counted

    def post(self, *headers: str, **members: Any) -> Any:
        """Send a JSON body."""
        body = json.dumps(members).encode()
        described = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        return self._send("POST /graphql", *described, *headers, body=body)

    def get(self, query: str, variables: dict[str, Any]) -> Any:
        """Send a query by the hash of its document and accept a compressed response."""
        parameters = {"variables": _short(variables), "extensions": _short(persisted(query))}
        return self._send(f"GET /graphql?{urlencode(parameters)}", _GZIP)

    def _send(self, request: str, *headers: str, body: bytes = b"") -> Any:
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
        return self._read_response()

    def _read_response(self) -> Any:
        response = b""
        while b"\r\n\r\n" not in response:
            response += self._receive()
        head, _, body = response.partition(b"\r\n\r\n")
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
            raise ConnectionError("The server closed the connection.")
        self._received += len(part)
        return part


def persisted(query: str) -> dict[str, Any]:
    """Return the extensions that identify a document by its hash."""
    hash = hashlib.sha256(query.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": hash}}


def _short(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _change(client: MobileClient, notes: str, *headers: str) -> None:
    input = {"cell": {"id": _CELL}, "notes": notes}
    client.post(*headers, query=CHANGE, variables={"input": input})


def measure_day(port: int, token: str, *, after: bool) -> list[Traffic]:
    """Return the traffic of each step."""
    taken = []
    with (
        MobileClient.connected(port, token) as client,
        MobileClient.connected(port, token) as colleague,
    ):
        colleague.post(query=SYNC, extensions=persisted(SYNC))
        more = {"after": colleague.post(query=SYNC)["exams"]["pageInfo"]["endCursor"]}
        colleague.post(query=MORE_EXAMS, extensions=persisted(MORE_EXAMS), variables=more)
        tokens: dict[str, Any] = {}
        for step in STEPS:
            if step == COLLEAGUE:
                _change(colleague, "Room 7")
            if step == CHANGED:
                _change(client, "Room 4", *([_GZIP] if after else []))
            elif after:
                tokens = _load(client.get, tokens)
            else:
                _load(lambda query, variables: client.post(query=query, variables=variables), {})
            taken.append(client.take_traffic())
    return taken


def _load(ask: Callable[[str, dict[str, Any]], Any], tokens: dict[str, Any]) -> dict[str, Any]:
    """Load the matrix and the lists, or their changes since ``tokens``. Return the new tokens."""
    response = ask(SYNC, tokens)
    page = response["exams"]["pageInfo"]
    while page["hasNextPage"]:
        exams = {"exams": tokens["exams"]} if tokens else {}
        page = ask(MORE_EXAMS, {**exams, "after": page["endCursor"]})["exams"]["pageInfo"]
    return {name: response[field]["syncToken"] for field, name in _LISTS.items()}


def table(before: Sequence[Traffic], after: Sequence[Traffic]) -> str:
    """Return the table of all steps with their sum."""
    lines = [
        "| | sent before | received before | round trips | sent after | received after | round trips |",
        "|---|---|---|---|---|---|---|",
    ]
    steps = (*STEPS, "**the day**")
    for step, *both in zip(steps, [*before, _sum(before)], [*after, _sum(after)], strict=True):
        numbers = [f"{number:,}" for traffic in both for number in astuple(traffic)]
        lines.append(f"| {step} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def _sum(steps: Sequence[Traffic]) -> Traffic:
    return Traffic(*map(sum, zip(*map(astuple, steps), strict=True)))


def main() -> None:
    parts = []
    for title, username in ((A_TEACHER, "teacher"), (A_HEAD_TEACHER, "head")):
        with TemporaryDirectory() as name:
            folder = Path(name)
            checkout = Checkout(
                environment={
                    **os.environ,
                    "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
                    "PRIMEPATH_VAR_DIR": name,
                    **_SETTINGS,
                }
            )
            checkout.manage("migrate", "--verbosity=0")
            checkout.manage("seed_demo", "--verbosity=0")
            token = checkout.create_token(username)
            with checkout.serve(folder / "server.log") as server:
                before = measure_day(server.port, token, after=False)
                after = measure_day(server.port, token, after=True)
        parts.append(f"**{title}:**\n\n{table(before, after)}\n")
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text.partition(START)[0], text.partition(END)[2]
    PAGE.write_text("\n".join([f"{head}{START}", *parts, f"{END}{tail}"]), encoding="utf-8")


if __name__ == "__main__":
    main()
