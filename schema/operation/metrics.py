"""Metrics of operations."""

from __future__ import annotations

from enum import StrEnum
from threading import Lock

from prometheus_client import Counter, Histogram
from strawberry.types import ExecutionResult

from primepath.db.usage import current_usage

OPERATIONS = Counter(
    "primepath_operations_total",
    "Operations by name and outcome: ok, partial, failed, rejected or disconnected.",
    ["operation", "outcome"],
)
SECONDS = Histogram(
    "primepath_operation_seconds",
    "Time from the arrival of the request to the result of the operation. It includes waiting in the queue.",
    ["operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STATEMENTS = Counter(
    "primepath_operation_statements_total",
    "Database statements of operations, including the authentication of the request.",
    ["operation"],
)
CELLS = Counter(
    "primepath_operation_cells_total",
    "Cells that operations read from the database.",
    ["operation"],
)

# Clients choose the names, and each name is a series. Signed-in users have more of them, and others cannot use them up.
_MAX_NAMES = {True: 100, False: 20}
_MAX_NAME_LENGTH = 60
_UNNAMED = "-"
_OTHER = "other"


class Outcome(StrEnum):
    """Outcome of an operation."""

    OK = "ok"
    """No errors. `userErrors` of a mutation are none."""
    PARTIAL = "partial"
    """Some fields failed."""
    FAILED = "failed"
    """No data."""
    REJECTED = "rejected"
    """The document or a variable is not valid, or exceeds a limit. The operation did not run."""
    DISCONNECTED = "disconnected"
    """The client left, so the operation was ended."""


def outcome_of(result: ExecutionResult) -> Outcome:
    if not result.errors:
        return Outcome.OK
    return Outcome.FAILED if result.data is None else Outcome.PARTIAL


class _Series:
    """The metrics of one operation, looked up once."""

    def __init__(self, name: str) -> None:
        self.seconds = SECONDS.labels(name)
        self.statements = STATEMENTS.labels(name)
        self.cells = CELLS.labels(name)
        self.outcomes = {outcome: OPERATIONS.labels(name, outcome) for outcome in Outcome}


_series: dict[str, _Series] = {}
_free = dict(_MAX_NAMES)
_lock = Lock()


def count_operation(
    name: str | None, *, is_signed_in: bool, outcome: Outcome, seconds: float
) -> None:
    """Count an operation that ran, or with an answer that was sent again."""
    series = _series_of(name, is_signed_in=is_signed_in)
    series.outcomes[outcome].inc()
    series.seconds.observe(seconds)
    if (usage := current_usage()) is not None:
        series.statements.inc(usage.statements)
        if usage.cells:
            series.cells.inc(usage.cells)


def count_rejected() -> None:
    """Count an operation that did not run. It has no name: what names it may not even be a document."""
    OPERATIONS.labels(_UNNAMED, Outcome.REJECTED).inc()


def _series_of(name: str | None, *, is_signed_in: bool) -> _Series:
    label = name or _UNNAMED
    found = _series.get(label)
    if found is None:
        with _lock:
            label = label if _can_add(label, is_signed_in=is_signed_in) else _OTHER
            if (found := _series.get(label)) is None:
                found = _series[label] = _Series(label)
    return found


def _can_add(label: str, *, is_signed_in: bool) -> bool:
    """Return whether the label has, or from now on has, series of its own."""
    if label == _UNNAMED or label in _series:
        return True
    if len(label) > _MAX_NAME_LENGTH or not _free[is_signed_in]:
        return False
    _free[is_signed_in] -= 1
    return True
