"""Ids of documents, as GraphQL over HTTP defines them in Appendix A."""

from __future__ import annotations

import hashlib
import re

_SHA256_PREFIX = "sha256:"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"(x-[A-Za-z0-9._~-]+:)?[A-Za-z0-9._~-]+")
_LONGEST = 200


def sha256_of(text: str) -> str:
    """Return the hexadecimal SHA-256 digest of a document."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def normalise(document_id: str) -> str | None:
    """Return an id as it is stored: a SHA-256 digest has no prefix. None for a text that is not an id.

    An id has letters, digits, ``-``, ``.``, ``_`` and ``~``. It can have a prefix that begins with ``x-`` and ends with a colon.
    """
    if document_id.startswith(_SHA256_PREFIX):
        digest = document_id.removeprefix(_SHA256_PREFIX)
        return digest if is_sha256(digest) else None
    return document_id if len(document_id) <= _LONGEST and _ID.fullmatch(document_id) else None


def is_sha256(document_id: str) -> bool:
    """Return whether a normalised id has the form of a SHA-256 digest."""
    return _SHA256.fullmatch(document_id) is not None
