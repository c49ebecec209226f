"""Copy a cell to the same period of other classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError
from primepath.domain.history import HistoryAction
from primepath.domain.viewer import Viewer
from primepath.services.cells.clone_cell import OnExisting, clone_cell


def share_cell(
    *,
    viewer: Viewer,
    source: CellKey | None,
    class_codes: Sequence[str],
    on_existing: OnExisting = OnExisting.MERGE,
    parse_errors: Iterable[InputError] = (),
) -> None:
    """Copy the source to the same period and year of the classes; see `clone_cell`."""
    clone_cell(
        viewer=viewer,
        source=source,
        targets=[source and source._replace(class_code=code) for code in class_codes],
        on_existing=on_existing,
        parse_errors=parse_errors,
        action=HistoryAction.SHARE_CELL,
        path="class_codes",
    )
