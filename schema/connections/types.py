"""Relay connections: a list in pages. Their fields are read from `schema.connections.pagination.Page`."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from schema.connections.pagination import MAX_PAGE_SIZE, Page
from schema.execution.batch import BatchContext, batched
from schema.metadata import SIZE_FROM_PARENT, list_size

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(
        description=(
            f"How many to give from the start, or from `after`: 0 to {MAX_PAGE_SIZE}; "
            f"{MAX_PAGE_SIZE} unless told."
        )
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="Begin after the edge with this cursor, as `pageInfo.endCursor` gave it."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=(
            f"How many to give from the end, or up to `before`: 0 to {MAX_PAGE_SIZE}. "
            "Not together with `first`."
        )
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="End before the edge with this cursor, as `pageInfo.startCursor` gave it."
    ),
]


async def _total_counts(batch: BatchContext, pages: Sequence[Page[Any]]) -> list[int]:
    counts = [page.total_count for page in pages]
    return [await count if isinstance(count, Awaitable) else count for count in counts]


@strawberry.type(description="An item of a list, and its place in it.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(
        description="The item's place in the list, to send as `after` or `before`. Opaque."
    )


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are items after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether there are items before this page."
    )

    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item; null on an empty page."
    )


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        description="The items of this page.", metadata=list_size(SIZE_FROM_PARENT)
    )
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    total_count: int = strawberry.field(
        description="How many items the whole list has. Counted only when asked for.",
        metadata=batched(_total_counts),
    )
