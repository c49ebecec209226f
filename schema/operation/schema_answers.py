"""Answers to introspection, kept as JSON: they follow from the schema, the document and its variables alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import orjson
from django.conf import settings
from strawberry.types import ExecutionResult

from schema.operation.prepare import PreparedOperation

# Of the whole schema, an answer has 400 kB. Tools send the same few documents.
_MAX_ANSWERS = 8
_answers: OrderedDict[Hashable, bytes] = OrderedDict()
_lock = Lock()


def with_schema_answers(
    operation: PreparedOperation, run: Callable[[], ExecutionResult]
) -> ExecutionResult:
    """Return the result of ``run``, or the kept one if the operation reads nothing but the schema.

    The data of a kept result is an `orjson.Fragment`. With ``COMPILED_EXECUTION`` off, nothing is kept.
    """
    key = _key_of(operation)
    if key is None:
        return run()
    with _lock:
        kept = _answers.get(key)
        if kept is not None:
            _answers.move_to_end(key)
    if kept is not None:
        data: Any = orjson.Fragment(kept)
        return ExecutionResult(data=data, errors=None)
    result = run()
    if result.data is not None and not result.errors:
        _keep(key, orjson.dumps(result.data))
    return result


def forget_schema_answers() -> None:
    """Forget all kept answers."""
    with _lock:
        _answers.clear()


def _keep(key: Hashable, answer: bytes) -> None:
    with _lock:
        _answers[key] = answer
        while len(_answers) > _MAX_ANSWERS:
            _answers.popitem(last=False)


def _key_of(operation: PreparedOperation) -> Hashable | None:
    """Return all that the answer depends on. None if it depends on anything else than the schema."""
    if not operation.reads_schema_only or not settings.COMPILED_EXECUTION:
        return None
    variables = tuple(sorted(operation.variables.coerced.items()))
    # The arguments of introspection are texts and booleans.
    if not all(isinstance(value, str | bool | None) for _, value in variables):
        return None
    return operation.document_hash, operation.name, variables, settings.MAX_ANSWER_VALUES
