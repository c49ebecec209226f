"""Run a service from a mutation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast
from uuid import UUID

from primepath.domain.errors import ValidationFailedError
from primepath.domain.planned_cell import PlannedCells
from primepath.services.change_sets import change_set
from schema.context import Info
from schema.types.change_set import change_set_id
from schema.types.payloads import Result
from schema.types.user_error import UserError

T = TypeVar("T")


async def run_service(
    info: Info, service: Callable[[], T], field_names: Mapping[str, str] | None = None
) -> Result[T]:
    """Run ``service`` when the operation is idle, then reset the loaders.

    The result of invalid input is the current object, if the service returns it with its errors.
    After invalid input nothing was saved, so reading the payload does not store missing cells either. ``field_names`` maps
    parameters of the service to fields of the input if their names differ.
    """
    try:
        value, changes = await save(info, service)
    except ValidationFailedError as rejected:
        info.context.reset_loaders(may_store=False)
        errors = UserError.from_input_errors(rejected.errors, field_names)
        return Result(cast("T | None", rejected.current), errors)
    info.context.reset_loaders()
    return Result(value, [], change_set_id(changes))


async def run_cell_service(
    info: Info, service: Callable[[], PlannedCells], *, dry_run: bool
) -> Result[None]:
    """Run a service that changes cells; see `run_or_plan`."""
    result = await run_or_plan(info, service, lambda planned: planned, dry_run=dry_run)
    return result.with_value(None)


async def run_or_plan(
    info: Info,
    service: Callable[[], T],
    planned_cells: Callable[[T], PlannedCells],
    *,
    dry_run: bool,
) -> Result[T]:
    """Run ``service``. In a dry run it saves nothing, and the payload shows the ``planned_cells`` of its result.

    A dry run reads from the snapshot of the operation. On PostgreSQL this is a read-only transaction.
    """
    if not dry_run:
        return await run_service(info, service)
    try:
        value = await info.context.dispatcher.call(service)
    except ValidationFailedError as rejected:
        info.context.reset_loaders(may_store=False)
        return Result(None, UserError.from_input_errors(rejected.errors))
    info.context.reset_loaders(planned=planned_cells(value))
    return Result(value, [])


async def save(info: Info, service: Callable[[], T]) -> tuple[T, UUID | None]:
    """Run ``service`` when the operation is idle. Return its result, and the id of what it changed, if it changed anything.

    From then on, errors of the mutation's payload say that the mutation was saved, and the payload has its own time.
    """
    context = info.context

    def run() -> tuple[T, UUID | None]:
        context.time_limit.check_before_write()
        with change_set() as changes:
            result = service()
        context.saved[info.path.key] = changes.id
        context.time_limit.allow_for_payload()
        return result, changes.id

    return await context.dispatcher.write(run)
