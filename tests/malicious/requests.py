"""Malicious and malformed requests, as bytes on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.malicious.documents import REFUSED, SCHOOL

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
LIMIT = 1_048_576
GOOD = json.dumps({"query": SCHOOL}).encode()


@dataclass(frozen=True, slots=True)
class MaliciousRequest:
    """A POST that must be rejected with one of ``statuses``. In chunks, it has no Content-Length."""

    body: bytes
    statuses: tuple[int, ...] = (400,)
    content_type: str | None = JSON
    in_chunks: bool = False
    accept: str = GRAPHQL_JSON
    headers: dict[str, str] = field(default_factory=dict)

    def wire(self, token: str) -> bytes:
        """Return the bytes of the request. It asks the server to close the connection afterwards."""
        headers = {
            "Host": "127.0.0.1",
            "Authorization": f"Bearer {token}",
            "Accept": self.accept,
            "Connection": "close",
            **({"Content-Type": self.content_type} if self.content_type else {}),
            **(
                {"Transfer-Encoding": "chunked"}
                if self.in_chunks
                else {"Content-Length": str(len(self.body))}
            ),
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        body = _chunked(self.body) if self.in_chunks else self.body
        return f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + body


def _chunked(body: bytes, size: int = 65_536) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _asking(document: str, variables: Any = None) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()


def _nested(text: str) -> bytes:
    return b'{"query": "{ school { name } }", "variables": {"a": %s}}' % text.encode()


MALICIOUS: dict[str, MaliciousRequest] = {
    "no body": MaliciousRequest(b""),
    "null": MaliciousRequest(b"null"),
    "a number": MaliciousRequest(b"3"),
    "a text": MaliciousRequest(b'"{ school { name } }"'),
    "a list": MaliciousRequest(b"[%s]" % GOOD),
    "an empty object": MaliciousRequest(b"{}"),
    "half of an object": MaliciousRequest(GOOD[:-3]),
    "a query that is a number": MaliciousRequest(b'{"query": 3}'),
    "variables that are a list": MaliciousRequest(b'{"query": "{ a }", "variables": []}'),
    "invalid UTF-8": MaliciousRequest(b'{"query": "\xff\xfe"}'),
    "a lone surrogate in the document": MaliciousRequest(
        b'{"query": "{ school(a: \\"\\ud800\\") }"}'
    ),
    "a lone surrogate in the variables": MaliciousRequest(
        rb'{"query": "{ school { name } }", "variables": {"a": "\ud800"}}'
    ),
    "NUL in the document": MaliciousRequest(b'{"query": "{ school { \\u0000 } }"}'),
    "JSON nested 3,000 deep": MaliciousRequest(b"[" * 3_000 + b"]" * 3_000),
    "variables nested 3,000 deep": MaliciousRequest(_nested("[" * 3_000 + "]" * 3_000)),
    "objects nested 3,000 deep": MaliciousRequest(_nested('{"a":' * 3_000 + "1" + "}" * 3_000)),
    "JSON nested 500,000 deep": MaliciousRequest(b"[" * 500_000),
    "no content type": MaliciousRequest(GOOD, (415,), content_type=None),
    "a form": MaliciousRequest(b"query=%7Ba%7D", (415,), "application/x-www-form-urlencoded"),
    "many parts": MaliciousRequest(b"--x--", (415,), "multipart/form-data; boundary=x"),
    "text": MaliciousRequest(GOOD, (415,), "text/plain"),
    "a body over the limit": MaliciousRequest(GOOD.ljust(LIMIT + 1), (413,)),
    "a body over the limit, in chunks": MaliciousRequest(
        GOOD.ljust(LIMIT + 1), (413,), in_chunks=True
    ),
    "ten times the limit, in chunks": MaliciousRequest(
        GOOD.ljust(10 * LIMIT), (413,), in_chunks=True
    ),
    "a token of 8 kB": MaliciousRequest(
        GOOD, (401,), headers={"Authorization": "Bearer " + "x" * 8_000}
    ),
    "a token that is not ASCII": MaliciousRequest(
        GOOD, (401,), headers={"Authorization": "Bearer ünï"}
    ),
    **{name: MaliciousRequest(_asking(*REFUSED[name])) for name in REFUSED},
    "first: 2000000000": MaliciousRequest(
        _asking("{ exams(first: 2000000000) { totalCount } }"), (200,)
    ),
    "1,001 items": MaliciousRequest(
        _asking(
            "query ($a: [String!]) { scheduleMatrix(classCodes: $a) { academicYear } }",
            {"a": ["x"] * 1_001},
        ),
        (200,),
    ),
}

MALFORMED: dict[str, bytes] = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "no version": b"POST /graphql\r\n\r\n",
    "another version": b"POST /graphql HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "no method": b"/graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a header without a colon": b"GET /graphql HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n",
    "a negative length": b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    "a length that is not a number": b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
    "invalid chunks": (
        b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "a header of 1 MB": b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX: %s\r\n\r\n"
    % (b"x" * 1_000_000),
}
