"""The limit on the length of a request's body."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError


def too_long_a_body(request: HttpRequest) -> HttpError:
    """Return the error for a body that exceeds `settings.DATA_UPLOAD_MAX_MEMORY_SIZE`. Django has read no more than that."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    # The length of a body that is sent in chunks is not known, only that it exceeds the limit.
    length = request.META.get("CONTENT_LENGTH") or f"more than {limit}"
    return HttpError(
        413,
        ErrorCode.LIMIT_EXCEEDED,
        f"The body has {length} bytes; at most {limit} are allowed.",
    )
