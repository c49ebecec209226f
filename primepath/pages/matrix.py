"""The home page: the matrix in colour. Its script loads the matrix with one query of the API."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from primepath.pages.page import page
from primepath.pages.texts import texts

_QUERIES = Path(__file__).with_name("queries")


@require_safe
def matrix_page(request: HttpRequest) -> HttpResponse:
    """Return the page. It is the same for all viewers and reads neither the database nor the session."""
    return page(request, "pages/matrix.html", {"queries": queries(), "texts": texts()})


@cache
def queries() -> dict[str, str]:
    """Return the documents that the page sends, by name. Each contains the fragments that it spreads."""
    fragments = {file.stem: _read(file) for file in (_QUERIES / "fragments").glob("*.graphql")}
    documents = {file.stem: _read(file) for file in _QUERIES.glob("*.graphql")}
    return {
        name: "\n".join([text, *(part for each, part in fragments.items() if f"...{each}" in text)])
        for name, text in documents.items()
    }


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
