"""Limits on the values of arguments and variables."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.errors import BadUserInputError, LimitExceededError
from primepath.domain.text import has_forbidden_characters

MAX_SEARCH_LENGTH = 200


def check_variables(variables: Mapping[str, Any]) -> None:
    """Raise `LimitExceededError` if the variables have more values than allowed, including those in lists and objects.

    Every value is coerced before anything runs, which costs as much as a few lines of a document.
    """
    count = 0
    waiting: list[Any] = [variables]
    while waiting:
        inner = waiting.pop()
        count += len(inner)
        if count > settings.MAX_VARIABLE_VALUES:
            template = _(
                "The variables have at least {count} values, which exceeds the limit of {limit}."
            )
            limit = settings.MAX_VARIABLE_VALUES
            raise LimitExceededError(template.format(count=count, limit=limit), limit=limit)
        values = inner.values() if isinstance(inner, Mapping) else inner
        waiting.extend(value for value in values if isinstance(value, dict | list))


def check_list(argument: str, values: Sized) -> None:
    """Raise `LimitExceededError` if a list in an input is too long."""
    limit = settings.MAX_LIST_LENGTH
    if len(values) > limit:
        template = _("`{argument}` has {count} items, which exceeds the limit of {limit}.")
        raise LimitExceededError(
            template.format(argument=argument, count=len(values), limit=limit),
            limit=limit,
            actual=len(values),
        )


def check_number(argument: str, value: int, limit: int) -> None:
    """Raise `LimitExceededError` if a number of items exceeds the limit, and `BadUserInputError` if it is negative."""
    if value < 0:
        template = _("`{argument}` must be between 0 and {limit}, not {value}.")
        raise BadUserInputError(template.format(argument=argument, limit=limit, value=value))
    if value > limit:
        template = _("`{argument}` is {value}, which exceeds the limit of {limit}.")
        message = template.format(argument=argument, value=value, limit=limit)
        raise LimitExceededError(message, limit=limit, actual=value)


def check_search(argument: str, text: str) -> None:
    """Raise `BadUserInputError` if no name can contain this text."""
    if has_forbidden_characters(text):
        template = _("`{argument}` contains an invalid character (NUL or an unpaired surrogate).")
        raise BadUserInputError(template.format(argument=argument))
    if len(text) > MAX_SEARCH_LENGTH:
        template = _("`{argument}` has {count} characters, which exceeds the limit of {limit}.")
        raise BadUserInputError(
            template.format(argument=argument, count=len(text), limit=MAX_SEARCH_LENGTH)
        )
