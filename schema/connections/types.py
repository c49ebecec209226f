"""GraphQL types of Relay connections. Their fields read from `schema.connections.pagination.Page`."""

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
            f"Number of items from the start, or after `after`. Range: 0–{MAX_PAGE_SIZE}. Defaults to "
            f"{MAX_PAGE_SIZE}."
        )
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(
        description="Return items after this cursor (`pageInfo.endCursor` of the previous page)."
    ),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=(
            f"Number of items from the end, or before `before`. Range: 0–{MAX_PAGE_SIZE}. Cannot be combined "
            "with `first`."
        )
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(
        description="Return items before this cursor (`pageInfo.startCursor` of the next page)."
    ),
]


async def _total_counts(batch: BatchContext, pages: Sequence[Page[Any]]) -> list[int]:
    counts = [page.total_count for page in pages]
    return [await count if isinstance(count, Awaitable) else count for count in counts]


async def _removed_ids(batch: BatchContext, pages: Sequence[Page[Any]]) -> list[list[str]]:
    found = [page.removed_ids for page in pages]
    return [await each if isinstance(each, Awaitable) else each for each in found]


ChangesAfter = Annotated[
    str | None,
    strawberry.argument(
        description=(
            "Return only items that are new or changed since this `syncToken` of the list, and `removedIds`. Use the same fields "
            "and arguments each time. The same change can be returned twice. An expired token is a SYNC_TOKEN_EXPIRED error: "
            "repeat the query without it. See docs/clients/delta-sync.md."
        )
    ),
]


@strawberry.type(description="An item of a list, with its cursor.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(
        description="Opaque position of the item, for `after` or `before`."
    )


@strawberry.type(description="Position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="True if there are items after this page.")
    has_previous_page: bool = strawberry.field(
        description="True if there are items before this page."
    )

    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item. Null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item. Null if the page is empty."
    )


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        description="Items of this page, with their cursors.", metadata=list_size(SIZE_FROM_PARENT)
    )
    page_info: PageInfo = strawberry.field(description="Position of this page in the list.")
    total_count: int = strawberry.field(
        description="Number of items in the whole list. Counted only if selected.",
        metadata=batched(_total_counts),
    )


@strawberry.type
class SyncedPage:
    """The fields that the pages of a list have if clients can request its changes. Joined with `Connection`."""

    sync_token: str | None = strawberry.field(
        description=(
            "Opaque token for `changesAfter`. Store the one of the first page together with the items of all pages. "
            "Maximum length: 300 characters. Null if this list has no `changesAfter`."
        )
    )
    removed_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "IDs of items that are no longer in the list. Remove them from your copy, which need not contain all of them. "
            "Empty without `changesAfter`."
        ),
        metadata=batched(_removed_ids) | list_size(5),
    )
