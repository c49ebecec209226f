"""Delivery of a response: conditional requests (ETag) and compression."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.http import parse_etags
from django.utils.text import compress_string
from django.utils.translation import gettext as _

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError
from schema.http.draft import draft_of
from schema.http.errors import error_response

# The client caches the response, and revalidates it each time.
KEPT = "private, no-cache"

# The headers that a response depends on. Browsers get a page from some addresses at which other clients get JSON.
_VARY = "Accept, Accept-Encoding, Authorization, Cookie"
# A response of this size fits into one packet without compression.
_SMALL = 1_000
_REFUSES_GZIP = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")

# At its level, 6, compressing the full matrix takes 3 ms and reduces it to a twentieth. It adds a file name of random
# length, so that the size reveals nothing about the content (Paredes et al., "Heal the Breach", 2022).
_gzip = GZipMiddleware(lambda _: HttpResponse())


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
        _gzip.process_response(request, response)
    return response


def is_compressed(accept_encoding: str, length: int) -> bool:
    """Return whether a response of this length is sent compressed to a client with this ``Accept-Encoding``."""
    return (
        length >= _SMALL
        and re_accepts_gzip.search(accept_encoding) is not None
        and not _REFUSES_GZIP.search(accept_encoding)
    )


def compress(content: bytes) -> bytes:
    """Return the content as `deliver` compresses it."""
    return compress_string(content, max_random_bytes=_gzip.max_random_bytes)


def is_not_modified(if_none_match: str, etag: str) -> bool:
    """Return whether a client with this ``If-None-Match`` has the response with this ETag, as Django decides it."""
    if if_none_match == etag:
        return True
    known = parse_etags(if_none_match)
    return known == ["*"] or etag.strip("W/") in (each.strip("W/") for each in known)


def _unless_cached(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    set_response_etag(response)
    # Weak: the compressed and the uncompressed response have the same ETag.
    response["ETag"] = f"W/{response['ETag']}"
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(found, HttpResponse)
    if found.status_code == 412:
        return error_response(
            HttpError(412, ErrorCode.BAD_USER_INPUT, _("The response does not match If-Match."))
        )
    return found
