"""What arguments and variables may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any

from django.conf import settings

from primepath.domain.errors import BadUserInputError, LimitExceededError
from primepath.domain.text import has_forbidden_characters

MAX_SEARCH_LENGTH = 200


def check_variables(variables: Mapping[str, Any]) -> None:
    """Raises `LimitExceededError` for variables of more values than a request may send, lists and objects included.

    Each of them is coerced before anything runs, at the price of a few lines of a document.
    """
    count = 0
    waiting: list[Any] = [variables]
    while waiting:
        inner = waiting.pop()
        count += len(inner)
        if count > settings.MAX_VARIABLE_VALUES:
            raise LimitExceededError(
                f"The variables have {count} values or more; at most {settings.MAX_VARIABLE_VALUES} are allowed."
            )
        values = inner.values() if isinstance(inner, Mapping) else inner
        waiting.extend(value for value in values if isinstance(value, dict | list))


def check_list(argument: str, values: Sized) -> None:
    """Raises `LimitExceededError` for a list that is longer than lists in an input may be."""
    limit = settings.MAX_LIST_LENGTH
    if len(values) > limit:
        raise LimitExceededError(
            f"{argument} has {len(values)} items; at most {limit} are allowed."
        )


def check_search(argument: str, text: str) -> None:
    """Raises `BadUserInputError` for a text that no name can contain."""
    if has_forbidden_characters(text):
        raise BadUserInputError(
            f"{argument} contains a character that text cannot have (NUL or half of a pair)."
        )
    if len(text) > MAX_SEARCH_LENGTH:
        raise BadUserInputError(
            f"{argument} has {len(text)} characters; at most {MAX_SEARCH_LENGTH} are allowed."
        )
