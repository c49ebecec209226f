"""Limit on the size of a request's body."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from primepath.domain.errors import ErrorCode
from schema.errors import HttpError


def too_long_a_body(request: HttpRequest) -> HttpError:
    """Return the error for a body that exceeds `settings.DATA_UPLOAD_MAX_MEMORY_SIZE`. Django reads no more than that."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        template = _("The body has {length} bytes, which exceeds the limit of {limit}.")
        message = template.format(length=length, limit=limit)
        figures: dict[str, Any] = {"limit": limit, "actual": int(length)}
    else:
        # It was sent in chunks, and reading stopped at the limit.
        message = _("The body exceeds the limit of {limit} bytes.").format(limit=limit)
        figures = {"limit": limit}
    return HttpError(413, ErrorCode.LIMIT_EXCEEDED, message, **figures)
