"""Compare, check and convert text."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The form of ``text`` in which names are compared, sorted and searched.

    Case is folded and composed and decomposed spellings meet (Unicode, caseless matching, D145), so that
    "Élan", "ÉLAN" and "E" + combining accent + "lan" are one name. Folded texts compare by code point.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def camel_case(name: str) -> str:
    """Return a Python name as GraphQL writes it: ``scheduledDate`` for ``scheduled_date``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def has_forbidden_characters(text: str) -> bool:
    """Whether ``text`` holds what no database stores and no JSON carries: NUL or a lone surrogate."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
