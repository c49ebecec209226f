"""How a setting is written in the environment. Only `primepath.settings` and `primepath.database` read it with these."""

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
    """Raises `ImproperlyConfigured` for what is no whole number, or is negative."""
    value = text(name, str(default)).strip()
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(
            f"{name} must be a whole number such as {default}, not {value!r}."
        )
    return int(value)


def items(name: str, default: str = "") -> list[str]:
    """What is separated by commas."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def choice(name: str, default: T) -> T:
    """One of the values that the type of ``default`` has. Raises `ImproperlyConfigured` for another."""
    choices = type(default)
    value = text(name, default).strip().lower()
    try:
        return choices(value)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be one of {', '.join(choices)}, not {value!r}."
        ) from None
