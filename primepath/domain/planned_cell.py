"""Cells as a change would leave them: the result of a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class PlannedCell(NamedTuple):
    """A cell that a change would write. ``values``: the columns that change, by attribute name. All others stay as they are."""

    values: Mapping[str, Any]
    exam_ids: frozenset[int]


PlannedCells = Mapping[str, PlannedCell]
"""The cells that a dry run would change, by id. Empty after a change that was saved."""
