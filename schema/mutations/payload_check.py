"""The check that a mutation's payload stays within the limits, before the mutation writes.

The number of exams in the cells does not follow from the document. The service knows it before it writes.
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.errors import LimitExceededError
from primepath.services.cells.writing import CellState, ResultCheck
from schema.context import Info
from schema.execution.core import raw_info
from schema.limits.cost import payload_cost


def payload_check(info: Info) -> ResultCheck:
    """Return the check for the mutation of ``info``. It raises `LimitExceededError`, and the service then writes nothing."""

    def check(cells: Collection[CellState]) -> None:
        cost = payload_cost(raw_info(info), info.variable_values)
        limit = settings.MAX_CELLS_PER_OPERATION
        if cost.shows_cells and len(cells) > limit:
            template = _(
                "The mutation returns {count} cells, which exceeds the limit of {limit}. Nothing was saved. "
                "Change fewer cells at a time."
            )
            raise LimitExceededError(
                template.format(count=len(cells), limit=limit), limit=limit, actual=len(cells)
            )
        values = cost.values(len(cells), sum(len(cell.exam_ids) for cell in cells))
        if values > info.context.values_left():
            template = _(
                "The payload of the mutation has {values} values, which exceeds what is left of the limit of {limit}. "
                "Nothing was saved. Change fewer cells at a time, or request fewer fields."
            )
            limit = settings.MAX_ANSWER_VALUES
            raise LimitExceededError(template.format(values=values, limit=limit), limit=limit)

    return check
