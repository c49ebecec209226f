"""Limits on the length of a document that can be checked without parsing it.

Parsing takes a hundred times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.errors import LimitExceededError

# The parser rejects more than 200. Python's own limit is a little higher.
_MAX_NESTING = 100

_OPENING, _CLOSING = frozenset("{[("), frozenset("}])")
# The lexical grammar of GraphQL, as far as needed to separate tokens.
_TOKEN = re.compile(
    r"""
      "{3} (?: \\"{3} | [^"] | "(?!"") )*+ "{3}     # a block string
    | " (?: \\. | [^"\\\n\r] )*+ "                  # a string
    | \#[^\n\r]*+                                   # a comment
    | [_A-Za-z][_0-9A-Za-z]*+                       # a name
    | -?[0-9]++ (?:\.[0-9]++)? (?:[eE][+-]?[0-9]++)?
    | \.\.\.
    | [^\s,\ufeff]
    """,
    re.VERBOSE,
)


def check_text(document: str) -> None:
    """Raise `LimitExceededError` if a document is too long to be parsed."""
    if len(document) > settings.MAX_DOCUMENT_LENGTH:
        template = _("The document has {count} characters, which exceeds the limit of {limit}.")
        _reject(template, len(document), settings.MAX_DOCUMENT_LENGTH)
    tokens = [token for token in _TOKEN.findall(document) if token[0] != "#"]
    if len(tokens) > settings.MAX_DOCUMENT_TOKENS:
        template = _("The document has {count} tokens, which exceeds the limit of {limit}.")
        _reject(template, len(tokens), settings.MAX_DOCUMENT_TOKENS)
    directives = tokens.count("@")
    if directives > settings.MAX_DOCUMENT_DIRECTIVES:
        template = _("The document has {count} directives, which exceeds the limit of {limit}.")
        _reject(template, directives, settings.MAX_DOCUMENT_DIRECTIVES)
    nesting = _nesting(tokens)
    if nesting > _MAX_NESTING:
        template = _(
            "The document nests brackets {count} levels deep, which exceeds the limit of {limit}."
        )
        _reject(template, nesting, _MAX_NESTING)


def _reject(template: str, count: int, limit: int) -> NoReturn:
    raise LimitExceededError(template.format(count=count, limit=limit), limit=limit, actual=count)


def _nesting(tokens: Iterable[str]) -> int:
    deepest = depth = 0
    for token in tokens:
        if token in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif token in _CLOSING:
            depth -= 1
    return deepest
