"""Run a service from a mutation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from primepath.domain.errors import ValidationFailedError
from primepath.domain.planned_cell import PlannedCells
from primepath.services.change_sets import change_set
from primepath.services.idempotency import Done, NamedChange, Repeated, check_key, run_once
from schema.context import Info
from schema.mutations.idempotency import BY_ID, Recall, named_change
from schema.types.change_set import change_set_id
from schema.types.payloads import Result
from schema.types.user_error import UserError

T = TypeVar("T")


async def run_service(
    info: Info,
    input: object,
    service: Callable[[], T],
    field_names: Mapping[str, str] | None = None,
    recall: Recall[T] = BY_ID,
) -> Result[T]:
    """Run ``service`` when the operation is idle, then reset the loaders.

    ``input`` is the mutation's. If it has the key of a change that was made before, the service does not run. The result is then
    loaded by ``recall``.

    The result of invalid input is the current object, if the service returns it with its errors.
    After invalid input nothing was saved, so reading the payload does not store missing cells either. ``field_names`` maps
    parameters of the service to fields of the input if their names differ.
    """
    try:
        outcome = await _save(info, service, named_change(info, input), recall.identify)
    except ValidationFailedError as rejected:
        info.context.reset_loaders(may_store=False)
        errors = UserError.from_input_errors(rejected.errors, field_names)
        return Result(cast("T | None", rejected.current), errors)
    info.context.reset_loaders()
    changes = change_set_id(outcome.change_set_id)
    if isinstance(outcome, Repeated):
        return Result(await recall.load(info, outcome.result), [], changes)
    return Result(outcome.result, [], changes)


async def run_cell_service(
    info: Info, input: object, service: Callable[[], PlannedCells], *, dry_run: bool
) -> Result[None]:
    """Run a service that changes cells; see `run_or_plan`."""
    nothing: Recall[Any] = Recall(lambda _planned: None, BY_ID.load)
    result = await run_or_plan(
        info, input, service, lambda planned: planned, nothing, dry_run=dry_run
    )
    return result.with_value(None)


async def run_or_plan(
    info: Info,
    input: object,
    service: Callable[[], T],
    planned_cells: Callable[[T], PlannedCells],
    recall: Recall[T],
    *,
    dry_run: bool,
) -> Result[T]:
    """Run ``service``. In a dry run it saves nothing, and the payload shows the ``planned_cells`` of its result.

    A dry run reads from the snapshot of the operation. On PostgreSQL this is a read-only transaction.
    """
    if not dry_run:
        return await run_service(info, input, service, recall=recall)
    change = named_change(info, input)

    def plan() -> T:
        if change is not None:
            check_key(change.key, service)
        return service()

    try:
        value = await info.context.dispatcher.call(plan)
    except ValidationFailedError as rejected:
        info.context.reset_loaders(may_store=False)
        return Result(None, UserError.from_input_errors(rejected.errors))
    info.context.reset_loaders(planned=planned_cells(value))
    return Result(value, [])


async def save(info: Info, service: Callable[[], T]) -> T:
    """Run ``service`` when the operation is idle, and return its result.

    From then on, errors of the mutation's payload say that the mutation was saved, and the payload has its own time.
    """
    outcome: Done[T] | Repeated = await _save(info, service)
    assert isinstance(outcome, Done)
    result: T = outcome.result
    return result


async def _save(
    info: Info,
    service: Callable[[], T],
    change: NamedChange | None = None,
    identify: Callable[[T], Any] = BY_ID.identify,
) -> Done[T] | Repeated:
    context = info.context

    def run() -> Done[T] | Repeated:
        context.time_limit.check_before_write()
        with change_set() as changes:
            outcome = (
                Done(service(), changes.id)
                if change is None
                else run_once(change, service, identify)
            )
        context.saved[info.path.key] = outcome.change_set_id
        context.time_limit.allow_for_payload()
        return outcome

    return await context.dispatcher.write(run)
