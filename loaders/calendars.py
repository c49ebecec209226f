"""Calendar feeds."""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter

from loaders.dispatch import Stage
from loaders.generic import GroupLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.models import CalendarFeed


class CalendarLoaders(LoaderGroup):
    """The calendar feeds of the viewer that are not revoked. A viewer sees only their own."""

    @cached_property
    def calendar_feed_by_id(self) -> RowLoader[int, CalendarFeed]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: CalendarFeed.objects.filter(
                pk__key_in=ids, user=self._viewer.user_id, revoked_at=None
            ),
            attrgetter("pk"),
        )

    @cached_property
    def calendar_feeds_by_user(self) -> GroupLoader[int, CalendarFeed]:
        """Feeds of the viewer, oldest first. Other users have none here."""
        return GroupLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: (
                CalendarFeed.objects.filter(user__key_in=ids, revoked_at=None)
                .filter(user=self._viewer.user_id)
                .order_by("created_at", "pk")
            ),
            attrgetter("user_id"),
        )
