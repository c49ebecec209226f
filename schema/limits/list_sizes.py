"""Expected lengths of lists, for the cost of an operation.

Fields declare it with `schema.metadata.list_size`. If arguments state the length, as `first` does, that is the size. If only the
data of the school does, the size is that of a large school; `schema.execution.response_size` counts what a response really contains.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from graphql import GraphQLField, get_named_type

from primepath.domain.period import PERIODS, PeriodType
from schema.limits.argument_nodes import ANYTHING
from schema.metadata import Arguments, ListSize, declaration

SCHOOL_CLASSES = 200
"""The classes of a large school."""
USER_ERRORS = 10


def length_of(*path: str, otherwise: int = 0) -> ListSize:
    """Return the length of the list at ``path`` in the arguments, or ``otherwise`` if it is absent."""

    def size(arguments: Arguments) -> int:
        value = arguments.get(*path)
        if value is None:
            return otherwise
        if value is ANYTHING:
            return int(settings.MAX_LIST_LENGTH)
        return len(value) if isinstance(value, list) else 1

    return size


def page_size(arguments: Arguments) -> int:
    given = [arguments.get("first"), arguments.get("last")]
    sizes = [each for each in given if isinstance(each, int)]
    largest = int(settings.MAX_PAGE_SIZE)
    return largest if ANYTHING in given or not sizes else max(0, min(largest, *sizes))


def period_count(arguments: Arguments) -> int:
    most = {None: len(PERIODS), PeriodType.MONTHLY: 12, PeriodType.QUARTERLY: 4}
    of_type = most.get(arguments.get("type"), len(PERIODS))
    value = arguments.get("periods")
    if value is None or value is ANYTHING:
        return of_type
    return min(of_type, len(value) if isinstance(value, list) else 1)


def size_of(field: GraphQLField) -> ListSize | None:
    """Return the length of the list in ``field``, or of the list below it if its arguments state that.

    None if neither is a list.
    """
    declared: ListSize | None = declaration(field, "list_size")
    if declared is not None:
        return declared
    named: Any = get_named_type(field.type)
    return page_size if named.name.endswith("Connection") else None
