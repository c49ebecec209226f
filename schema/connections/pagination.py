"""Pages of lists and tables. Cursors stay valid when rows are added or deleted.

A cursor contains the sort values of its row. The next page starts after these values, even if the row was deleted.
See the Relay cursor connections specification.
"""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, Self, TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from loaders.registry import Loaders
from primepath.domain.errors import BadUserInputError
from primepath.domain.text import has_forbidden_characters
from schema.limits import check_number

T = TypeVar("T")
V = TypeVar("V")
CursorValues = tuple[Any, ...]

MAX_PAGE_SIZE: int = settings.MAX_PAGE_SIZE
_MAX_CURSOR_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class Column:
    """A sort column. ``type`` is `str`, `int`, `datetime.datetime`, `datetime.date` or `datetime.time`."""

    name: str
    type: type
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The sort order of a list. The last column is unique. Cursors of one order are invalid in another.

    ``former_name``: name of the order that the list had in an earlier version. Clients can still have its cursors.
    """

    name: str
    columns: tuple[Column, ...]
    former_name: str | None = None

    def cursor_values(self, row: object) -> CursorValues:
        return tuple(getattr(row, column.name) for column in self.columns)

    def write_cursor(self, place: CursorValues) -> str:
        values = [
            value.isoformat() if isinstance(value, datetime.date | datetime.time) else value
            for value in place
        ]
        text = json.dumps([self.name, *values], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode()

    def read_cursor(self, argument: str, cursor: str) -> CursorValues:
        """Return the sort values in a cursor. Raise `BadUserInputError` if this order did not write it."""
        try:
            if len(cursor) > _MAX_CURSOR_LENGTH:
                raise ValueError("too long")
            name, *values = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
            if name is not None and name == self.former_name:
                raise _former_cursor(argument)
            if name != self.name:
                raise ValueError("another list")
            return tuple(
                _read_value(column.type, value)
                for column, value in zip(self.columns, values, strict=True)
            )
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise invalid_cursor(argument) from None


def invalid_cursor(argument: str) -> BadUserInputError:
    """Return the error for a cursor that the list did not return."""
    template = _(
        "`{argument}` is not a valid cursor of this list. "
        "Use a cursor that this list returned, unchanged."
    )
    return BadUserInputError(template.format(argument=argument))


def _former_cursor(argument: str) -> BadUserInputError:
    template = _(
        "`{argument}` is a cursor from before an update that changed the order of this list. "
        "Load the first page again."
    )
    return BadUserInputError(template.format(argument=argument))


def _read_value(type_: type, value: Any) -> Any:
    if type_ is datetime.datetime:
        instant = datetime.datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("no offset")
        return instant.astimezone(datetime.UTC)
    if type_ is datetime.date:
        return datetime.date.fromisoformat(value)
    if type_ is datetime.time:
        time = datetime.time.fromisoformat(value)
        if time.tzinfo is not None:
            raise ValueError("an offset")
        return time
    if type(value) is not type_:
        raise ValueError("another type")
    if isinstance(value, str) and has_forbidden_characters(value):
        raise ValueError("forbidden characters")
    if isinstance(value, int) and not 0 <= value < 2**63:
        raise ValueError("out of range")
    return value


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The requested part of a list. ``after`` and ``before`` are sort values in its order."""

    order: Order
    size: int = MAX_PAGE_SIZE
    backward: bool = False
    after: CursorValues | None = None
    before: CursorValues | None = None

    @classmethod
    def parse(
        cls,
        order: Order,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Self:
        """Parse the arguments of a connection.

        Raise `LimitExceededError` if the size exceeds the limit. Raise `BadUserInputError` if the size is negative, if
        both ``first`` and ``last`` are set, or if a cursor is invalid.
        """
        if first is not None and last is not None:
            raise BadUserInputError(_("Use either `first` or `last`, not both."))
        for name, value in ("first", first), ("last", last):
            if value is not None:
                check_number(name, value, MAX_PAGE_SIZE)
        size = first if last is None else last
        return cls(
            order=order,
            size=MAX_PAGE_SIZE if size is None else size,
            backward=last is not None,
            after=None if after is None else order.read_cursor("after", after),
            before=None if before is None else order.read_cursor("before", before),
        )


class PageSync(NamedTuple):
    """A sync token of the list of a page, and the ids of items to remove from the client's copy.

    ``token`` is None if the document does not select it.
    """

    token: str | None
    removed_ids: Callable[[], Awaitable[list[str]]] | None = None


class Edge(NamedTuple):
    """An item of a page and its cursor."""

    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and the data to request the next part. ``count`` counts the whole list.

    ``rows`` have the sort values of the items. They are the items themselves, unless these were loaded by their keys.
    ``sync`` is None if clients cannot request the changes of the list.
    """

    items: Sequence[T]
    rows: Sequence[object]
    request: PageRequest
    has_next_page: bool
    has_previous_page: bool
    count: Callable[[], int | Awaitable[int]]
    sync: PageSync | None = None

    @classmethod
    def build(
        cls, rows: Sequence[T], request: PageRequest, count: Callable[[], int | Awaitable[int]]
    ) -> Self:
        """Build a page from ``rows`` in reading direction. One row more than the page size means there is a next page."""
        more = len(rows) > request.size
        items = list(rows[: request.size])
        if request.backward:
            items.reverse()
        return cls(
            items=items,
            rows=items,
            request=request,
            has_next_page=request.before is not None if request.backward else more,
            has_previous_page=more if request.backward else request.after is not None,
            count=count,
        )

    def with_items(self, items: Sequence[V]) -> Page[V]:
        """Return the same page with ``items``, one for each row."""
        return Page(
            items=items,
            rows=self.rows,
            request=self.request,
            has_next_page=self.has_next_page,
            has_previous_page=self.has_previous_page,
            count=self.count,
            sync=self.sync,
        )

    def with_sync(self, sync: PageSync) -> Page[T]:
        """Return the same page of a list of which clients can request the changes."""
        return replace(self, sync=sync)

    @property
    def edges(self) -> list[Edge]:
        pairs = zip(self.items, self.rows, strict=True)
        return [Edge(item, self._cursor(row)) for item, row in pairs]

    @property
    def page_info(self) -> Self:
        return self

    @property
    def total_count(self) -> int | Awaitable[int]:
        return self.count()

    @property
    def sync_token(self) -> str | None:
        return self.sync and self.sync.token

    @property
    def removed_ids(self) -> list[str] | Awaitable[list[str]]:
        return self.sync.removed_ids() if self.sync and self.sync.removed_ids else []

    @property
    def start_cursor(self) -> str | None:
        return self._cursor(self.rows[0]) if self.rows else None

    @property
    def end_cursor(self) -> str | None:
        return self._cursor(self.rows[-1]) if self.rows else None

    def _cursor(self, row: object) -> str:
        order = self.request.order
        return order.write_cursor(order.cursor_values(row))


def page_of_list(items: Sequence[T], request: PageRequest) -> Page[T]:
    """Return a page of a list in memory that is sorted ascending by the columns of its order."""
    rows = items if not request.backward else list(reversed(items))
    values_of = request.order.cursor_values
    if request.after is not None:
        rows = [row for row in rows if values_of(row) > request.after]
    if request.before is not None:
        rows = [row for row in rows if values_of(row) < request.before]
    return Page.build(rows[: request.size + 1], request, lambda: len(items))


async def page_of_table(loaders: Loaders, table: QuerySet[Any, V], request: PageRequest) -> Page[V]:
    """Load a page of a table with one query, and with a second one if the count is selected."""
    rows = table
    if request.after is not None:
        rows = rows.filter(_beyond(request.order, request.after, backward=False))
    if request.before is not None:
        rows = rows.filter(_beyond(request.order, request.before, backward=True))
    rows = rows.order_by(
        *(
            f"{'-' if column.descending != request.backward else ''}{column.name}"
            for column in request.order.columns
        )
    )
    found = await loaders.call(lambda: list(rows[: request.size + 1]))
    return Page.build(found, request, lambda: loaders.call(table.count))


def _beyond(order: Order, place: CursorValues, *, backward: bool) -> Q:
    """Return the filter for rows after ``place``, or before it if ``backward``: compare the first column that differs."""
    beyond, equal = Q(), Q()
    for column, value in zip(order.columns, place, strict=True):
        comparison = "lt" if column.descending != backward else "gt"
        beyond |= equal & Q((f"{column.name}__{comparison}", value))
        equal &= Q((column.name, value))
    return beyond
