"""Sync tokens: the state a client has, and the position in the history up to which it is complete."""

from __future__ import annotations

import datetime
import re
from enum import IntEnum
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from primepath.domain.errors import BadUserInputError, SyncTokenExpiredError
from primepath.domain.viewer import Viewer
from primepath.models.history_position import HistoryPosition
from primepath.server.answer_life import end_answer_at
from schema.types.sync_marks import CopyMark

# Increase the number when the format changes, so that tokens in the old format are rejected.
_SALT = "schema.types.sync_token/4"
TOKEN_LENGTH = 300
"""Maximum number of characters of a token."""
MAX_LENGTH = 100_000
"""Tokens of earlier versions had up to half as many characters. Longer texts are rejected without parsing."""

# Content, time and signature, as `django.core.signing.dumps` joins them.
_SIGNED_TEXT = re.compile(r"\.?[\w-]+:[\w-]+:[\w-]+", re.ASCII)
# The list, the year, its arguments, the viewer, and the parts of the position.
_HEAD = Struct(">BH4s4sQqQQQ8s")
_DIGEST_BYTES = 4
_NO_ARGUMENTS = bytes(_DIGEST_BYTES)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)
_NO_TIME = -(2**63)


class SyncedList(IntEnum):
    """Lists with sync tokens, and the events of live updates. The numbers are part of the tokens."""

    MATRIX = 0
    EXAMS = 1
    CLASS_DIRECTORY = 2
    ASSIGNMENTS = 3
    ACCESS_REQUESTS = 4
    EVENTS = 5


def viewer_mark(viewer: Viewer) -> bytes:
    """Return a short mark that changes if fields that depend on the viewer can change."""
    return _short_digest(viewer.user_id, viewer.teacher_id, viewer.is_administrator)


def arguments_mark(*arguments: object) -> bytes:
    """Return a short mark of the arguments that select the items of a list."""
    return _short_digest(*arguments)


def _short_digest(*values: object) -> bytes:
    return blake2b(repr(values).encode(), digest_size=_DIGEST_BYTES).digest()


def _signed_at(text: str) -> datetime.datetime:
    """Return the time at which a valid token was made. It is between the content and the signature."""
    seconds = signing.b62_decode(text.split(":")[-2])
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def expired(reason: str, which: SyncedList = SyncedList.MATRIX) -> SyncTokenExpiredError:
    """Return the error for a token that was valid."""
    return SyncTokenExpiredError(_explain(reason, which))


def _invalid(reason: str, which: SyncedList) -> BadUserInputError:
    """Return the error for a token that the client should not have sent."""
    return BadUserInputError(_explain(reason, which))


def _explain(reason: str, which: SyncedList) -> str:
    if which is SyncedList.EVENTS:
        template = _("{reason} Load the matrix again, and subscribe with its `syncToken`.")
    elif which is SyncedList.MATRIX:
        template = _(
            "{reason} Repeat the query without `changesAfter` to get the full matrix and a new `syncToken`."
        )
    else:
        template = _(
            "{reason} Repeat the query without `changesAfter` to get the full list and a new `syncToken`."
        )
    return template.format(reason=reason)


class _Packed:
    """Serializer of `django.core.signing` for content that is bytes already."""

    def dumps(self, content: bytes) -> bytes:
        return content

    def loads(self, data: bytes) -> bytes:
        return data


class SyncToken(NamedTuple):
    """Describes a client's copy of a list: of the matrix of an academic year, or of another list with its arguments.

    ``position``: the position in the history up to which the copy is complete. ``viewer`` and ``arguments``: see
    `viewer_mark` and `arguments_mark`. ``copy``: marks of the items. None if the history shows all changes of the list.

    The length does not depend on the number of items. The token grants no access. Each request checks again which
    items the viewer can see; the marks only show whether that has changed.
    """

    academic_year: int
    position: HistoryPosition
    viewer: bytes
    copy: CopyMark | None
    list: SyncedList = SyncedList.MATRIX
    arguments: bytes = _NO_ARGUMENTS

    def __str__(self) -> str:
        """Return the signed text that clients store. The signature prevents changes."""
        entry_id, entry_at, open_from, own, end, server = self.position
        at = _NO_TIME if entry_at is None else (entry_at - _EPOCH) // _MICROSECOND
        position = (entry_id, at, open_from, own, end, server.encode())
        source = (self.list, self.academic_year, self.arguments, self.viewer)
        copy = b"" if self.copy is None else self.copy.to_bytes()
        content = _HEAD.pack(*source, *position) + copy
        return signing.dumps(content, salt=_SALT, serializer=_Packed)

    @classmethod
    def parse(cls, text: str, academic_year: int) -> SyncToken:
        """Return the token of the matrix of this year.

        Raise `BadUserInputError` if it is of another year or list, or no token. Raise `SyncTokenExpiredError` if it is too
        old, or if its signature is wrong. It may come from an older version of PrimePath, or from before a change of
        SECRET_KEY.
        """
        return cls._of_year(text, academic_year, SyncedList.MATRIX)

    @classmethod
    def parse_position(cls, text: str, academic_year: int) -> tuple[SyncToken, datetime.datetime]:
        """Return the token of an event or of the matrix of this year, and a time before its data was read. Raise the errors of `parse`."""
        token = cls._of_year(text, academic_year, SyncedList.EVENTS, SyncedList.MATRIX)
        # The operation signs the token after it has read the data.
        return token, _signed_at(text) - datetime.timedelta(seconds=settings.OPERATION_SECONDS)

    @classmethod
    def parse_of_list(cls, text: str, which: SyncedList, arguments: bytes) -> SyncToken:
        """Return the token of a list with these arguments. Raise the errors of `parse`."""
        token = cls._of_list(text, which)
        if token.arguments != arguments:
            reason = _("This sync token is for other arguments of the list.")
            raise _invalid(reason, which)
        return token

    @classmethod
    def _of_year(cls, text: str, academic_year: int, *lists: SyncedList) -> SyncToken:
        token = cls._of_list(text, *lists)
        if token.academic_year != academic_year:
            template = _("This sync token is for {year}, not for {requested_year}.")
            reason = template.format(year=token.academic_year, requested_year=academic_year)
            raise _invalid(reason, lists[0])
        return token

    @classmethod
    def _of_list(cls, text: str, which: SyncedList, *others: SyncedList) -> SyncToken:
        """Return the token of one of these lists. Messages are for the first one."""
        days = settings.SYNC_TOKEN_DAYS
        if len(text) > MAX_LENGTH or not _SIGNED_TEXT.fullmatch(text):
            argument = "after" if which is SyncedList.EVENTS else "changesAfter"
            template = _("`{argument}` is not a valid sync token.")
            raise _invalid(template.format(argument=argument), which)
        try:
            content: bytes = signing.loads(
                text, salt=_SALT, serializer=_Packed, max_age=datetime.timedelta(days=days)
            )
        except signing.SignatureExpired:
            template = _("This sync token is older than {days} days.")
            raise expired(template.format(days=days), which) from None
        except signing.BadSignature:
            reason = _("This sync token is no longer valid on this server.")
            raise expired(reason, which) from None
        end_answer_at(_signed_at(text) + datetime.timedelta(days=days))
        token = cls._unpack(content)
        if token.list not in {which, *others}:
            raise _invalid(_("This sync token is of another list."), which)
        return token

    @classmethod
    def _unpack(cls, content: bytes) -> SyncToken:
        head, copy = content[: _HEAD.size], content[_HEAD.size :]
        which, year, arguments, viewer, entry_id, at, open_from, own, end, server = _HEAD.unpack(
            head
        )
        entry_at = None if at == _NO_TIME else _EPOCH + at * _MICROSECOND
        place = server.rstrip(b"\0").decode()
        position = HistoryPosition(entry_id, entry_at, open_from, own, end, place)
        mark = CopyMark.from_bytes(copy) if copy else None
        return cls(year, position, viewer, mark, SyncedList(which), arguments)
