"""How an answer gets to a client that may have it already, and would rather have it small."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response, set_response_etag

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError
from schema.http.errors import error_response

# The client keeps the answer, and asks each time whether it is still true.
KEPT = "private, no-cache"

# What an answer depends on beside the address. Browsers get pages where other clients get JSON.
_VARY = "Accept, Accept-Encoding, Authorization, Cookie"
# It takes no more than one packet, as it would when compressed.
_SMALL = 1_000
_REFUSES_GZIP = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")

# At its level, 6, the whole matrix takes 3 ms and becomes a twentieth of its size. It adds a name of random length,
# so that the size tells nothing of what the answer holds (Paredes et al., "Heal the Breach", 2022).
_gzip = GZipMiddleware(lambda _: HttpResponse())


def deliver(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """``response`` as it is sent: 304 where the client has it, and compressed where it is large and may be."""
    response["Vary"] = _VARY
    if response.get("Cache-Control") == KEPT:
        response = _unless_it_is_there(request, response)
    if len(response.content) >= _SMALL and not _REFUSES_GZIP.search(
        request.headers.get("Accept-Encoding", "")
    ):
        _gzip.process_response(request, response)
    return response


def _unless_it_is_there(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    set_response_etag(response)
    # Weak: it is the same for an answer that is compressed and for one that is not.
    response["ETag"] = f"W/{response['ETag']}"
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(found, HttpResponse)
    if found.status_code == 412:
        return error_response(
            HttpError(412, ErrorCode.BAD_USER_INPUT, "The answer is not one that If-Match allows.")
        )
    return found
