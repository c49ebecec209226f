"""How long a document may be: what can be told without parsing it, which takes a hundred times as long."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings

from primepath.domain.errors import LimitExceededError

# The parser refuses more than 200; so does Python, a little later.
_MAX_NESTING = 100

_OPENING, _CLOSING = frozenset("{[("), frozenset("}])")
# The lexical grammar of GraphQL, as far as one token has to be told from the next.
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
    """Raises `LimitExceededError` for a document that is too long to be parsed."""
    if len(document) > settings.MAX_DOCUMENT_LENGTH:
        raise LimitExceededError(
            f"The document has {len(document)} characters; at most {settings.MAX_DOCUMENT_LENGTH} are allowed."
        )
    tokens = [token for token in _TOKEN.findall(document) if token[0] != "#"]
    if len(tokens) > settings.MAX_DOCUMENT_TOKENS:
        raise LimitExceededError(
            f"The document has {len(tokens)} tokens; at most {settings.MAX_DOCUMENT_TOKENS} are allowed."
        )
    directives = tokens.count("@")
    if directives > settings.MAX_DOCUMENT_DIRECTIVES:
        raise LimitExceededError(
            f"The document has {directives} directives; at most {settings.MAX_DOCUMENT_DIRECTIVES} are allowed."
        )
    nesting = _nesting(tokens)
    if nesting > _MAX_NESTING:
        raise LimitExceededError(
            f"The document nests its brackets {nesting} deep; at most {_MAX_NESTING} are allowed."
        )


def _nesting(tokens: Iterable[str]) -> int:
    deepest = depth = 0
    for token in tokens:
        if token in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif token in _CLOSING:
            depth -= 1
    return deepest
