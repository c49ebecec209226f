"""What the pages of the API have in common: how they are sent to a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# Nothing from elsewhere, and nothing written into a page itself, is ever run. GraphiQL's style sheet has two
# pictures as data.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# Signing in changes the CSRF token, so that a page kept by the browser could send nothing more.
PAGE_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
}


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The filled-in template, under a policy by which only our own static files run."""
    filled_in = render_to_string(
        template, {"school": settings.SCHOOL_NAME, **context}, request=request
    )
    return HttpResponse(filled_in, status=status, headers=PAGE_HEADERS)
