"""The language of a request.

The first of these that names a known language counts:

1. The cookie. The language switch of the pages sets it, and signing in sets it to the stored choice of the account.
2. The ``Accept-Language`` header.
3. The stored choice of the account that a token or session belongs to; see `prefer_language`.
4. The school's language, ``SCHOOL_LANGUAGE``.

1 and 2 are headers, which the key of a kept answer contains. 3 is a part of the viewer, whom the answer cache compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from primepath.domain.language import Language, known_language

# Browsers send fewer than ten languages.
_MOST_LANGUAGES = 50
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", re.IGNORECASE)
_IS_ASKED = "primepath_language_is_asked"
_CHOICE = "primepath_language_choice"


def accepted_language(header: str) -> Language | None:
    """Return the known language with the highest weight in an ``Accept-Language`` header. None if it has none.

    Of equal weights, the first one counts. A weight of 0 excludes a language. ``*`` names no language.
    """
    best: Language | None = None
    most = 0.0
    for part in header.split(",", _MOST_LANGUAGES)[:_MOST_LANGUAGES]:
        tag, _semicolon, parameter = part.partition(";")
        language, weight = known_language(tag), _weight(parameter)
        if language is not None and weight > most:
            best, most = language, weight
    return best


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    found = _QUALITY.fullmatch(parameter)
    return min(float(found[1]), 1.0) if found else 0.0


def language_of_scope(scope: Any) -> str:
    """Return the language of a request that Django does not read. The stored choice of an account is not known then."""
    cookie, accepted = (
        b",".join(value for each, value in scope["headers"] if each == name).decode("latin-1")
        for name in (b"cookie", b"accept-language")
    )
    chosen = parse_cookie(cookie).get(settings.LANGUAGE_COOKIE_NAME, "")
    return _asked(chosen, accepted) or settings.LANGUAGE_CODE


def _asked(cookie: str, header: str) -> Language | None:
    return known_language(cookie) or accepted_language(header)


def choose_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that runs the request in its language, and names the language of the response."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = _asked(
            request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
            request.headers.get("Accept-Language", ""),
        )
        setattr(request, _IS_ASKED, asked is not None)
        with translation.override(asked or settings.LANGUAGE_CODE):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if (choice := getattr(request, _CHOICE, None)) is not None:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                choice,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
            )
        return response

    return middleware


def prefer_language(request: HttpRequest, language: str) -> None:
    """Use the stored choice of the request's account, unless the request itself asks for a language. Empty: no choice."""
    if language and not getattr(request, _IS_ASKED, True):
        translation.activate(language)


def remember_language(request: HttpRequest, language: str) -> None:
    """Set the cookie with the response, so that the next request is in this language."""
    setattr(request, _CHOICE, language)
