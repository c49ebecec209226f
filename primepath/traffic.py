"""Rules of admission by address: which kind of work a request causes, and how its refusal looks."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from django.conf import settings

from primepath.server.admission.kinds import Kind, Reason, kind_of_method
from primepath.server.admission.refusals import Content, as_text, message_of
from schema.http.admission import kind_of_operation, refusal_content

_GRAPHQL = "/graphql"
# The sign-in page, and the pages of the admin site that check or set a password.
_PASSWORDS = re.compile(r"/sign-in/|/admin/login/|/admin/(.*/)?password(_change)?/")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{message}</p></body></html>
"""


def kind_of_request(scope: Any, body: bytes) -> Kind:
    """Return the kind of a request, without parsing it."""
    path = _path(scope)
    if path == _GRAPHQL:
        return kind_of_operation(scope["method"], body)
    if scope["method"] == "POST" and _PASSWORDS.fullmatch(path):
        return Kind.PASSWORD
    return kind_of_method(scope, body)


def render_refusal(scope: Any, reason: Reason, retry_after: int) -> Content:
    """Render the response to a refused request: a GraphQL error, a page for browsers, or else a sentence."""
    accept = dict(scope["headers"]).get(b"accept", b"")
    if b"text/html" in accept:
        page = _PAGE.format(title=escape(settings.SCHOOL_NAME), message=escape(message_of(reason)))
        return Content("text/html; charset=utf-8", page.encode())
    if _path(scope) == _GRAPHQL:
        return refusal_content(reason, retry_after)
    return as_text(scope, reason, retry_after)


def _path(scope: Any) -> str:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path
