"""Revoke a calendar feed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import CalendarFeed
from primepath.services.validation import ValidationErrors


@transaction.atomic
def revoke_calendar_feed(
    *, viewer: Viewer, feed_id: int | None, parse_errors: Iterable[InputError] = ()
) -> CalendarFeed:
    """Let the address of a feed of the viewer stop working. Return the feed. Repeating this changes nothing.

    Error code: ``NOT_FOUND`` if the viewer has no such feed.
    """
    parse_errors = list(parse_errors)
    errors = ValidationErrors(parse_errors)
    feeds = CalendarFeed.objects.select_for_update(no_key=True)
    feed = feeds.filter(pk=feed_id, user=viewer.user_id).first() if feed_id else None
    if feed is None and not parse_errors:
        errors.add(UserErrorCode.NOT_FOUND, _("This calendar feed does not exist."), "feed_id")
    errors.raise_if_any()
    assert feed is not None
    if feed.revoked_at is None:
        feed.revoked_at = timezone.now()
        feed.save(update_fields=["revoked_at"])
    return feed
