"""The log of sign-ins: one line and one count for each attempt, in every form and mutation."""

from __future__ import annotations

import logging
from enum import StrEnum

from prometheus_client import Counter

# Usernames have at most 150 characters. What people type can be longer.
_MAX_LENGTH = 150

SIGN_INS = Counter(
    "primepath_sign_ins_total",
    "Attempts to enter a password: succeeded, failed, or refused without checking it.",
    ["outcome"],
)

logger = logging.getLogger("primepath.sign_in")


class Outcome(StrEnum):
    """The outcome of an attempt."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    """Too many attempts had failed, so the password was not checked."""


_sign_ins = {outcome: SIGN_INS.labels(outcome) for outcome in Outcome}


def log_sign_in(username: str, address: str, outcome: Outcome) -> None:
    """Write the line. ``repr`` escapes line breaks and control characters, so that a client cannot forge a line."""
    _sign_ins[outcome].inc()
    level = logging.INFO if outcome is Outcome.SUCCEEDED else logging.WARNING
    logger.log(
        level, "Sign-in of %r from %s %s", username[:_MAX_LENGTH], address or "-", outcome.value
    )
