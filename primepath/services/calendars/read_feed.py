"""Find the feed of an address, and note that it was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from primepath.domain.viewer import Viewer
from primepath.models import CalendarFeed
from primepath.services.accounts.viewers import ACCOUNT_COLUMNS, viewer_of_account
from primepath.services.address_secrets import digest_of
from primepath.services.last_use import LastUse

_uses = LastUse(CalendarFeed)


class Feed(NamedTuple):
    """A feed and its owner, with the access that the owner has now."""

    id: int
    name: str
    class_codes: Sequence[str] | None
    duties: bool
    viewer: Viewer
    last_used_at: datetime | None


def find_feed(secret: str) -> Feed | None:
    """Return the feed with this secret in its address, in one query.

    None if no feed has this secret, it was revoked, or its owner cannot sign in.
    """
    columns = ("pk", "name", "class_codes", "duties", "last_used_at")
    rows = CalendarFeed.objects.filter(digest=digest_of(secret), revoked_at=None).values_list(
        *columns, *(f"user__{name}" for name in ACCOUNT_COLUMNS)
    )
    for id, name, class_codes, duties, last_used_at, *account in rows:
        viewer = viewer_of_account(*account)
        if viewer is not None:
            return Feed(id, name, class_codes, duties, viewer, last_used_at)
    return None


def note_use(feed: Feed) -> None:
    """Note that the feed was read."""
    _uses.note(feed.id, feed.last_used_at)
