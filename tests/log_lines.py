"""The lines of a server's log, which are JSON unless it writes to a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

REQUESTS = "primepath.requests"
_COMMON = ("time", "level", "logger", "request_id")


def log_lines(log: Path, logger: str | None = None) -> list[dict[str, Any]]:
    """Return the lines of a log, or only the lines of one logger."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in lines if logger in (None, line["logger"])]


def request_facts(log: Path) -> dict[str, dict[str, Any]]:
    """Return the facts of each request by its id."""
    lines = log_lines(log, REQUESTS)
    found = {
        line["request_id"]: {name: line[name] for name in line if name not in _COMMON}
        for line in lines
    }
    assert len(found) == len(lines)
    return found
