"""The query of cells across classes."""

from __future__ import annotations

from typing import Annotated

import strawberry

from primepath.domain.cell import CellKey
from schema.connections.pagination import Page, PageRequest, page_of_table
from schema.connections.types import After, Before, Connection, First, Last
from schema.context import Info
from schema.types.cell_batches import AnyCell
from schema.types.matrix_cell import MatrixCell, load_cells_of_keys
from schema.types.matrix_cell_filter import MatrixCellFilter
from schema.types.matrix_cell_order import MatrixCellOrder, sort_values


@strawberry.type
class MatrixCellsQuery:
    @strawberry.field(
        graphql_type=Connection[MatrixCell] | None,
        description=(
            "Cells of all classes you can see, for example this week's exams or unfinished drafts. Only cells that were changed at "
            "least once: their `version` is 1 or greater."
        ),
    )
    async def matrix_cells(
        self,
        info: Info,
        filter: Annotated[
            MatrixCellFilter | None,
            strawberry.argument(
                description="Conditions. Defaults to all changed cells of the current academic year."
            ),
        ] = None,
        order_by: Annotated[
            MatrixCellOrder | None,
            strawberry.argument(description="Sort order. Defaults to SCHEDULE."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Page[AnyCell]:
        loaders = info.context.loaders
        order = (order_by or MatrixCellOrder.SCHEDULE).order
        request = PageRequest.parse(order, first=first, after=after, last=last, before=before)
        cells = await (filter or MatrixCellFilter()).cells(loaders)
        page = await page_of_table(loaders, sort_values(cells, order), request)
        keys = [key for key in (CellKey.parse(row.pk) for row in page.items) if key]
        return page.with_items(await load_cells_of_keys(info, keys))
