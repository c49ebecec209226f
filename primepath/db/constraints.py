"""Check constraints shared by several models, and the choices that go with them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils import translation

from primepath.domain.text import label_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def choices(values: type[StrEnum]) -> list[tuple[str, StrPromise]]:
    """Return the members of an enumeration as Django's choices, with labels such as ``In progress``.

    The labels are translated if `primepath.terms` has them.
    """
    return [(value.value, translation.gettext_lazy(label_of(value))) for value in values]


def one_of(field: str, values: type[StrEnum], *, name: str) -> models.CheckConstraint:
    """Return a constraint: ``field`` is one of ``values``."""
    return models.CheckConstraint(condition=models.Q((f"{field}__in", list(values))), name=name)


def four_digit_year(field: str, *, name: str) -> models.CheckConstraint:
    """Return a constraint: ``field`` is a year that fits into a cell key, or null if the column is nullable."""
    return models.CheckConstraint(condition=models.Q((f"{field}__range", (1000, 9999))), name=name)
