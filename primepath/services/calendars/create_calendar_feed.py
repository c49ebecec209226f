"""Create a calendar feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.cell import is_class_code
from primepath.domain.errors import UserErrorCode
from primepath.domain.viewer import Viewer
from primepath.models import CalendarFeed, SchoolClass
from primepath.services.address_secrets import derive_again, derived_secret, digest_of
from primepath.services.rows import max_length
from primepath.services.validation import ValidationErrors, shown_code

MAX_NAME_LENGTH = max_length(CalendarFeed, "name")
MAX_FEEDS = 50
_PURPOSE = "calendar_feed"


@transaction.atomic
def create_calendar_feed(
    *,
    viewer: Viewer,
    name: str,
    class_codes: Sequence[str] | None = None,
    duties: bool = False,
) -> tuple[str, CalendarFeed]:
    """Create a feed of the viewer. Return its secret, which is shown only once, and the stored row.

    ``class_codes`` is None for all classes that the viewer can see whenever the feed is read.

    Error codes: ``BLANK``, ``TOO_LONG``, ``INVALID_CHARACTERS``, ``NOT_FOUND`` for a class that the viewer cannot see, and
    ``OUT_OF_RANGE`` if the viewer has too many feeds.
    """
    errors = ValidationErrors()
    errors.check_text(name, "name", limit=MAX_NAME_LENGTH, required=True)
    if class_codes is not None:
        _check_classes(viewer, class_codes, errors)
    existing = CalendarFeed.objects.filter(user=viewer.user_id, revoked_at=None).count()
    if existing >= MAX_FEEDS:
        template = _("You have {count} calendar feeds, which is the limit. Revoke one first.")
        errors.add(UserErrorCode.OUT_OF_RANGE, template, count=existing)
    errors.raise_if_any()
    now = timezone.now()
    secret = derived_secret(_PURPOSE, viewer.account_id, now.isoformat())
    feed = CalendarFeed.objects.create(
        user_id=viewer.account_id,
        name=name,
        class_codes=None if class_codes is None else list(dict.fromkeys(class_codes)),
        duties=duties,
        digest=digest_of(secret),
        created_at=now,
    )
    return secret, feed


def secret_of(feed: CalendarFeed) -> str | None:
    """Return the secret of a new feed once more, for a retry. None if it is revoked, or if SECRET_KEY has changed."""
    if feed.revoked_at is not None:
        return None
    created_at = feed.created_at.astimezone(UTC).isoformat()
    return derive_again(_PURPOSE, feed.user_id, created_at, digest=feed.digest)


def _check_classes(viewer: Viewer, class_codes: Sequence[str], errors: ValidationErrors) -> None:
    if not class_codes:
        errors.add(UserErrorCode.BLANK, _("{field} must name a class."), "class_codes")
    possible = sorted({code for code in class_codes if is_class_code(code)})
    classes = SchoolClass.objects.filter(code__key_in=possible)
    visible = set(classes.visible_to(viewer).values_list("code", flat=True))
    for position, code in enumerate(class_codes):
        if code not in visible:
            template = _("Class {code} does not exist or you do not have access to it.")
            shown = shown_code(code)
            errors.add(UserErrorCode.NOT_FOUND, template, "class_codes", position, code=shown)
