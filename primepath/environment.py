"""Parse settings from environment variables. Only `primepath.settings` and `primepath.database` use these functions."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T", bound=StrEnum)
_YES = frozenset({"1", "true", "yes", "on"})


def text(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name)
    return value.lower() in _YES if value else default


def number(name: str, default: int) -> int:
    """Return a whole number, 0 or more. Raise `ImproperlyConfigured` for any other value."""
    value = text(name, str(default)).strip()
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(
            f"{name} must be a whole number such as {default}, not {value!r}."
        )
    return int(value)


def items(name: str, default: str = "") -> list[str]:
    """Return the items of a comma-separated list."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def choice(name: str, default: T) -> T:
    """Return a member of the enumeration of ``default``. Raise `ImproperlyConfigured` for any other value."""
    choices = type(default)
    value = text(name, default).strip().lower()
    try:
        return choices(value)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be one of {', '.join(choices)}, not {value!r}."
        ) from None
