"""Names in any language: one way to compare them, on every database."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The form of ``text`` in which names are compared, sorted and searched.

    Case is folded and composed and decomposed spellings meet (Unicode, caseless matching, D145), so that
    "Élan", "ÉLAN" and "E" + combining accent + "lan" are one name. Folded texts compare by code point.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def has_forbidden_characters(text: str) -> bool:
    """Whether ``text`` holds what no database stores and no JSON carries: NUL or a lone surrogate."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
