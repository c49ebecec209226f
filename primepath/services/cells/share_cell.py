"""Copy a cell to the same period of other classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from primepath.domain.cell import CellKey, OnExisting
from primepath.domain.errors import InputError
from primepath.domain.history import HistoryAction
from primepath.domain.planned_cell import PlannedCells
from primepath.domain.viewer import Viewer
from primepath.services.cells.checks import CellVersion
from primepath.services.cells.clone_cell import clone_cell
from primepath.services.cells.writing import ResultCheck


def share_cell(
    *,
    viewer: Viewer,
    source: CellKey | None,
    class_codes: Sequence[str],
    on_existing: OnExisting = OnExisting.MERGE,
    expected_versions: Sequence[CellVersion] = (),
    parse_errors: Iterable[InputError] = (),
    check_result: ResultCheck | None = None,
    dry_run: bool = False,
) -> PlannedCells:
    """Copy the source to the same period and year of the classes; see `clone_cell`."""
    return clone_cell(
        viewer=viewer,
        source=source,
        targets=[source and source._replace(class_code=code) for code in class_codes],
        on_existing=on_existing,
        expected_versions=expected_versions,
        parse_errors=parse_errors,
        check_result=check_result,
        dry_run=dry_run,
        action=HistoryAction.SHARE_CELL,
        path="class_codes",
    )
