"""Sync tokens: the state a client has, and the position in the history up to which it is complete."""

from __future__ import annotations

import datetime
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from loaders.visible_classes import VisibleClass
from primepath.domain.errors import BadUserInputError, SyncTokenExpiredError
from primepath.domain.viewer import Viewer
from primepath.models.history_position import HistoryPosition
from primepath.server.answer_life import end_answer_at

# Increase the number when the format changes, so that tokens in the old format are rejected.
_SALT = "schema.types.sync_token/3"
MAX_LENGTH = 100_000
"""Twice the length for 1,000 classes with codes of any length. Longer texts are rejected without parsing."""
_FINGERPRINT_BYTES = 6


# Content, time and signature, as `django.core.signing.dumps` joins them.
_SIGNED_TEXT = re.compile(r"\.?[\w-]+:[\w-]+:[\w-]+", re.ASCII)


def _signed_at(text: str) -> datetime.datetime:
    """Return the time at which a valid token was made. It is between the content and the signature."""
    seconds = signing.b62_decode(text.split(":")[-2])
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def expired(reason: str) -> SyncTokenExpiredError:
    """Return the error for a token that was valid."""
    return SyncTokenExpiredError(_explain(reason))


def _invalid(reason: str) -> BadUserInputError:
    """Return the error for a token that the client should not have sent."""
    return BadUserInputError(_explain(reason))


def _explain(reason: str) -> str:
    template = _(
        "{reason} Repeat the query without `changesAfter` to get the full matrix and a new `syncToken`."
    )
    return template.format(reason=reason)


class ClassFingerprint(NamedTuple):
    """Fingerprint of the client's copy of a class.

    ``access`` changes if fields that depend on the viewer can change. ``row`` changes if other fields of the row change,
    except its cells.
    """

    access: str
    row: str

    @classmethod
    def of(cls, visible: VisibleClass, viewer: Viewer) -> ClassFingerprint:
        return cls(
            access=_fingerprint(viewer.user_id, viewer.is_administrator, visible.access_level),
            row=_fingerprint(
                *(visible.name, visible.division, visible.grade, visible.section, visible.stream),
                *(visible.lesson_days, visible.curriculum_version),
            ),
        )


def _fingerprint(*values: object) -> str:
    digest = blake2b(repr(list(map(str, values))).encode(), digest_size=_FINGERPRINT_BYTES)
    return urlsafe_b64encode(digest.digest()).decode()


class SyncToken(NamedTuple):
    """The classes of a response, by code, in an academic year; and the position in the history up to which it is complete.

    The token grants no access. Each request checks again which classes the viewer can see; the fingerprints only show
    whether that has changed.
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
        """Return the signed text that clients store. The signature prevents changes."""
        entry_id, entry_at, *server = self.position
        position = (entry_id, entry_at and entry_at.isoformat(), *server)
        content = (self.academic_year, position, self.classes)
        return signing.dumps(content, salt=_SALT, compress=True)

    @classmethod
    def parse(cls, text: str, academic_year: int) -> SyncToken:
        """Return the token for this year.

        Raise `BadUserInputError` if it is of another year or no token, and `SyncTokenExpiredError` if it is too old, or
        if its signature is wrong. It may come from an older version of PrimePath, or from before a change of SECRET_KEY.
        """
        days = settings.SYNC_TOKEN_DAYS
        if len(text) > MAX_LENGTH or not _SIGNED_TEXT.fullmatch(text):
            raise _invalid(_("`changesAfter` is not a valid sync token."))
        try:
            year, (entry_id, entry_at, *server), classes = signing.loads(
                text, salt=_SALT, max_age=datetime.timedelta(days=days)
            )
        except signing.SignatureExpired:
            template = _("This sync token is older than {days} days.")
            raise expired(template.format(days=days)) from None
        except signing.BadSignature:
            raise expired(_("This sync token is no longer valid on this server.")) from None
        end_answer_at(_signed_at(text) + datetime.timedelta(days=days))
        if year != academic_year:
            template = _("This sync token is for {year}, not for {requested_year}.")
            raise _invalid(template.format(year=year, requested_year=academic_year))
        at = entry_at and datetime.datetime.fromisoformat(entry_at)
        marks = {code: ClassFingerprint(*mark) for code, mark in classes.items()}
        return cls(year, HistoryPosition(entry_id, at, *server), marks)
