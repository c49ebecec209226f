"""Columns and orders that lists of the site share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from primepath.domain.period import Period
from primepath.domain.school_class import Division


def rank(field: str, values: Iterable[str]) -> Case:
    """An order: ``field`` by the position of its value in ``values``."""
    return Case(
        *(When(**{field: value, "then": Value(at)}) for at, value in enumerate(values)),
        output_field=IntegerField(),
    )


def school_order(prefix: str = "") -> tuple[Any, ...]:
    """Classes as the school lists them: `SchoolClass.school_order` in the database's terms."""
    return (
        rank(f"{prefix}division", Division),
        f"{prefix}grade",
        f"{prefix}section",
        f"{prefix}code",
    )


def period_order(field: str = "period") -> Case:
    """Periods as the matrix shows them."""
    return rank(field, Period)


def count_of(rows: QuerySet[Any]) -> Coalesce:
    """A column: how many ``rows`` there are, which are filtered by an ``OuterRef``.

    A subquery, since two counts through joins of one query would multiply each other.
    """
    counted = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)
