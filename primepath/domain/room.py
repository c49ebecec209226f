"""Names of rooms, which people type in several ways."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from primepath.domain.text import fold


@lru_cache(maxsize=1_000)
def fold_room(name: str) -> str:
    """Return the form in which rooms are compared. ``Room 3``, ``room  3`` are the same, and so is full-width text. "" is no room."""
    return " ".join(fold(unicodedata.normalize("NFKC", name)).split())
