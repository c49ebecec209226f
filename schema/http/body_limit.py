"""How long the body of a request may be."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError


def too_long_a_body(request: HttpRequest) -> HttpError:
    """What to answer to ``request``, of which Django has read no more than `settings.DATA_UPLOAD_MAX_MEMORY_SIZE`."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    # Sent in chunks, its length is known only to be over the limit.
    length = request.META.get("CONTENT_LENGTH") or f"more than {limit}"
    return HttpError(
        413,
        ErrorCode.LIMIT_EXCEEDED,
        f"The body has {length} bytes; at most {limit} are allowed.",
    )
