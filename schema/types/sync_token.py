"""What a client sends to be told only what has changed: what it has, and how far it saw the history."""

from __future__ import annotations

import datetime
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from django.conf import settings
from django.core import signing

from loaders.visible_classes import VisibleClass
from primepath.domain.errors import BadUserInputError
from primepath.domain.viewer import Viewer
from primepath.models.history_position import HistoryPosition

# With another format comes another number here, so that tokens of this one are no longer read.
_SALT = "schema.types.sync_token/2"
MAX_LENGTH = 100_000
"""Twice what 1,000 classes take, whatever their codes. A longer text is not looked at."""
_FINGERPRINT_BYTES = 6


def unusable(why: str) -> BadUserInputError:
    """The error for a token that says nothing, and what to do about it."""
    return BadUserInputError(
        f"{why} Start again: send the query without changesAfter, and keep the syncToken of its answer."
    )


class ClassFingerprint(NamedTuple):
    """What a client has of a class, in short: ``access`` is another where anything that depends on the viewer may be, and
    ``row`` where anything is that the row shows beside its cells.
    """

    access: str
    row: str

    @classmethod
    def of(cls, visible: VisibleClass, viewer: Viewer) -> ClassFingerprint:
        return cls(
            access=_fingerprint(viewer.user_id, viewer.is_administrator, visible.access_level),
            row=_fingerprint(
                *(visible.name, visible.division, visible.grade, visible.section, visible.stream),
                visible.curriculum_version,
            ),
        )


def _fingerprint(*values: object) -> str:
    digest = blake2b(repr(list(map(str, values))).encode(), digest_size=_FINGERPRINT_BYTES)
    return urlsafe_b64encode(digest.digest()).decode()


class SyncToken(NamedTuple):
    """The classes of an answer, by code, for an academic year; and the position in the history up to which it is complete.

    Whose answer it was only the marks tell: what the viewer may see is decided anew with each request.
    """

    academic_year: int
    position: HistoryPosition
    classes: Mapping[str, ClassFingerprint]

    @classmethod
    def of(
        cls,
        academic_year: int,
        position: HistoryPosition,
        classes: Iterable[VisibleClass],
        viewer: Viewer,
    ) -> SyncToken:
        marks = {visible.code: ClassFingerprint.of(visible, viewer) for visible in classes}
        return cls(academic_year, position, marks)

    def __str__(self) -> str:
        """As clients keep it: signed, so that what comes back is what was given out."""
        entry_id, entry_at, *transactions = self.position
        position = (entry_id, entry_at and entry_at.isoformat(), *transactions)
        content = (self.academic_year, position, self.classes)
        return signing.dumps(content, salt=_SALT, compress=True)

    @classmethod
    def parse(cls, text: str, academic_year: int) -> SyncToken:
        """The token for this year. Raises `BadUserInputError` for a text that is none, or not any longer."""
        days = settings.SYNC_TOKEN_DAYS
        if len(text) > MAX_LENGTH or not text.isascii():
            raise unusable("changesAfter is not a syncToken of this API.")
        try:
            year, (entry_id, entry_at, *transactions), classes = signing.loads(
                text, salt=_SALT, max_age=datetime.timedelta(days=days)
            )
        except signing.SignatureExpired:
            raise unusable(f"This syncToken is older than {days} days.") from None
        except signing.BadSignature:
            raise unusable("changesAfter is not a syncToken of this API.") from None
        if year != academic_year:
            raise unusable(f"This syncToken is one of {year}, not of {academic_year}.")
        at = entry_at and datetime.datetime.fromisoformat(entry_at)
        marks = {code: ClassFingerprint(*mark) for code, mark in classes.items()}
        return cls(year, HistoryPosition(entry_id, at, *transactions), marks)
