"""Running a service from a mutation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from primepath.domain.errors import RejectedInputError
from schema.context import Info
from schema.types.user_error import UserError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a payload is read from: what the service gave, None where it refused, and then why."""

    result: T | None
    user_errors: list[UserError]

    @property
    def refused(self) -> bool:
        return bool(self.user_errors)


async def change(info: Info, service: Callable[[], T]) -> Outcome[T]:
    """Runs ``service`` at a quiet point. What is read afterwards, for the payload and by later mutations, is read anew.

    After a refusal the payload does not even store missing cells: nothing was written.
    """
    try:
        result = await info.context.dispatcher.call(service)
    except RejectedInputError as rejected:
        info.context.forget(may_store=False)
        return Outcome(None, UserError.from_mistakes(rejected.mistakes))
    info.context.forget()
    return Outcome(result, [])
