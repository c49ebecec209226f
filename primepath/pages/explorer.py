"""The page that a browser gets from the API: GraphiQL, served from our own static files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from primepath.domain.errors import ForbiddenError, UnauthenticatedError
from primepath.domain.visibility import Visibility
from primepath.pages.page import PAGE_HEADERS, page
from primepath.school import current_academic_year
from schema.http.authentication import identify

_EXAMPLES = Path(__file__).with_name("examples")


def render_explorer(request: HttpRequest) -> HttpResponse:
    """The page, for those whom it is for; a browser in which nobody is signed in is led to where one does, and back.

    Where it is for everyone it reads neither the database nor the session: its script asks the API who is signed in.
    """
    visibility: Visibility = settings.EXPLORER
    if visibility is not Visibility.EVERYONE:
        try:
            visibility.require(identify(request).viewer, "open the explorer")
        except UnauthenticatedError:
            response = redirect_to_login(request.get_full_path())
            response["Cache-Control"] = PAGE_HEADERS["Cache-Control"]
            return response
        except ForbiddenError as refused:
            context = {"title": "No explorer", "message": str(refused)}
            return page(request, "pages/refused.html", context, status=403)
    return page(request, "pages/explorer.html", {"examples": examples()})


def examples() -> list[dict[str, str]]:
    """The tabs that the page opens with: the ``query`` of each, and its ``variables`` as JSON, as GraphiQL takes them.

    A document that declares ``$academicYear`` is given the current one: a year written into it would grow old.
    """
    variables = json.dumps({"academicYear": current_academic_year()}, indent=2)
    return [
        {"query": document, "variables": variables if "$academicYear" in document else ""}
        for document in _documents()
    ]


@cache
def _documents() -> tuple[str, ...]:
    """In the order of the names of the files, which begin with a number."""
    return tuple(file.read_text(encoding="utf-8") for file in sorted(_EXAMPLES.glob("*.graphql")))
