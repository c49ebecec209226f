"""How much one request may ask for."""

from __future__ import annotations

from collections.abc import Sized

from primepath.domain.errors import BadUserInputError, LimitExceededError
from primepath.domain.text import has_forbidden_characters

MAX_LIST_LENGTH = 1_000
MAX_SEARCH_LENGTH = 200


def check_list(argument: str, values: Sized) -> None:
    """Raises `LimitExceededError` for a list that is longer than lists in an input may be."""
    if len(values) > MAX_LIST_LENGTH:
        raise LimitExceededError(
            f"{argument} has {len(values)} items; at most {MAX_LIST_LENGTH} are allowed."
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
