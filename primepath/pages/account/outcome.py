"""The outcome of a form of the account page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Self

from primepath.domain.errors import ValidationFailedError

_NOTHING: Mapping[str, str] = MappingProxyType({})


class SecretAddress(NamedTuple):
    """An address that is shown once. ``about``: a sentence about who should get it. ``expires_at`` is None if it works until revoked."""

    about: str
    url: str
    expires_at: datetime.datetime | None = None


class Outcome(NamedTuple):
    """The result of a form: ``problems`` for people, or a ``message`` or an ``address`` after success.

    ``entered``: what the form shows again after a problem.
    """

    problems: Sequence[str] = ()
    message: str = ""
    address: SecretAddress | None = None
    entered: Mapping[str, str] = _NOTHING

    @classmethod
    def rejected(
        cls,
        error: ValidationFailedError,
        labels: Mapping[str, str] = _NOTHING,
        entered: Mapping[str, str] = _NOTHING,
    ) -> Self:
        """Return the errors of a service. ``labels`` has the labels of the form by the service's parameters."""
        problems = [
            each.message_for(labels.get(each.field_name or "", each.field_name or ""))
            for each in error.errors
        ]
        return cls(problems, entered=entered)
