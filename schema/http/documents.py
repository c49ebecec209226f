"""The document of a request: its text, the id of a registered document, or the hash of a persisted query.

A registered document can be identified by its id in ``documentId``, or by its hash, in ``documentId`` or in the extension of
persisted queries. With `settings.TRUSTED_DOCUMENTS_ONLY`, all other documents are refused, and no persisted query is stored.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from prometheus_client import Counter

from primepath.domain.errors import (
    DocumentNotFoundError,
    DocumentNotTrustedError,
    ErrorCode,
)
from primepath.services.documents.find import find_document, is_trusted
from schema.errors import HttpError
from schema.http.persisted import find_kept, hash_not_found, hashes_not_supported, read_hash
from schema.http.request import RequestData

_SHOWN_LENGTH = 100

PERSISTED_QUERIES = Counter(
    "primepath_persisted_queries_total",
    "Requests with the hash of a document: found, unknown, or sent with the document.",
    ["result"],
)
TRUSTED_DOCUMENTS = Counter(
    "primepath_trusted_documents_total",
    "Requests for registered documents: found; unknown, an id that is not registered; refused, because only they are allowed.",
    ["result"],
)
_FOUND, _UNKNOWN, _SENT = map(PERSISTED_QUERIES.labels, ("found", "unknown", "sent"))
_TRUSTED_FOUND, _TRUSTED_UNKNOWN, _REFUSED = map(
    TRUSTED_DOCUMENTS.labels, ("found", "unknown", "refused")
)


class Source(StrEnum):
    """Origin of a document.

    ``TEXT``: the request. ``SENT``: the request, with its hash. ``PERSISTED``: a persisted query. ``TRUSTED``: a registered document.
    """

    TEXT = "text"
    SENT = "sent"
    PERSISTED = "persisted"
    TRUSTED = "trusted"


class RequestedDocument(NamedTuple):
    """The document of a request. ``text`` is None if the request has none. ``key``: the hash or id that the request contains."""

    text: str | None
    source: Source
    key: str = ""


def count_document(source: Source) -> None:
    """Count a request that is answered without looking for its document."""
    if source is Source.PERSISTED:
        _FOUND.inc()
    elif source is Source.TRUSTED:
        _TRUSTED_FOUND.inc()


def find_requested(data: RequestData) -> RequestedDocument:
    """Return the document of a request.

    Raises `HttpError` if the request identifies it twice, or by a hash that is malformed or unknown. Raises
    `DocumentNotFoundError` for an unknown id, and `DocumentNotTrustedError` for a document that is not allowed.
    """
    hash = read_hash(data)
    if data.document_id:
        if data.query or hash:
            raise HttpError(
                400,
                ErrorCode.BAD_USER_INPUT,
                _("Send only one of `query`, `documentId` and `extensions.persistedQuery`."),
            )
        return _by_id(data.document_id)
    if settings.TRUSTED_DOCUMENTS_ONLY:
        return _trusted(data.query, hash)
    if hash is None:
        return RequestedDocument(data.query, Source.TEXT)
    return _by_hash(data.query, hash)


def _by_id(document_id: str) -> RequestedDocument:
    text = find_document(document_id)
    if text is not None:
        _TRUSTED_FOUND.inc()
        return RequestedDocument(text, Source.TRUSTED, document_id)
    if settings.TRUSTED_DOCUMENTS_ONLY:
        raise _not_trusted()
    _TRUSTED_UNKNOWN.inc()
    template = _("No document is registered with the id {id}.")
    raise DocumentNotFoundError(template.format(id=repr(document_id[:_SHOWN_LENGTH])))


def _trusted(text: str | None, hash: str | None) -> RequestedDocument:
    if not text and not hash:
        return RequestedDocument(None, Source.TEXT)
    if text:
        if not is_trusted(text):
            raise _not_trusted()
        return RequestedDocument(text, Source.TEXT)
    assert hash is not None
    if (found := find_document(hash)) is None:
        raise _not_trusted()
    _TRUSTED_FOUND.inc()
    return RequestedDocument(found, Source.TRUSTED, hash)


def _by_hash(text: str | None, hash: str) -> RequestedDocument:
    is_supported = settings.PERSISTED_QUERIES
    if text and is_supported:
        _SENT.inc()
        return RequestedDocument(text, Source.SENT, hash)
    if not text:
        if is_supported and (kept := find_kept(hash)) is not None:
            _FOUND.inc()
            return RequestedDocument(kept, Source.PERSISTED, hash)
        if (found := find_document(hash)) is not None:
            _TRUSTED_FOUND.inc()
            return RequestedDocument(found, Source.TRUSTED, hash)
    if not is_supported:
        raise hashes_not_supported()
    _UNKNOWN.inc()
    raise hash_not_found()


def _not_trusted() -> DocumentNotTrustedError:
    _REFUSED.inc()
    return DocumentNotTrustedError(
        _("This server runs registered documents only, and this one is not registered.")
    )
