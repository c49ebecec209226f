"""Links with which a person sets the password of an account."""

from __future__ import annotations

import datetime
from enum import StrEnum


class LinkPurpose(StrEnum):
    """Reason of a link: a new account without a password, or a forgotten password."""

    INVITATION = "INVITATION"
    RESET = "RESET"


LINK_LIFETIMES = {
    LinkPurpose.INVITATION: datetime.timedelta(days=7),
    LinkPurpose.RESET: datetime.timedelta(days=1),
}
