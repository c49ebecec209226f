"""Facts about GraphQL requests that decide about their admission: kind of a request before it is parsed, and refusals."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

import orjson
from django.utils.translation import get_language

from primepath.server.admission.kinds import Kind, Reason
from primepath.server.admission.refusals import Content, code_of, message_of
from schema.http.errors import JSON

# JSON can write a letter as \u006d, so a body with such escapes can contain the keyword too.
_CAN_WRITE = re.compile(rb"mutation|\\u00[67]")
_CAN_SIGN_IN = re.compile(rb"signIn|\\u00[4-7]")
_KEY = re.compile(rb'"(?:sha256Hash|documentId)"\s*:\s*"([^"\\]{1,210})"')
# A cell, by its ID or its key, in the variables or in the document itself. Only equal text counts as the same cell.
_CELL = re.compile(rb"MatrixCell:[^\"\\]+|\bat\W{1,4}\{[^{}]*\}")
_MOST_CELLS = 100
_MOST_KEYS = 10
_MOST_KNOWN = 10_000
# Hashes and ids of stored documents that do not only read. Threads add to it, and the event loop reads it.
_stored: dict[bytes, Kind] = {}


def kind_of_operation(method: str, body: bytes) -> Kind:
    """Return the kind of a GraphQL request. One that could write is never a `Kind.READ`, except a stored one that this process has not run."""
    if method != "POST":
        return Kind.READ
    if _CAN_WRITE.search(body):
        return Kind.PASSWORD if _CAN_SIGN_IN.search(body) else Kind.WRITE
    if _stored:
        found = {_stored.get(match[1]) for match in islice(_KEY.finditer(body), _MOST_KEYS)}
        # A variable can look like an id too.
        return next((each for each in (Kind.PASSWORD, Kind.WRITE) if each in found), Kind.READ)
    return Kind.READ


def targets_of_operation(body: bytes) -> frozenset[bytes]:
    """Return the cells that a GraphQL request names, as they are written, but no more than 100."""
    found = islice(_CELL.finditer(body), _MOST_CELLS)
    return frozenset(match[0] for match in found)


def remember_document(key: str, document: str) -> None:
    """Remember the kind of a stored document: later requests contain only its hash or id, ``key``."""
    kind = kind_of_operation("POST", document.encode())
    if kind is Kind.READ:
        # The id had another document, perhaps.
        _stored.pop(key.encode(), None)
    elif len(_stored) < _MOST_KNOWN:
        _stored[key.encode()] = kind


def refusal_content(reason: Reason, retry_after: int) -> Content:
    """Return the response to a refused GraphQL request: one error, and no data."""
    return _refusal_content(reason, retry_after, get_language())


@cache
def _refusal_content(reason: Reason, retry_after: int, _language: str | None) -> Content:
    """Return the response in the current language, which is a part of the cache's key."""
    extensions = {"code": code_of(reason), "retryAfterSeconds": retry_after}
    errors = [{"message": message_of(reason), "extensions": extensions}]
    return Content(f"{JSON}; charset=utf-8", orjson.dumps({"errors": errors}))
