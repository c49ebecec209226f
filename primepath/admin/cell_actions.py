"""Actions for the selected cells of the list: a status for all, or no date."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from primepath.admin.common.base import SchoolAdmin
from primepath.admin.common.bulk import is_accepted, report_changes, report_problems
from primepath.admin.common.permissions import viewer_in
from primepath.domain.cell import CellKey, CellStatus
from primepath.domain.errors import InputError, ValidationFailedError
from primepath.models import ExamScheduleMatrix
from primepath.services.cells.cell_changes import CellChanges
from primepath.services.cells.update_cells import CellUpdate, update_cells

Cells = QuerySet[ExamScheduleMatrix]
_NO_DATE: CellChanges = {"scheduled_date": None, "start_time": None, "end_time": None}


class CellActions(SchoolAdmin[ExamScheduleMatrix]):
    """A list of cells with actions that change all of the selected cells, or none."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = dict(super().get_actions(request))
        if not self.has_change_permission(request):
            return actions
        labels = dict(ExamScheduleMatrix._meta.get_field("status").flatchoices)
        for status in CellStatus:
            text = _("Set status to {status}").format(status=labels[status])
            actions[f"set_{status}"] = _action(f"set_{status}", {"status": status}, text)
        actions["clear_dates"] = _action("clear_dates", _NO_DATE, _("Remove date and times"))
        return actions


def _action(name: str, changes: CellChanges, text: str) -> tuple[Callable[..., None], str, str]:
    return (partial(_change, changes), name, text)


def _change(changes: CellChanges, page: Any, request: HttpRequest, selected: Cells) -> None:
    found = (CellKey.parse(pk) for pk in selected.order_by("pk").values_list("pk", flat=True))
    keys = [key for key in found if key is not None]
    if not is_accepted(request, len(keys), settings.MAX_CELLS_PER_OPERATION):
        return
    updates = [CellUpdate(key, cast("CellChanges", {**changes})) for key in keys]
    try:
        update_cells(viewer=viewer_in(request), changes=updates)
    except ValidationFailedError as error:
        report_problems(request, [_problem(each, keys) for each in error.errors])
    else:
        report_changes(request, len(keys))


def _problem(error: InputError, keys: list[CellKey]) -> tuple[str, str]:
    position = next((part for part in error.path if isinstance(part, int)), None)
    name = "" if position is None else str(keys[position])
    return name, error.message_for(error.field_name or "")
