"""Positions of live updates: up to where a client has all changes."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from primepath.domain.errors import BadUserInputError, SyncTokenExpiredError
from primepath.models.history_position import HistoryPosition

# Increase the number when the format changes.
_SALT = "schema.types.event_position/1"


class EventPosition(NamedTuple):
    """A position in the history, and the time at which it was taken. It grants no access."""

    academic_year: int
    history: HistoryPosition
    at: datetime.datetime

    def __str__(self) -> str:
        entry_id, entry_at, *server = self.history
        history = (entry_id, entry_at and entry_at.isoformat(), *server)
        return signing.dumps((self.academic_year, history, self.at.timestamp()), salt=_SALT)

    @classmethod
    def parse(cls, text: str, academic_year: int) -> EventPosition | None:
        """Return the position, or None if the text is no position.

        Raises `SyncTokenExpiredError` if it is too old, and `BadUserInputError` if it is of another year.
        """
        days = settings.SYNC_TOKEN_DAYS
        try:
            year, (entry_id, entry_at, *server), seconds = signing.loads(
                text, salt=_SALT, max_age=datetime.timedelta(days=days)
            )
        except signing.SignatureExpired:
            template = _("This position is older than {days} days. Load the matrix again.")
            raise SyncTokenExpiredError(template.format(days=days)) from None
        except signing.BadSignature:
            return None
        if year != academic_year:
            template = _("This position is of {year}, not of {requested_year}.")
            raise BadUserInputError(template.format(year=year, requested_year=academic_year))
        at = entry_at and datetime.datetime.fromisoformat(entry_at)
        history = HistoryPosition(entry_id, at, *server)
        return cls(year, history, datetime.datetime.fromtimestamp(seconds, datetime.UTC))
