"""The order of the time limits: each ends before the one around it, so that the error names the real cause.

A wait for a lock ends before its statement, a statement before its operation, and an operation before the proxy's limit.
Otherwise the proxy responds *504 Gateway Time-out* while the server still works on the request.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

# A wait for a row ends well before a statement does. The error then names the cause, and a connection of the pool is free
# again. A usual transaction keeps its locks for some hundredths of a second.
_LOCK_SHARE = 0.4


def lock_seconds() -> float:
    """Return how many seconds a statement can wait for a lock. As a share of the statement's time, it always ends before."""
    return settings.STATEMENT_SECONDS * _LOCK_SHARE


def longest_request() -> int:
    """Return how many seconds a request can take at most, after its body has arrived.

    The last statement of an operation, and the last one of a payload, can begin just before their time is over.
    """
    return settings.OPERATION_SECONDS + settings.PAYLOAD_SECONDS + settings.STATEMENT_SECONDS


def timeout_problems() -> Iterator[str]:
    """Yield a sentence for each pair of settings in the wrong order."""
    if settings.STATEMENT_SECONDS > settings.OPERATION_SECONDS:
        yield (
            f"STATEMENT_SECONDS ({settings.STATEMENT_SECONDS}) must not exceed OPERATION_SECONDS "
            f"({settings.OPERATION_SECONDS}): one statement would outlast its operation."
        )
    if longest_request() >= settings.PROXY_SECONDS:
        yield (
            f"OPERATION_SECONDS ({settings.OPERATION_SECONDS}), PAYLOAD_SECONDS ({settings.PAYLOAD_SECONDS}) and "
            f"STATEMENT_SECONDS ({settings.STATEMENT_SECONDS}) together must be less than PROXY_SECONDS "
            f"({settings.PROXY_SECONDS}): the proxy would answer 504 before the server."
        )
    if settings.HEADER_SECONDS > settings.BODY_SECONDS:
        yield (
            f"HEADER_SECONDS ({settings.HEADER_SECONDS}) must not exceed BODY_SECONDS "
            f"({settings.BODY_SECONDS}): a head is smaller than a body."
        )
    if settings.KEEP_ALIVE_SECONDS <= settings.PROXY_SECONDS:
        yield (
            f"KEEP_ALIVE_SECONDS ({settings.KEEP_ALIVE_SECONDS}) must exceed PROXY_SECONDS "
            f"({settings.PROXY_SECONDS}): the server would close a connection on which the proxy sends a request."
        )
