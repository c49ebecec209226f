"""The query of change sets."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from loaders.change_sets import ChangeSetData, change_set_ids, change_sets
from schema.connections.pagination import (
    Column,
    Order,
    Page,
    PageRequest,
    invalid_cursor,
)
from schema.connections.types import After, First
from schema.context import Info
from schema.types.change_set import ChangeSetConnection

_NEWEST_FIRST = Order("change sets", (Column("pk", str, descending=True),))


@strawberry.type
class ChangeSetQuery:
    @strawberry.field(
        graphql_type=ChangeSetConnection | None,
        description=(
            "Change sets, newest first: what each mutation, import or command changed in cells, exams, curricula and "
            "assignments. A change set without objects that you can see is not listed."
        ),
    )
    async def change_sets(
        self,
        info: Info,
        mine: Annotated[
            bool | None,
            strawberry.argument(description="True: only changes that you made. Defaults to all."),
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Page[ChangeSetData]:
        loaders, viewer = info.context.loaders, info.context.require_viewer()
        request = PageRequest.parse(_NEWEST_FIRST, first=first, after=after)
        before = _id_in(request)
        listed = bool(mine)

        def read() -> list[ChangeSetData]:
            ids = list(change_set_ids(viewer, mine=listed, before=before)[: request.size + 1])
            found = change_sets(viewer, ids) if ids else {}
            return [found[id] for id in ids]

        return Page.build(
            await loaders.call(read),
            request,
            lambda: loaders.call(lambda: change_set_ids(viewer, mine=listed).count()),
        )


def _id_in(request: PageRequest) -> UUID | None:
    """Return the id in the cursor. Raises `BadUserInputError` if it is no id."""
    if request.after is None:
        return None
    try:
        return UUID(request.after[0])
    except ValueError:
        raise invalid_cursor("after") from None
