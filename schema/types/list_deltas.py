"""Delta sync of lists with pages: reduce a list to the items that changed.

The history shows the changes of exams and access requests. The class directory and assignments are short, so a token has a
mark of all their items. It also shows items that have left the list without an entry in the history, for example when
access expires.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from loaders.changes import ChangedKeys
from primepath.domain.history import HistorySubject
from primepath.domain.map_sketch import UnknownKeyError
from primepath.models.history_position import HistoryPosition
from schema.connections.pagination import Page, PageRequest, PageSync, page_of_list, page_of_table
from schema.context import Info
from schema.execution.lookahead import fields_below, selects
from schema.ids import make_id
from schema.metadata import Fact, facts_of
from schema.types.sync_marks import Earlier, ListEntries
from schema.types.sync_token import (
    SyncedList,
    SyncToken,
    arguments_mark,
    expired,
    viewer_mark,
)

T = TypeVar("T")

_FACTS = {
    HistorySubject.TEACHER: Fact.TEACHER,
    HistorySubject.CLASS: Fact.CLASS,
    HistorySubject.CURRICULUM: Fact.CLASS,
    HistorySubject.LEVEL: Fact.LEVEL,
}
_CURRICULUM = HistorySubject.CURRICULUM


@dataclass(frozen=True, slots=True)
class ListSync:
    """A request of a list, or of its changes since ``known``. ``changes`` is what the history contains since then.

    ``type_name`` is the GraphQL type of the items. ``position`` is None if the document does not select ``syncToken``.
    """

    info: Info
    type_name: str
    token: SyncToken | None
    known: SyncToken | None
    changes: ChangedKeys

    @classmethod
    async def begin(
        cls,
        info: Info,
        which: SyncedList,
        type_name: str,
        changes_after: str | None,
        *arguments: object,
    ) -> ListSync:
        """Read the position in the history, before any item, and the changes since the client's.

        ``arguments``: the arguments that select items. Raises the errors of `SyncToken.parse_of_list`.
        """
        changes, viewer = info.context.loaders.changes, info.context.require_viewer()
        mark = arguments_mark(*arguments)
        known, since = None, None
        if changes_after is not None:
            known = SyncToken.parse_of_list(changes_after, which, mark)
        token = None
        if selects("syncToken", info):
            position: HistoryPosition = await changes.position()
            token = SyncToken(0, position, viewer_mark(viewer), None, which, mark)
        if known is not None:
            since = await changes.listed_since(known.position)
            if since is None:
                reason = _("The school's data has been replaced since this sync token was issued.")
                raise expired(reason, which)
            since = await _without_hidden_curricula(info, since)
        return cls(info, type_name, token, known, since or {})

    @property
    def same_viewer(self) -> bool:
        viewer = self.info.context.require_viewer()
        return self.known is None or self.known.viewer == viewer_mark(viewer)

    def shows_changes_of_all(self, *, except_for: Fact | None = None) -> bool:
        """Return whether the document shows something that may have changed for any item.

        ``except_for``: a fact of which the caller knows the items that show it.
        """
        changed = {_FACTS[HistorySubject(each)] for each in self.changes if each in _FACTS}
        return bool(self.shown & ({*changed, Fact.UNKNOWN} - {except_for}))

    @property
    def shown(self) -> frozenset[Fact]:
        """The facts on which the selected fields of the items depend."""
        below = fields_below(self.info, border=(f"{self.type_name}Edge", "node")).inside
        return frozenset[Fact]().union(*(facts_of(type_, name) for type_, name in below))

    def keys(self, subject: HistorySubject) -> list[int]:
        return list(map(int, self.changes.get(subject, ())))

    def page_sync(
        self,
        entries: ListEntries | None = None,
        removed: Callable[[], Awaitable[Iterable[object]]] | None = None,
    ) -> PageSync:
        """Return the token, with the mark of ``entries``, and the ids of the keys that ``removed`` returns."""
        token = self.token
        if token is not None and entries is not None:
            token = token._replace(copy=entries.mark(self.known and self.known.copy))

        async def removed_ids() -> list[str]:
            keys = await removed() if removed else ()
            return [make_id(self.type_name, key) for key in keys]

        return PageSync(None if token is None else str(token), removed_ids)


async def _without_hidden_curricula(info: Info, changes: ChangedKeys) -> ChangedKeys:
    """Leave out the curricula of classes that the viewer cannot see: nothing may show that they have changed."""
    if _CURRICULUM not in changes:
        return changes
    others = {subject: keys for subject, keys in changes.items() if subject != _CURRICULUM}
    codes = {key: key.partition("/")[0] for key in changes[_CURRICULUM]}
    visible = await info.context.loaders.classes.get_many(codes.values())
    kept = [key for key, code in codes.items() if code in visible]
    return {**others, _CURRICULUM: kept} if kept else others


async def page_of_recorded(
    sync: ListSync,
    rows: QuerySet[Any, T],
    request: PageRequest,
    subject: HistorySubject,
    *,
    also_changed: Q | None = None,
    visible: QuerySet[Any, T] | None = None,
) -> Page[T]:
    """Return a page of a list, or of its changes. The history contains all changes of the list.

    ``rows``: the rows that the arguments select and the viewer can see. ``also_changed``: condition for further rows that
    changed, besides rows of ``subject``. ``visible``: all rows that the viewer can see; None if everyone sees all.
    """
    loaders = sync.info.context.loaders
    if sync.known is None:
        page = await page_of_table(loaders, rows, request)
        return page.with_sync(sync.page_sync())
    keys = sync.keys(subject)

    async def removed() -> list[int]:
        """Return the changed rows that the arguments no longer select, except rows that the viewer cannot see."""
        if not keys:
            return []
        kept = await loaders.call(lambda: _keys(rows, keys))
        seen = set(keys) if visible is None else await loaders.call(lambda: _keys(visible, keys))
        return sorted(seen - kept)

    found = rows
    if sync.same_viewer and not sync.shows_changes_of_all(
        except_for=None if also_changed is None else Fact.LEVEL
    ):
        found = rows.filter(Q(pk__key_in=keys) | (also_changed or Q()))
    page = await page_of_table(loaders, found, request)
    return page.with_sync(sync.page_sync(removed=removed))


def _keys(rows: QuerySet[Any, Any], keys: Collection[int]) -> set[int]:
    return set(rows.filter(pk__key_in=keys).order_by().values_list("pk", flat=True))


async def page_of_marked(
    sync: ListSync,
    items: Mapping[str, T],
    entries: ListEntries,
    request: PageRequest,
    all_keys: Callable[[], Awaitable[Collection[str]]],
    marked: Fact = Fact.LISTED,
) -> Page[T]:
    """Return a page of a list, or of its changes. A token has marks of all items.

    ``items`` are in the order of the list. ``all_keys`` reads all keys that the list can have contained. ``marked``: the
    fact of which the marks show the changes.
    """
    known = sync.known
    if known is None or known.copy is None:
        return page_of_list(list(items.values()), request).with_sync(sync.page_sync(entries))
    try:
        earlier = entries.earlier(known.copy)
    except UnknownKeyError:
        earlier = entries.earlier(known.copy, await all_keys())
    if earlier is None:
        reason = _("Too many items have changed since this sync token was issued.")
        raise expired(reason, known.list)
    returns_all = not sync.same_viewer or sync.shows_changes_of_all(except_for=marked)
    changed = [
        item
        for key, item in items.items()
        if returns_all or not earlier.is_same(key, entries.values[key])
    ]
    removed = _gone(earlier, entries)
    return page_of_list(changed, request).with_sync(sync.page_sync(entries, removed))


def _gone(earlier: Earlier, entries: ListEntries) -> Callable[[], Awaitable[list[str]]]:
    async def removed() -> list[str]:
        return sorted(earlier.values.keys() - entries.values.keys())

    return removed
