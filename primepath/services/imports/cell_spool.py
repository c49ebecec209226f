"""Planned cells, in a temporary file: a plan can have more of them than fit into memory."""

from __future__ import annotations

import datetime
import itertools
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.period import Period
from primepath.services.imports.planned import Fate


@dataclass(slots=True)
class PlannedCell:
    """A cell to store. ``table`` and ``row`` are its source. Exams and teachers are named by their keys in the source."""

    fate: Fate
    table: str
    row: str
    digest: str
    key: CellKey
    status: CellStatus
    scheduled_date: datetime.date | None
    start_time: datetime.time | None
    end_time: datetime.time | None
    notes: str
    room: str
    exams: list[tuple[str, str]]
    created_by: str | None
    modified_by: str | None
    created_at: datetime.datetime
    updated_at: datetime.datetime


_PARSERS: dict[str, Any] = {
    "fate": Fate,
    "status": CellStatus,
    "scheduled_date": datetime.date.fromisoformat,
    "start_time": datetime.time.fromisoformat,
    "end_time": datetime.time.fromisoformat,
    "created_at": datetime.datetime.fromisoformat,
    "updated_at": datetime.datetime.fromisoformat,
}


class CellSpool:
    """A list of planned cells that is written once and can be read several times."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.count = 0

    def add(self, cell: PlannedCell) -> None:
        values = {name: getattr(cell, name) for name in cell.__slots__}
        self._file.write(json.dumps(values, default=str) + "\n")
        self.count += 1

    def chunks(self, size: int) -> Iterator[list[PlannedCell]]:
        """Yield the cells in lists of at most this size."""
        self._file.seek(0)
        while lines := list(itertools.islice(self._file, size)):
            yield [_parse(json.loads(line)) for line in lines]

    def close(self) -> None:
        self._file.close()


def _parse(values: dict[str, Any]) -> PlannedCell:
    for name, parse in _PARSERS.items():
        if values[name] is not None:
            values[name] = parse(values[name])
    code, year, period = values["key"]
    values["key"] = CellKey(code, year, Period(period))
    values["exams"] = [(table, key) for table, key in values["exams"]]
    return PlannedCell(**values)
