"""Subscription to changes of the schedule."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import strawberry
from django.conf import settings
from django.utils import timezone

from loaders.changed_rows import ChangedRows
from loaders.registry import Loaders
from loaders.teachers import EndOfAccess
from primepath.domain.viewer import Viewer
from primepath.school import planned_year
from schema.context import Info
from schema.limits import check_list
from schema.types.arguments import AcademicYear
from schema.types.class_entries import earlier_entries, entries_of
from schema.types.schedule_change import Change, ScheduleChange
from schema.types.sync_marks import Earlier, ListEntries
from schema.types.sync_token import SyncedList, SyncToken, viewer_mark

# With more cells, loading the matrix again costs less.
_MOST_CELLS = 1_000


class Followed(NamedTuple):
    """The state of a listener: it has all changes up to ``where``, which was made ``at`` a time, or later.

    ``classes``: its classes. None for a client that connects again. The token of a matrix contains a mark, from which they can be
    computed; the position of an event does not.
    """

    where: SyncToken
    at: datetime.datetime
    classes: ListEntries | None = None


@dataclass(slots=True)
class Cursor:
    """The root value of an evaluation. The evaluation sets ``after`` and all that follows.

    ``before`` is None at the beginning. ``last_event_id``: the header of a client that connects again. ``resync``: report that everything can
    have changed.

    ``change`` is None if nothing has changed. ``is_found``: `find_change` was called before the evaluation, which then returns the change.
    ``look_again_at``: the next time at which access of the viewer expires.
    """

    before: Followed | None = None
    last_event_id: str | None = None
    resync: bool = False
    after: Followed | None = None
    change: Change | None = None
    is_found: bool = False
    academic_year: int = 0
    class_codes: frozenset[str] | None = None
    look_again_at: datetime.datetime | None = None


@strawberry.type(
    description=(
        "Live updates, over GraphQL over SSE: POST or GET with `Accept: text/event-stream`, one connection for each subscription."
    )
)
class Subscription:
    @strawberry.field(
        graphql_type=ScheduleChange | None,
        description=(
            "Reports changes of cells, classes and your access, from now on or after a position. Each event respects your current "
            "access. The stream ends when your token or session does."
        ),
    )
    async def schedule_changed(
        self,
        info: Info,
        academic_year: AcademicYear = None,
        class_codes: Annotated[
            list[str] | None,
            strawberry.argument(
                description=f"Classes to follow. Defaults to all classes you can see. Maximum: {settings.MAX_LIST_LENGTH:,}."
            ),
        ] = None,
        after: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "A `syncToken` of the matrix, or the `position` of an event. Changes since then are sent first, so that nothing is "
                    "missed in between. The header `Last-Event-ID` has priority."
                )
            ),
        ] = None,
    ) -> Change | None:
        root: Any = info.root_value
        cursor = root if isinstance(root, Cursor) else Cursor()
        if cursor.is_found:
            return cursor.change
        viewer = info.context.require_viewer()
        year = planned_year(academic_year)
        check_list("classCodes", class_codes or ())
        before = cursor.before
        given = cursor.last_event_id or after
        if before is None and given is not None:
            before = Followed(*SyncToken.parse_position(given, year))
        cursor.academic_year = year
        cursor.class_codes = None if class_codes is None else frozenset(class_codes)
        await find_change(cursor, before, info.context.loaders, viewer)
        return cursor.change


async def find_change(
    cursor: Cursor, before: Followed | None, loaders: Loaders, viewer: Viewer
) -> None:
    """Find what has changed since ``before``, for the year and the classes of the cursor. Set all else that an evaluation sets."""
    year = cursor.academic_year
    position = loaders.changes.position()
    # Access that expires between this time and the read is looked at again.
    now = timezone.now()
    classes = await loaders.classes.all_of(cursor.class_codes)
    where = SyncToken(year, await position, viewer_mark(viewer), None, SyncedList.EVENTS)
    entries = entries_of(classes)
    cursor.after = Followed(where, now, entries)
    ends = await _ends_of_access(loaders, viewer)
    later = (each.at for each in ends if each.is_taught and each.at > now)
    cursor.look_again_at = min(later, default=None)
    if cursor.resync:
        cursor.change = Change(where, resync=True)
    elif before is not None:
        ended = [each for each in ends if before.at < each.at <= now]
        update = _Update(loaders, viewer, before, where, entries, ended, cursor.class_codes)
        cursor.change = await update.change()


async def _ends_of_access(loaders: Loaders, viewer: Viewer) -> Sequence[EndOfAccess]:
    if viewer.teacher_id is None or viewer.is_administrator:
        return ()
    return await loaders.ends_of_access_by_teacher.load(viewer.teacher_id)


@dataclass(frozen=True, slots=True)
class _Update:
    """A listener and what it gets to know: it has the state ``before``, and follows the classes ``class_codes`` or all.

    ``entries`` are the followed classes that the viewer can see now, in the state ``where``. ``ended``: access of the viewer that has
    expired since ``before``.
    """

    loaders: Loaders
    viewer: Viewer
    before: Followed
    where: SyncToken
    entries: ListEntries
    ended: Collection[EndOfAccess]
    class_codes: Collection[str] | None

    async def change(self) -> Change | None:
        """Return what has changed."""
        known, where = self.before.where, self.where
        found = await self.loaders.changes.since(known.position)
        everything = Change(where, resync=True)
        if found is None or found.teachers or known.viewer != where.viewer:
            return everything
        rows = await self.loaders.changes.rows_since(known.position, found)
        if self.viewer.user_id in rows.accounts:
            # Perhaps the viewer was staff for a moment, and the client loaded all classes.
            return everything
        access = await self._changed_access(rows)
        if access is None:
            return everything
        classes = self.entries.values
        codes = rows.of(self.viewer, classes) | access
        if self.class_codes is not None:
            codes.intersection_update(self.class_codes)
        keys = tuple(
            key
            for key in found.keys
            if key.academic_year == where.academic_year and key.class_code in classes
        )
        if len(keys) > _MOST_CELLS:
            return everything
        return Change(where, keys, tuple(sorted(codes))) if keys or codes else None

    async def _changed_access(self, rows: ChangedRows) -> set[str] | None:
        """Return the codes of the classes that the viewer can see differently. None if these can be all.

        Access that began and ended meanwhile counts too: the client can have loaded the class.
        """
        changed = set(rows.access_of(self.viewer))
        changed.update(
            each.class_code
            for each in self.ended
            if each.is_taught or each.class_code in rows.closed
        )
        classes = self.before.classes
        earlier = None if classes is None else Earlier(classes.values)
        if (copy := self.before.where.copy) is not None:
            earlier = await earlier_entries(self.loaders, copy, self.entries, self.class_codes)
            if earlier is None or not earlier.knows_details:
                return None
        if earlier is not None:
            differences = earlier.values.items() ^ self.entries.values.items()
            return changed.union(code for code, _ in differences)
        return None if changed else set()
