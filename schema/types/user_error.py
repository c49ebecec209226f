"""Problems with the input of a mutation."""

from __future__ import annotations

from collections.abc import Iterable
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

    @classmethod
    def from_input_errors(cls, errors: Iterable[InputError]) -> list[Self]:
        """Convert errors of a service: Python names become GraphQL names, and paths begin with ``input``."""
        return [
            cls(
                code=error.code,
                message=error.message_for(f"`{camel_case(error.field_name or 'input')}`"),
                field=["input", *(camel_case(str(part)) for part in error.path)],
            )
            for error in errors
        ]
