"""Keys of warnings: one that clients see, and one that the acceptance of a warning is stored under."""

from __future__ import annotations

import datetime
import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from django.utils.crypto import salted_hmac

from primepath.domain.clashes import ScheduleWarning, WarningCode
from primepath.domain.room import fold_room

_DIGEST_BYTES = 9
_FACTS_LENGTH = 32
_KEY = re.compile(
    rf"({'|'.join(WarningCode)})/([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{4}})/[\w-]{{12}}",
    re.ASCII,
)


class WarningKey(NamedTuple):
    """A key that clients see. A warning has another one when its code, date or cells are others.

    ``text`` ends with a digest of the cells that needs the server's secret, so that clients cannot guess hidden cells.
    ``date`` is None for warnings about cells without a date.
    """

    text: str
    date: datetime.date | None
    academic_year: int

    @classmethod
    def parse(cls, text: str) -> WarningKey | None:
        """Return the key with this text, or None if no warning can have it."""
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        _code, day = match.groups()
        try:
            date = datetime.date.fromisoformat(day) if "-" in day else None
        except ValueError:
            return None
        return cls(text, date, int(day[:4]))


def warning_key(warning: ScheduleWarning) -> str:
    """Return the text of the key of a warning."""
    day = str(warning.date or warning.sittings[0].academic_year)
    ids = json.dumps([each.id for each in warning.sittings])
    digest = salted_hmac("primepath.warning", f"{warning.code}{day}{ids}", algorithm="sha256")
    text = urlsafe_b64encode(digest.digest()[:_DIGEST_BYTES]).decode()
    return f"{warning.code}/{day}/{text}"


def warning_facts(warning: ScheduleWarning) -> str:
    """Return a digest of a warning and of what its cells were when it was found. It is not secret and never published."""
    cells = [
        (each.id, each.date, each.start, each.end, fold_room(each.room), each.invigilator_id)
        for each in warning.sittings
    ]
    text = json.dumps([warning.code, warning.date, cells], default=str)
    return sha256(text.encode()).hexdigest()[:_FACTS_LENGTH]
