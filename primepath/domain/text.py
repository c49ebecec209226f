"""Compare, check and convert text."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return the form of ``text`` in which names are compared, sorted and searched, on every database.

    Case is folded, and composed and decomposed characters become equal (Unicode, caseless matching, D145): "Élan", "ÉLAN"
    and "E" + combining accent + "lan" are one name. Folded texts compare by code point.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def camel_case(name: str) -> str:
    """Return a Python name as GraphQL writes it: ``scheduledDate`` for ``scheduled_date``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def has_forbidden_characters(text: str) -> bool:
    """Return whether ``text`` contains NUL, which no database stores, or a lone surrogate, which no JSON can contain."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
