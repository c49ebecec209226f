"""The response and headers that all pages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# Browsers run only our own files: no files of other hosts and no inline scripts. GraphiQL's style sheet contains two
# images as data URLs.
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
# Pages are not cached. Signing in changes the CSRF token, so a cached page could no longer send requests.
PAGE_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
}


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the template as a response with the headers of all pages."""
    html = render_to_string(template, {"school": settings.SCHOOL_NAME, **context}, request=request)
    return HttpResponse(html, status=status, headers=PAGE_HEADERS)
