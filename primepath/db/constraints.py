"""Shared pieces of the constraints that the database itself holds."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    """The values of an enumeration as Django's choices, labelled for people: ``In progress``."""
    return [(value.value, value.value.replace("_", " ").capitalize()) for value in values]


def one_of(field: str, values: type[StrEnum], *, name: str) -> models.CheckConstraint:
    """``field`` holds one of ``values``."""
    return models.CheckConstraint(condition=models.Q((f"{field}__in", list(values))), name=name)


def four_digit_year(field: str, *, name: str) -> models.CheckConstraint:
    """``field`` is a year that a cell key can hold, or null where the column allows it."""
    return models.CheckConstraint(condition=models.Q((f"{field}__range", (1000, 9999))), name=name)
