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

import re

from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext as _
from strawberry.http import GraphQLRequestData

from primepath.domain.errors import ErrorCode
from primepath.services.documents.ids import sha256_of
from primepath.services.rate_limit import increment
from schema.errors import HttpError

CACHE = "persisted_queries"
_MEMBER = "persistedQuery"
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = 86_400
_COUNT = "bytes"
# Size of an entry without its document, so that the number of small documents is limited too.
_ENTRY_BYTES = 200


def keep_document(text: str) -> None:
    """Store a document for later requests with its hash, unless today's limit is reached."""
    cache, hash = caches[CACHE], sha256_of(text)
    if cache.get(hash) is not None:
        return
    size = len(text.encode()) + _ENTRY_BYTES
    if 0 < increment(cache, _COUNT, size, seconds=_DAY) <= settings.PERSISTED_QUERY_BYTES_PER_DAY:
        cache.set(hash, text, settings.PERSISTED_QUERY_DAYS * _DAY)


def find_kept(hash: str) -> str | None:
    """Return the stored document with a hash."""
    document: str | None = caches[CACHE].get(hash)
    return document


def read_hash(data: GraphQLRequestData) -> str | None:
    """Return the hash by which a request identifies its document, or None if it has no hash.

    Raises `HttpError` for a malformed hash, and if it is not the hash of the document that the request contains.
    """
    named = data.extensions.get(_MEMBER) if data.extensions else None
    if named is None:
        return None
    if not isinstance(named, dict):
        raise _refused(_("`extensions.persistedQuery` must be an object."))
    version, hash = named.get("version"), named.get("sha256Hash")
    # True equals 1, and is no version.
    if type(version) is not int or version != 1:
        raise _refused(_("`extensions.persistedQuery.version` must be 1."))
    if not isinstance(hash, str) or not _HASH.fullmatch(hash):
        raise _refused(_("`sha256Hash` must be 64 lowercase hexadecimal digits."))
    if data.query and sha256_of(data.query) != hash:
        raise _refused(_("`sha256Hash` is not the hash of `query`."))
    return hash


def hash_not_found() -> HttpError:
    """Return the error that makes a client send its document with the hash."""
    return _retry(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")


def hashes_not_supported() -> HttpError:
    """Return the error that makes a client send its document without a hash."""
    return _retry(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")


def _retry(code: ErrorCode, message: str) -> HttpError:
    # Status 200, as for all errors in application/json: Apollo's client for iOS reads no other response.
    return HttpError(200, code, message)


def _refused(message: str) -> HttpError:
    return HttpError(400, ErrorCode.BAD_USER_INPUT, message)
