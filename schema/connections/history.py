"""Pages of an object's history, loaded together with the pages of other objects."""

from __future__ import annotations

from loaders.history import HistoryKey
from loaders.registry import Loaders
from primepath.domain.history import HistorySubject
from primepath.models import HistoryEntry
from schema.connections.pagination import Column, Order, Page, PageRequest

_NEWEST_FIRST = Order("history", (Column("id", int, descending=True),))


async def page_of_history(
    loaders: Loaders,
    subject: HistorySubject,
    subject_key: str,
    first: int | None,
    after: str | None,
) -> Page[HistoryEntry]:
    """Load a page of the history of a subject, newest first. Raise the errors of `PageRequest.parse`."""
    request = PageRequest.parse(_NEWEST_FIRST, first=first, after=after)
    before = request.after[0] if request.after else None
    # Load one entry more than the page size, to know whether there is a next page.
    key = HistoryKey(subject, subject_key, request.size + 1, before)
    entries = await loaders.history_page.load(key)
    return Page.build(entries, request, lambda: loaders.history_count.load((subject, subject_key)))
