"""Columns and sort orders that several lists of the site use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from primepath.domain.period import Period
from primepath.domain.school_class import Division


def rank(field: str, values: Iterable[str]) -> Case:
    """Return a sort key: the position of the value of ``field`` in ``values``."""
    return Case(
        *(When(**{field: value, "then": Value(at)}) for at, value in enumerate(values)),
        output_field=IntegerField(),
    )


def school_order(prefix: str = "") -> tuple[Any, ...]:
    """Return the school's order of classes as sort keys, like `primepath.domain.school_class.school_order`."""
    return (
        rank(f"{prefix}division", Division),
        f"{prefix}grade",
        f"{prefix}section_order",
        f"{prefix}code_order",
        f"{prefix}code",
    )


def period_order(field: str = "period") -> Case:
    """Return a sort key: periods in the order of the matrix."""
    return rank(field, Period)


def count_of(rows: QuerySet[Any]) -> Coalesce:
    """Return a column with the number of ``rows``, which an ``OuterRef`` filters.

    It is a subquery, because two counts through joins in one query would multiply each other.
    """
    counted = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)
