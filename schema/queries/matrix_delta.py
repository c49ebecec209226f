"""Delta sync: reduce a matrix to the rows and cells that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from loaders.changes import ChangedSince
from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from schema.context import Info
from schema.execution.lookahead import fields_below
from schema.metadata import Fact, facts_of
from schema.types.schedule_matrix import Matrix, Row
from schema.types.sync_token import ClassFingerprint, SyncToken


class ShownFacts(NamedTuple):
    """Facts on which the rows of a matrix depend, for the fields that a document selects: their cells, and everything else."""

    cells: frozenset[Fact]
    rows: frozenset[Fact]

    @classmethod
    def of(cls, info: Info) -> ShownFacts:
        selected = fields_below(info, border=("MatrixRow", "cells"))
        cells, rows = (
            frozenset[Fact]().union(*(facts_of(type_, name) for type_, name in fields))
            for fields in selected
        )
        return cls(cells, rows)


def delta_matrix(
    matrix: Matrix,
    known: SyncToken,
    changes: ChangedSince,
    shown: ShownFacts,
    viewer: Viewer,
    class_codes: Collection[str] | None,
) -> Matrix:
    """Return the matrix with only the rows that differ from the client's copy, each with its changed cells.

    ``known`` describes the copy. ``class_codes`` are the requested classes, None for all; other classes of the copy are
    not reported as lost.
    """
    codes = {row.visible_class.code for row in matrix.rows}
    return replace(
        matrix,
        rows=list(_changed_rows(matrix, known, changes, shown, viewer)),
        gained_class_codes=[
            row.visible_class.code
            for row in matrix.rows
            if row.visible_class.code not in known.classes
        ],
        lost_class_codes=[
            code
            for code in known.classes
            if code not in codes and (class_codes is None or code in class_codes)
        ],
    )


def _changed_rows(
    matrix: Matrix, known: SyncToken, changes: ChangedSince, shown: ShownFacts, viewer: Viewer
) -> Iterator[Row]:
    """Yield the changed rows. A row has all of its cells if they show something that changed for all of them."""
    always = {Fact.UNKNOWN, Fact.TEACHER} if changes.teachers else {Fact.UNKNOWN}
    periods = _periods_by_class(changes.cells, matrix.academic_year)
    for row in matrix.rows:
        had = known.classes.get(row.visible_class.code)
        now = ClassFingerprint.of(row.visible_class, viewer)
        changed = periods[row.visible_class.code]
        if had is None or had.access != now.access:
            yield row
            continue
        facts = {*always, Fact.CLASS} if had.row != now.row else always
        if shown.cells & facts:
            yield row
        elif changed or shown.rows & facts:
            yield replace(row, changed=frozenset(changed))


def _periods_by_class(cells: Iterable[str], academic_year: int) -> defaultdict[str, set[Period]]:
    periods: defaultdict[str, set[Period]] = defaultdict(set)
    for key in map(CellKey.parse, cells):
        if key is not None and key.academic_year == academic_year:
            periods[key.class_code].add(key.period)
    return periods
