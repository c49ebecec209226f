"""Pages of the history of one thing, read with those of all others."""

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
    """Part of the history of a subject, the newest first. Raises `BadUserInputError` as `PageRequest.parse` does."""
    request = PageRequest.parse(_NEWEST_FIRST, first=first, after=after)
    before = request.after[0] if request.after else None
    # One more than is shown tells whether there are more.
    key = HistoryKey(subject, subject_key, request.size + 1, before)
    entries = await loaders.history_page.load(key)
    return Page.build(entries, request, lambda: loaders.history_count.load((subject, subject_key)))
