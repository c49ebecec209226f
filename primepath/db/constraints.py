"""Check constraints shared by several models, and the choices that go with them."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the members of an enumeration as Django's choices, with labels such as ``In progress``."""
    return [(value.value, value.value.replace("_", " ").capitalize()) for value in values]


def one_of(field: str, values: type[StrEnum], *, name: str) -> models.CheckConstraint:
    """Return a constraint: ``field`` is one of ``values``."""
    return models.CheckConstraint(condition=models.Q((f"{field}__in", list(values))), name=name)


def four_digit_year(field: str, *, name: str) -> models.CheckConstraint:
    """Return a constraint: ``field`` is a year that fits into a cell key, or null if the column is nullable."""
    return models.CheckConstraint(condition=models.Q((f"{field}__range", (1000, 9999))), name=name)
