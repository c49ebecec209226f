"""The header ``traceparent``: the trace that a request belongs to (w3.org/TR/trace-context).

A caller sends the id of its trace and of its own step in it, the span. The response names the same trace and a new
span, this server's step. The line of the request in the log has both ids.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple

_NAME = b"traceparent"
_FORMAT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_INVALID_VERSION = b"ff"
_VERSION = b"00"
# The flags that version 00 defines: sampled, and random trace id.
_FLAGS = 0x03


class TraceContext(NamedTuple):
    """A span of a trace. The ids are lowercase hexadecimal digits, 32 and 16 of them."""

    trace_id: str
    span_id: str
    flags: int

    @property
    def header(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    def child(self) -> TraceContext:
        """Return a new span of the same trace."""
        return self._replace(span_id=secrets.token_hex(8))


def read_trace_context(headers: Iterable[tuple[bytes, bytes]]) -> TraceContext | None:
    """Return the caller's span. None if the request names none, or if the header is malformed or repeated."""
    values = [value for name, value in headers if name == _NAME]
    if len(values) != 1 or (found := _FORMAT.fullmatch(values[0])) is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    # Later versions can add members.
    if version == _INVALID_VERSION or (version == _VERSION and rest is not None):
        return None
    if not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceContext(trace_id.decode(), span_id.decode(), int(flags, 16) & _FLAGS)
