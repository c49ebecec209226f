"""The response and headers that all pages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# Pages are not cached. Signing in changes the CSRF token, so a cached page could no longer send requests.
PAGE_HEADERS = {"Cache-Control": "no-store"}


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the template as a response with the headers of all pages."""
    html = render_to_string(template, {"school": settings.SCHOOL_NAME, **context}, request=request)
    return HttpResponse(html, status=status, headers=PAGE_HEADERS)
