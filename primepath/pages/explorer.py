"""The explorer: GraphiQL, served from our own static files. Browsers get it at the URL of the API."""

from __future__ import annotations

import json
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from primepath.domain.visibility import Visibility
from primepath.pages.page import PAGE_HEADERS, page
from primepath.pages.words import explorer_words
from primepath.school import current_academic_year
from primepath.server import content_security
from schema.http.authentication import identify

_EXAMPLES = Path(__file__).with_name("examples")


def render_explorer(request: HttpRequest) -> HttpResponse:
    """Return the explorer page if the viewer can open it. Otherwise redirect to the sign-in page, or return 403.

    If the explorer is for everyone, the page reads neither the database nor the session. Its script asks the API who is
    signed in.
    """
    visibility: Visibility = settings.EXPLORER
    if visibility is Visibility.NOBODY or settings.TRUSTED_DOCUMENTS_ONLY:
        message = (
            _("This server runs registered documents only, so the explorer is off.")
            if settings.TRUSTED_DOCUMENTS_ONLY
            else _("The explorer is disabled on this server.")
        )
        context = {"title": _("Explorer not available"), "message": message}
        return page(request, "pages/refused.html", context, status=403)
    if visibility is Visibility.SIGNED_IN and identify(request).viewer is None:
        response = redirect_to_login(request.get_full_path())
        response["Cache-Control"] = PAGE_HEADERS["Cache-Control"]
        return response
    # GraphiQL's dialogs add a style sheet that stops the page behind them from scrolling.
    nonce = secrets.token_urlsafe(16)
    page_context: dict[str, Any] = {
        "examples": examples(),
        "nonce": nonce,
        "texts": explorer_words(),
    }
    explorer = page(request, "pages/explorer.html", page_context)
    explorer[content_security.HEADER] = content_security.POLICY.replace(
        "style-src 'self'", f"style-src 'self' 'nonce-{nonce}'"
    )
    return explorer


def examples() -> list[dict[str, str]]:
    """Return the tabs that the explorer opens first, as GraphiQL expects them: ``query``, and ``variables`` as JSON.

    A document that declares ``$academicYear`` gets the current year, because a fixed year would become outdated.
    """
    variables = json.dumps({"academicYear": current_academic_year()}, indent=2)
    return [
        {"query": document, "variables": variables if "$academicYear" in document else ""}
        for document in _documents()
    ]


@cache
def _documents() -> tuple[str, ...]:
    """Return the example documents in the order of the file names, which begin with a number."""
    return tuple(file.read_text(encoding="utf-8") for file in sorted(_EXAMPLES.glob("*.graphql")))
