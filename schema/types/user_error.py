"""What is wrong with a mutation's input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

import strawberry

from primepath.domain.errors import InputError, UserErrorCode


@strawberry.type(
    description="One error in a mutation's input. Where there is any, nothing was written."
)
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of error it is, for programs.")
    message: str = strawberry.field(description="What is wrong, for people.")
    field: list[str] | None = strawberry.field(
        description=(
            'The path into the arguments, `["input", "cells", "3"]`; `["input"]` where it is about all of it.'
        )
    )

    @classmethod
    def from_input_errors(cls, errors: Iterable[InputError]) -> list[Self]:
        return [
            cls(code=error.code, message=error.message, field=list(error.path) or None)
            for error in errors
        ]
