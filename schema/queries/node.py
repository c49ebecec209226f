"""Queries of objects by ID."""

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
from schema.types.phrases import NULL_IF_HIDDEN


async def _load(info: Info, id: str) -> Any:
    node = parse_id(id)
    node_type = NODE_TYPES.get(node.type_name)
    return await node_type.load(info, node.key) if node_type else None


@strawberry.type
class NodeQuery:
    @strawberry.field(
        graphql_type=Node | None,
        description=(
            "The object with this ID. "
            + NULL_IF_HIDDEN
            + " Also null for an object without the interface `Node`. A malformed ID is a BAD_USER_INPUT error."
        ),
    )
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="ID of the object.")],
    ) -> Any:
        info.context.require_viewer()
        return await _load(info, id)

    @strawberry.field(
        graphql_type=list[Node | None] | None,
        description=(
            "The objects with these IDs, in the same order. Null at the position of an object that does not "
            "exist, that you do not have access to, or that has no interface `Node`. A malformed ID is null at its position, with a "
            "BAD_USER_INPUT error."
        ),
        metadata=list_size(length_of("ids")),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(
                description=f"IDs of the objects. Maximum: {settings.MAX_LIST_LENGTH:,}."
            ),
        ],
    ) -> Sequence[Any]:
        info.context.require_viewer()
        check_list("ids", ids)
        # Return futures instead of gathering them. The fields of an object must not wait for the other objects, or they
        # would need queries of their own.
        return [asyncio.ensure_future(_load(info, id)) for id in ids]
