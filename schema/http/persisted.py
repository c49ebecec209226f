"""Automatic persisted queries: a client sends the SHA-256 hash of its document instead of the document.

The protocol is Apollo's (apollographql.com/docs/apollo-server/performance/apq). ``extensions.persistedQuery`` contains a
``version``, 1, and a ``sha256Hash``. If the server does not know the hash, it returns ``PersistedQueryNotFound``. The
client then sends the document with the hash once, and the server stores it. Apollo's clients for the web, Android and
iOS, and urql, recognise the two errors by their messages.

Documents are stored only if they are valid and a signed-in user sends them. They expire after
`settings.PERSISTED_QUERY_DAYS`, and at most `settings.PERSISTED_QUERY_BYTES_PER_DAY` are added per day. So the total is
limited to one more day than that, whoever sends the documents.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext as _
from prometheus_client import Counter
from strawberry.http import GraphQLRequestData

from primepath.domain.errors import ErrorCode
from primepath.services.rate_limit import increment
from schema.errors import HttpError

CACHE = "persisted_queries"
_MEMBER = "persistedQuery"
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = 86_400
_COUNT = "bytes"
# Size of an entry without its document, so that the number of small documents is limited too.
_ENTRY_BYTES = 200

PERSISTED_QUERIES = Counter(
    "primepath_persisted_queries_total",
    "Requests with the hash of a document: found, unknown, or sent with the document.",
    ["result"],
)
_FOUND, _UNKNOWN, _SENT = map(PERSISTED_QUERIES.labels, ("found", "unknown", "sent"))


class PersistedQuery(NamedTuple):
    """A document with its hash."""

    document: str
    hash: str

    def keep(self) -> None:
        """Store the document for later requests with its hash, unless today's limit is reached."""
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


def count_found() -> None:
    """Count a request with a known hash that is answered without its document."""
    _FOUND.inc()


def read_persisted_query(data: GraphQLRequestData) -> PersistedQuery | None:
    """Return the document that a request identifies by its hash, or None if the request has no hash.

    Raises `HttpError` for a hash that is unknown or belongs to another document.
    """
    named = data.extensions.get(_MEMBER) if data.extensions else None
    if named is None:
        return None
    if not settings.PERSISTED_QUERIES:
        raise _retry(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
    hash = _read_hash(named)
    if data.query:
        if hashlib.sha256(data.query.encode()).hexdigest() != hash:
            raise _refused(_("`sha256Hash` is not the hash of `query`."))
        _SENT.inc()
        return PersistedQuery(data.query, hash)
    document = caches[CACHE].get(hash)
    if document is None:
        _UNKNOWN.inc()
        raise _retry(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
    _FOUND.inc()
    return PersistedQuery(document, hash)


def _read_hash(named: object) -> str:
    if not isinstance(named, dict):
        raise _refused(_("`extensions.persistedQuery` must be an object."))
    version, hash = named.get("version"), named.get("sha256Hash")
    # True equals 1, and is no version.
    if type(version) is not int or version != 1:
        raise _refused(_("`extensions.persistedQuery.version` must be 1."))
    if not isinstance(hash, str) or not _HASH.fullmatch(hash):
        raise _refused(_("`sha256Hash` must be 64 lowercase hexadecimal digits."))
    return hash


def _retry(code: ErrorCode, message: str) -> HttpError:
    # Status 200, as for all errors in application/json: Apollo's client for iOS reads no other response.
    return HttpError(200, code, message)


def _refused(message: str) -> HttpError:
    return HttpError(400, ErrorCode.BAD_USER_INPUT, message)
