"""Find the feed of an address, and note that it was read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from primepath.domain.viewer import Viewer
from primepath.models import CalendarFeed
from primepath.services.accounts.viewers import ACCOUNT_COLUMNS, viewer_of_account
from primepath.services.address_secrets import digest_of

logger = logging.getLogger("primepath.calendars")

_ACCURACY = timedelta(hours=1)
_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="calendar-feeds")
_lock = threading.Lock()
_pending: set[int] = set()


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
    """Note that the feed was read, unless that was noted within the last hour.

    A thread writes it later. So reading a feed never waits for a lock, and works while the database accepts no changes.
    """
    now = timezone.now()
    if feed.last_used_at is not None and feed.last_used_at > now - _ACCURACY:
        return
    with _lock:
        if feed.id in _pending:
            return
        _pending.add(feed.id)
    _writer.submit(_write_use, feed.id, now)


def wait_for_notes() -> None:
    """Wait until everything that was noted is written. For tests."""
    _writer.submit(lambda: None).result()


def _write_use(feed_id: int, now: datetime) -> None:
    try:
        feeds = CalendarFeed.objects.filter(pk=feed_id)
        feeds.filter(Q(last_used_at=None) | Q(last_used_at__lt=now)).update(last_used_at=now)
    except Exception:
        # The next reader notes it again.
        logger.warning("The use of calendar feed %s could not be noted.", feed_id, exc_info=True)
    finally:
        connections.close_all()
        with _lock:
            _pending.discard(feed_id)
