"""The lines of a server's log, which are JSON unless it writes to a terminal."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.processes import PATIENCE

REQUESTS = "primepath.requests"
_COMMON = ("time", "level", "logger", "request_id")


def log_lines(log: Path, logger: str | None = None) -> list[dict[str, Any]]:
    """Return the lines of a log, or only the lines of one logger."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in lines if logger in (None, line["logger"])]


def wait_for_requests(log: Path, *ids: str) -> None:
    """Wait for the lines of these requests. The server writes them after the response."""
    deadline = time.monotonic() + PATIENCE
    missing = set(ids)
    while missing:
        assert time.monotonic() < deadline, f"no line for {missing}"
        lines = [line for line in log.read_text().splitlines() if REQUESTS in line]
        missing = {each for each in missing if not any(each in line for line in lines)}


def request_facts(log: Path, *ids: str) -> dict[str, dict[str, Any]]:
    """Return the facts of each request by its id, as soon as the requests with ``ids`` have their lines."""
    wait_for_requests(log, *ids)
    lines = log_lines(log, REQUESTS)
    found = {
        line["request_id"]: {name: line[name] for name in line if name not in _COMMON}
        for line in lines
    }
    assert len(found) == len(lines)
    return found
