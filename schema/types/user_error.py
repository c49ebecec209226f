"""Problems with the input of a mutation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

import strawberry

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.text import camel_case


@strawberry.type(
    description="A problem with a mutation's input. If there are any, nothing was saved."
)
class UserError:
    code: UserErrorCode = strawberry.field(description="Kind of problem, for programs.")
    message: str = strawberry.field(description="Description of the problem, for people.")
    field: list[str] | None = strawberry.field(
        description=(
            'Path to the value, for example `["input", "cells", "3"]`. `["input"]` if the problem concerns the '
            "whole input."
        )
    )
    retry_after_seconds: int | None = strawberry.field(
        default=None,
        description="Seconds to wait before you try again, at most. Null unless `code` is `RATE_LIMITED`.",
    )

    @classmethod
    def from_input_errors(
        cls, errors: Iterable[InputError], field_names: Mapping[str, str] | None = None
    ) -> list[Self]:
        """Convert errors of a service: Python names become GraphQL names, and paths start with ``input``.

        ``field_names`` maps parameters of the service to fields of the input if their names differ.
        """
        names = field_names or {}

        def graphql_name(part: str | int) -> str:
            return camel_case(names.get(str(part), str(part)))

        return [
            cls(
                code=error.code,
                message=error.message_for(f"`{graphql_name(error.field_name or 'input')}`"),
                field=["input", *map(graphql_name, error.path)],
                retry_after_seconds=error.retry_after_seconds,
            )
            for error in errors
        ]
