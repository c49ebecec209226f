"""Finding things again by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry
from django.conf import settings

from schema.context import Info
from schema.ids import parse_id
from schema.limits import check_list
from schema.limits.list_sizes import length_of
from schema.metadata import list_size
from schema.types.node import NODE_TYPES, Node


async def _load(info: Info, id: str) -> Any:
    node = parse_id(id)
    return await NODE_TYPES[node.type_name].load(info, node.key)


@strawberry.type
class NodeQuery:
    @strawberry.field(
        graphql_type=Node | None,
        description=(
            "What has this id; null where it is not there or you may not see it. "
            "What is not an id at all is BAD_USER_INPUT."
        ),
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id.")],
    ) -> Any:
        info.context.require_viewer()
        return await _load(info, id)

    @strawberry.field(
        graphql_type=list[Node | None] | None,
        description=(
            "What has these ids, in their order: null where it is not there or you may not see it. "
            "What is not an id at all is null too, with a BAD_USER_INPUT error of its own."
        ),
        metadata=list_size(length_of("ids")),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description=f"The ids, at most {settings.MAX_LIST_LENGTH:,}."),
        ],
    ) -> Sequence[Any]:
        info.context.require_viewer()
        check_list("ids", ids)
        # Not gathered: what an id leads to must not wait for what the other ids name, or it would be read apart.
        return [asyncio.ensure_future(_load(info, id)) for id in ids]
