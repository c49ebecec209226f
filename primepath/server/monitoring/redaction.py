"""Removal of a client's values from the log.

Exceptions quote values: a database error contains the row that it refuses. So before a warning or an error is written, every
value that the request contains is replaced: of variables, forms, query strings, cookies and headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import orjson
from django.http import HttpRequest, QueryDict
from django.http.cookie import parse_cookie

HIDDEN = "[hidden]"
# Shorter values, such as a grade or a month, are no secrets and occur everywhere.
_SHORTEST = 4
# These identify no one, and messages need them: a database can have the address of the proxy.
_HARMLESS = frozenset(
    {
        "HTTP_ACCEPT",
        "HTTP_ACCEPT_ENCODING",
        "HTTP_ACCEPT_LANGUAGE",
        "HTTP_CONNECTION",
        "HTTP_CONTENT_LENGTH",
        "HTTP_CONTENT_TYPE",
        "HTTP_HOST",
        "HTTP_TRACEPARENT",
        "HTTP_USER_AGENT",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_PROTO",
    }
)
_DOCUMENT = "query"
# The last part of these paths is a secret: whoever knows it can read the file or the feed.
_SECRET_PATH = re.compile(r"((?<=/files/)|(?<=/calendars/)|(?<=/set-password/))[^/]+")
# Members of a request that are no values of the user.
_PLAIN = frozenset({"operationName"})
_LITERAL = re.compile(r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def redact(text: str, request: HttpRequest) -> str:
    """Return ``text`` with each value of ``request`` replaced. Upper and lower case count as equal."""
    folded = text.lower()
    found = {
        form
        for value in set(_values(request))
        for form in _forms(value)
        if len(form) >= _SHORTEST and form.lower() in folded
    }
    if not found:
        return text
    # The longest first, because one value can contain another.
    pattern = "|".join(map(re.escape, sorted(found, key=len, reverse=True)))
    return re.sub(pattern, HIDDEN, text, flags=re.IGNORECASE)


def without_secrets(path: str) -> str:
    """Return the path of a request without a secret that it contains."""
    return _SECRET_PATH.sub(HIDDEN, path)


def _forms(value: str) -> Iterator[str]:
    """Yield how a message can contain the value: unchanged, stripped, and as Python and JSON write it."""
    yield value
    yield value.strip()
    yield repr(value)[1:-1]
    with suppress(orjson.JSONEncodeError):
        yield orjson.dumps(value).decode()[1:-1]


def _values(request: HttpRequest) -> Iterator[str]:
    for name, value in request.META.items():
        if name.startswith("HTTP_") and name not in _HARMLESS:
            yield value
            # The token without the scheme before it.
            yield from value.split()[1:]
    yield from (found[0] for found in _SECRET_PATH.finditer(request.path))
    yield from parse_cookie(request.META.get("HTTP_COOKIE", "")).values()
    # Only what is read already: reading can fail, and nothing is in a message before it is read.
    for name, values in (*vars(request).get("GET", QueryDict()).lists(), *_form(request).lists()):
        for value in values:
            yield from _of_parameter(name, value)
    with suppress(AttributeError, orjson.JSONDecodeError):
        yield from _of_json(orjson.loads(request._body))


def _form(request: HttpRequest) -> QueryDict:
    try:
        form: QueryDict = request._post  # type: ignore[attr-defined]
    except AttributeError:
        return QueryDict()
    return form


def _of_parameter(name: str, value: str) -> Iterable[str]:
    if name == _DOCUMENT:
        return _of_document(value)
    with suppress(orjson.JSONDecodeError):
        return (value, *_of_json(orjson.loads(value)))
    return (value,)


def _of_json(content: Any) -> Iterator[str]:
    """Yield the values in the body of a request. Its document is no value, but has values in it."""
    if not isinstance(content, dict):
        yield from _leaves(content)
        return
    for name, value in content.items():
        if name == _DOCUMENT and isinstance(value, str):
            yield from _of_document(value)
        elif name not in _PLAIN:
            yield from _leaves(value)


def _of_document(text: str) -> Iterator[str]:
    return (literal.strip('"') for literal in _LITERAL.findall(text))


def _leaves(content: Any) -> Iterator[str]:
    """Yield the strings and numbers in a JSON value. A loop, because values can be nested deeply."""
    stack = [content]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif not isinstance(value, bool) and value is not None:
            yield str(value)
