"""The home page: the matrix in colour. Its script loads the matrix with one query of the API."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from primepath.pages.page import page

_QUERIES = Path(__file__).with_name("queries")


@require_safe
def matrix_page(request: HttpRequest) -> HttpResponse:
    """Return the page. It is the same for all viewers and reads neither the database nor the session."""
    return page(request, "pages/matrix.html", {"queries": queries()})


@cache
def queries() -> dict[str, str]:
    """Return the documents that the page sends, by name: ``matrix`` for the whole page, ``cell`` for the cell panel."""
    return {file.stem: file.read_text(encoding="utf-8") for file in _QUERIES.glob("*.graphql")}
