"""Delta sync: reduce a matrix to the rows and cells that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from schema.types.schedule_matrix import Matrix, Row
from schema.types.sync_token import ClassFingerprint, SyncToken


def delta_matrix(
    matrix: Matrix,
    known: SyncToken,
    changed_cells: Iterable[str],
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
        rows=list(_changed_rows(matrix, known, changed_cells, viewer)),
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
    matrix: Matrix, known: SyncToken, changed_cells: Iterable[str], viewer: Viewer
) -> Iterator[Row]:
    """Yield the changed rows. A row is complete if it is new to the client, or if the viewer's access changed."""
    periods = _periods_by_class(changed_cells, matrix.academic_year)
    for row in matrix.rows:
        had = known.classes.get(row.visible_class.code)
        mark = ClassFingerprint.of(row.visible_class, viewer)
        changed = periods[row.visible_class.code]
        if had is None or had.access != mark.access:
            yield row
        elif changed or had.row != mark.row:
            yield replace(row, changed=frozenset(changed))


def _periods_by_class(cells: Iterable[str], academic_year: int) -> defaultdict[str, set[Period]]:
    periods: defaultdict[str, set[Period]] = defaultdict(set)
    for key in map(CellKey.parse, cells):
        if key is not None and key.academic_year == academic_year:
            periods[key.class_code].add(key.period)
    return periods
