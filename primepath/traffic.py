"""Rules by address: which kind of work a request causes, how its refusal looks, and which answers are kept."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from primepath.domain.stored_file import MAX_UPLOAD_BYTES
from primepath.server.admission.callers import credentials_of
from primepath.server.admission.kinds import Kind, Reason, kind_of_method
from primepath.server.admission.refusals import Content, accepts_html, as_text, message_of
from primepath.server.answers import Answers
from primepath.server.language import language_of_scope
from schema.http.admission import kind_of_operation, refusal_content, targets_of_operation

_GRAPHQL = "/graphql"
_UPLOADS = re.compile(r"/files|/admin/primepath/(schoolclass|teacher|exam)/import/")
# The sign-in page, and the pages of the admin site that check or set a password.
_PASSWORDS = re.compile(r"/sign-in/|/admin/login/|/admin/(.*/)?password(_change)?/")
# Downloads delete their file.
_FILES = re.compile(r"/files(/.*)?")
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{school}</title></head>
<body><h1>{school}</h1><h2>{title}</h2><p>{message}</p></body></html>
"""


def kind_of_request(scope: Any, body: bytes) -> Kind:
    """Return the kind of a request, without parsing it."""
    path = _path(scope)
    if path == _GRAPHQL:
        return kind_of_operation(scope["method"], body)
    if _FILES.fullmatch(path):
        return Kind.WRITE
    if scope["method"] == "POST" and _PASSWORDS.fullmatch(path):
        return Kind.PASSWORD
    return kind_of_method(scope, body)


def targets_of_request(scope: Any, body: bytes) -> frozenset[bytes]:
    """Return what a request changes, as far as that is known without parsing."""
    return targets_of_operation(body) if _path(scope) == _GRAPHQL else frozenset()


def most_bytes(scope: Any) -> int:
    """Return how long the body of a request can be. Longer ones are for files of people who can be signed in."""
    if _UPLOADS.fullmatch(_path(scope)) and scope["method"] == "POST" and credentials_of(scope):
        return MAX_UPLOAD_BYTES
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def render_refusal(scope: Any, reason: Reason, retry_after: int) -> Content:
    """Render the response to a refused request: a GraphQL error, a page for browsers, or else a sentence."""
    with translation.override(language_of_scope(scope)):
        return _refusal(scope, reason, retry_after)


def _refusal(scope: Any, reason: Reason, retry_after: int) -> Content:
    if accepts_html(scope):
        page = _PAGE.format(
            language=translation.get_language(),
            school=escape(settings.SCHOOL_NAME),
            title=_("Service unavailable"),
            message=escape(message_of(reason)),
        )
        return Content("text/html; charset=utf-8", page.encode())
    if _path(scope) == _GRAPHQL:
        return refusal_content(reason, retry_after)
    return as_text(scope, reason, retry_after)


def is_api_request(scope: Any) -> bool:
    """Return whether a program sent this request to the API, and not a browser that opens its page."""
    return scope["method"] == "POST" and _path(scope) == _GRAPHQL and not accepts_html(scope)


def answer_cache() -> Answers:
    """Return the cache of answers. Call it once, after Django's set-up."""
    from schema.http.answer_cache.cache import AnswerCache

    return AnswerCache(settings.ANSWER_CACHE_BYTES, _GRAPHQL)


def _path(scope: Any) -> str:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path
