"""The requests of the clients, and the meaning of responses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_CELLS = "cells { id period status color version canEdit exams { id name type } }"
MATRIX = (
    "query Matrix($year: Int!, $codes: [String!]) { scheduleMatrix(academicYear: $year, "
    f"classCodes: $codes) {{ rows {{ schoolClass {{ code name }} {_CELLS} }} }} }}"
)
UPDATE_CELL = (
    "mutation Change($input: UpdateCellInput!) { updateCell(input: $input) "
    "{ cell { id version notes } userErrors { code } } }"
)
ASSIGN = (
    "mutation Assign($input: AssignExamsInput!) { assignExams(input: $input) "
    "{ cells { id version } userErrors { code } } }"
)
UNASSIGN = ASSIGN.replace("Assign(", "Unassign(").replace("assignExams(", "unassignExams(")
SIGN_IN = (
    "mutation SignIn($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }"
)
SCHOOL = "{ school { name } }"

SERVED = "served"
SAVED = "saved"
"""The change is saved, but its payload could not be read. The response has an error with ``saved``."""
MAYBE_SAVED = "503 without Retry-After"
"""The connection was lost during COMMIT. The response has no Retry-After: the client must look before it repeats the change."""
LOST = "lost"
_ERRORS = b'"errors":'
_CODE = re.compile(rb'"errors":.*?"code":\s*"(\w+)"', re.DOTALL)
_SAVED = re.compile(rb'"saved":\s*true')
_MAYBE_SAVED = re.compile(rb'"mayBeSaved":\s*true')
_USER_ERROR = re.compile(rb'"userErrors":\s*\[\s*\{\s*"code":\s*"(\w+)"')


@dataclass(slots=True)
class Operation:
    """A request with its kind. ``done`` receives the outcome, and the body if there is one."""

    kind: str
    request: bytes
    done: Callable[[str, bytes], None] | None = None


def graphql(query: str, variables: Mapping[str, Any] | None = None, token: str = "") -> bytes:
    """Return the bytes of a POST to the API."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    return http("POST", "/graphql", body, token=token, content_type="application/json")


def http(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    token: str = "",
    content_type: str = "",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def outcome_of(status: int, body: bytes) -> str:
    """Return `SERVED`, or the status with the code of the first error, such as ``503 OVERLOADED``.

    A mutation that was refused because of its input is not served: the clients send valid input.
    """
    if status == 200 and _ERRORS not in body:
        refused = _USER_ERROR.search(body)
        return f"200 {refused[1].decode()}" if refused else SERVED
    if status == 200 and _SAVED.search(body):
        return SAVED
    if status == 503 and _MAYBE_SAVED.search(body):
        return MAYBE_SAVED
    if 300 <= status < 400:
        return str(status)
    code = _CODE.search(body)
    return f"{status} {code[1].decode()}" if code else str(status)
