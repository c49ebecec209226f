"""Automatic persisted queries: a client sends the SHA-256 hash of its document in place of the document.

The protocol is Apollo's (apollographql.com/docs/apollo-server/performance/apq): ``extensions.persistedQuery`` holds a ``version``, 1,
and a ``sha256Hash``. To a hash that is not known the server answers ``PersistedQueryNotFound``; the client then sends the document
along with the hash, once, and the server keeps it. Apollo's clients for the web, Android and iOS, and urql, know the two errors
by their messages.

Documents are kept for those who are signed in only, and once they are known to be valid. They leave after
`settings.PERSISTED_QUERY_DAYS`, and no more than `settings.PERSISTED_QUERY_BYTES_PER_DAY` come in a day, so at no time more is kept
than comes in that many days and one, whoever sends it.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from strawberry.http import GraphQLRequestData

from primepath.domain.errors import ErrorCode
from primepath.services.rate_limit import increment
from schema.errors import HttpError

CACHE = "persisted_queries"
_MEMBER = "persistedQuery"
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = 86_400
_COUNT = "bytes"
# What an entry takes beside its document, so that many small ones are few too.
_ENTRY_BYTES = 200


class PersistedQuery(NamedTuple):
    """A document with its hash."""

    document: str
    hash: str

    def keep(self) -> None:
        """Keeps the document for those who send its hash, unless as much as may be was kept today."""
        cache = caches[CACHE]
        if cache.get(self.hash) is not None:
            return
        size = len(self.document.encode()) + _ENTRY_BYTES
        if (
            0
            < increment(cache, _COUNT, size, seconds=_DAY)
            <= settings.PERSISTED_QUERY_BYTES_PER_DAY
        ):
            cache.set(self.hash, self.document, settings.PERSISTED_QUERY_DAYS * _DAY)


def read_persisted_query(data: GraphQLRequestData) -> PersistedQuery | None:
    """What a request names by its hash; None where it names nothing.

    Raises `HttpError` for a hash that is not known or belongs to another document.
    """
    named = data.extensions.get(_MEMBER) if data.extensions else None
    if named is None:
        return None
    if not settings.PERSISTED_QUERIES:
        raise _retry("PersistedQueryNotSupported")
    hash = _read_hash(named)
    if data.query:
        if hashlib.sha256(data.query.encode()).hexdigest() != hash:
            raise _refused("sha256Hash is not the hash of the query that was sent with it.")
        return PersistedQuery(data.query, hash)
    document = caches[CACHE].get(hash)
    if document is None:
        raise _retry("PersistedQueryNotFound")
    return PersistedQuery(document, hash)


def _read_hash(named: object) -> str:
    if not isinstance(named, dict):
        raise _refused(f"extensions.{_MEMBER} must be an object.")
    version, hash = named.get("version"), named.get("sha256Hash")
    # True equals 1, and is no version.
    if type(version) is not int or version != 1:
        raise _refused(f"extensions.{_MEMBER} must be of version 1.")
    if not isinstance(hash, str) or not _HASH.fullmatch(hash):
        raise _refused("sha256Hash must be 64 hexadecimal digits, in small letters.")
    return hash


def _retry(message: str) -> HttpError:
    # With status 200, as application/json has it: Apollo's client for iOS looks into no other answer.
    return HttpError(200, ErrorCode.BAD_USER_INPUT, message)


def _refused(message: str) -> HttpError:
    return HttpError(400, ErrorCode.BAD_USER_INPUT, message)
