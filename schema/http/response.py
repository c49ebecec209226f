"""Delivery of a response: conditional requests (ETag) and compression."""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError
from schema.http.draft import draft_of
from schema.http.errors import error_response

# The client caches the response, and revalidates it each time.
KEPT = "private, no-cache"

# The headers that a response depends on. Browsers get a page from some addresses at which other clients get JSON.
_VARY = "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"
# A response of this size fits into one packet without compression.
_SMALL = 1_000
_ACCEPTS_GZIP = re.compile(r"\bgzip\b")
_REFUSES_GZIP = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")

# Compressing the full matrix takes 3 ms at this level and reduces it to a twentieth.
_LEVEL = 6
# Length of the part of gzip's format before an optional file name, and the flag that there is one; see RFC 1952.
_GZIP_HEADER_BYTES = 10
_HAS_NAME = 8
_MAX_NAME_BYTES = 100


def deliver(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return ``response`` as it is sent: 304 if the client has it already, and compressed if it is large.

    It is not compressed if the client refuses gzip.
    """
    response["Vary"] = _VARY
    draft = draft_of(request)
    if draft is not None:
        draft.content, draft.content_type = response.content, response["Content-Type"]
    if response.get("Cache-Control") == KEPT:
        response = _unless_cached(request, response)
        if draft is not None:
            draft.etag = response.get("ETag")
    if is_compressed(request.headers.get("Accept-Encoding", ""), len(response.content)):
        compressed = compress(response.content)
        if draft is not None:
            draft.compressed = compressed
        response.content = with_random_name(compressed)
        response["Content-Encoding"] = "gzip"
    return response


def etag_of(content: bytes) -> str:
    """Return the ETag of a response. It is weak: the compressed and the uncompressed response have the same."""
    return f'W/"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def is_compressed(accept_encoding: str, length: int) -> bool:
    """Return whether a response of this length is sent compressed to a client with this ``Accept-Encoding``."""
    return (
        length >= _SMALL
        and _ACCEPTS_GZIP.search(accept_encoding) is not None
        and not _REFUSES_GZIP.search(accept_encoding)
    )


def compress(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=_LEVEL, mtime=0)


def with_random_name(compressed: bytes) -> bytes:
    """Return compressed content with a file name of random length, as Django adds one.

    So the size of a response reveals nothing about its content (Paredes et al., "Heal the Breach", 2022).
    """
    start = bytearray(compressed[:_GZIP_HEADER_BYTES])
    start[3] |= _HAS_NAME
    name = b"a" * secrets.randbelow(_MAX_NAME_BYTES) + b"\0"
    return bytes(start) + name + compressed[_GZIP_HEADER_BYTES:]


def is_not_modified(if_none_match: str, etag: str) -> bool:
    """Return whether a client with this ``If-None-Match`` has the response with this ETag, as Django decides it."""
    if if_none_match == etag:
        return True
    known = parse_etags(if_none_match)
    return known == ["*"] or etag.strip("W/") in (each.strip("W/") for each in known)


def _unless_cached(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["ETag"] = etag_of(response.content)
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(found, HttpResponse)
    if found.status_code == 412:
        return error_response(
            HttpError(412, ErrorCode.BAD_USER_INPUT, _("The response does not match If-Match."))
        )
    return found
