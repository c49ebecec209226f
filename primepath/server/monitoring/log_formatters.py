"""The formats of the log: one JSON object in each line, or text for people. Each line names the request that caused it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from json import dumps
from typing import Any

import orjson

from primepath.server.monitoring.redaction import redact
from primepath.server.monitoring.request_log import RequestLine
from primepath.server.monitoring.request_record import current_record

# A message can quote a document, and a traceback can be as deep as one.
_MAX_LENGTH = 20_000
# Its lines have the name that a user entered, on purpose.
_NAMES_USERS = "primepath.sign_in"


class JsonFormatter(logging.Formatter):
    """Formats each event as a JSON object. A line about a request has its facts as members, any other line a ``message``."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": _request_id(),
        }
        if isinstance(record.msg, RequestLine):
            fields |= record.msg.facts
        else:
            fields["message"] = _clean(record.getMessage(), record)
        if record.exc_info:
            fields["exception"] = _clean(self.formatException(record.exc_info), record)
        if record.stack_info:
            fields["stack"] = _clean(self.formatStack(record.stack_info), record)
        try:
            return orjson.dumps(fields, default=str).decode()
        except orjson.JSONEncodeError:
            # Half of a surrogate pair, which only an escape can express.
            return dumps(fields, default=str)


class TextFormatter(logging.Formatter):
    """A line of text for each event: time, request id or "-", level, logger and message. A traceback has lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        message = _clean(record.getMessage(), record)
        parts = [self.formatTime(record), _request_id() or "-", record.levelname]
        lines = [f"{' '.join(parts)} {record.name}: {message}"]
        if record.exc_info:
            lines.append(_clean(self.formatException(record.exc_info), record))
        if record.stack_info:
            lines.append(_clean(self.formatStack(record.stack_info), record))
        return "\n".join(lines)


def _request_id() -> str | None:
    current = current_record()
    return current.id if current else None


def _clean(text: str, record: logging.LogRecord) -> str:
    """Return a bounded text without the values of the current request."""
    if record.levelno < logging.WARNING or record.name == _NAMES_USERS:
        return text
    if (current := current_record()) is not None and current.request is not None:
        text = redact(text, current.request)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}..."
