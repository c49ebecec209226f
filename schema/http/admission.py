"""Facts about GraphQL requests that decide about their admission: kind of a request before it is parsed, and refusals."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

import orjson

from primepath.server.admission.kinds import Kind, Reason
from primepath.server.admission.refusals import Content, code_of, message_of
from schema.http.errors import JSON

# JSON can write a letter as \u006d, so a body with such escapes can contain the keyword too.
_CAN_WRITE = re.compile(rb"mutation|\\u00[67]")
_CAN_SIGN_IN = re.compile(rb"signIn|\\u00[4-7]")
_HASH = re.compile(rb'"sha256Hash"\s*:\s*"([0-9a-f]{64})"')
# A cell, by its ID or its key, in the variables or in the document itself. Only equal text counts as the same cell.
_CELL = re.compile(rb"MatrixCell:[^\"\\]+|\bat\W{1,4}\{[^{}]*\}")
_MOST_CELLS = 100
_MOST_KNOWN = 10_000
# Hashes of persisted documents that do not only read. Threads add to it, and the event loop reads it.
_persisted: dict[bytes, Kind] = {}


def kind_of_operation(method: str, body: bytes) -> Kind:
    """Return the kind of a GraphQL request. One that could write is never a `Kind.READ`, except a new persisted one."""
    if method != "POST":
        return Kind.READ
    if _CAN_WRITE.search(body):
        return Kind.PASSWORD if _CAN_SIGN_IN.search(body) else Kind.WRITE
    if _persisted and (found := _HASH.search(body)):
        return _persisted.get(found[1], Kind.READ)
    return Kind.READ


def targets_of_operation(body: bytes) -> frozenset[bytes]:
    """Return the cells that a GraphQL request names, as they are written, but no more than 100."""
    found = islice(_CELL.finditer(body), _MOST_CELLS)
    return frozenset(match[0] for match in found)


def remember_persisted(hash: str, document: str) -> None:
    """Remember the kind of a persisted document: later requests contain only its hash."""
    kind = kind_of_operation("POST", document.encode())
    if kind is not Kind.READ and len(_persisted) < _MOST_KNOWN:
        _persisted[hash.encode()] = kind


@cache
def refusal_content(reason: Reason, retry_after: int) -> Content:
    """Return the response to a refused GraphQL request: one error, and no data."""
    extensions = {"code": code_of(reason), "retryAfterSeconds": retry_after}
    errors = [{"message": message_of(reason), "extensions": extensions}]
    return Content(f"{JSON}; charset=utf-8", orjson.dumps({"errors": errors}))
