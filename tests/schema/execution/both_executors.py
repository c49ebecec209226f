"""Runs an operation on the compiled executor and on graphql-core's, and compares the results."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Any, NamedTuple

import graphql
import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSchema, Visitor, parse, validate, visit
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from loaders.dispatch import Dispatcher
from schema.execution.executor import CompiledExecutor
from schema.execution.plan_cache import PlanCache
from tests.schema.execution.any_value_schema import CORE_SCHEMA, SchemaContext


@dataclass
class Response:
    """The result of an operation, as it would be sent."""

    data: Any
    errors: list[dict[str, Any]]

    @property
    def serialized(self) -> bytes:
        return _written([self.data, self.errors])

    @property
    def serialized_data(self) -> bytes:
        return _written(self.data)


_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def _written(value: Any) -> bytes:
    try:
        return orjson.dumps(value, default=repr)
    except TypeError:
        # A scalar that accepts everything can contain values that JSON does not have.
        return repr(value).encode()


def formatted(error: GraphQLError) -> dict[str, Any]:
    return {
        "message": error.message,
        "locations": [each.formatted for each in error.locations or ()],
        "path": error.path,
    }


class _ConditionFinder(Visitor):
    """Finds the variables in directives, like `schema.operation.document` for the real schema."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: graphql.DirectiveNode, *_: object) -> None:
        self.names |= {
            argument.value.name.value
            for argument in node.arguments or ()
            if isinstance(argument.value, graphql.VariableNode)
        }


@lru_cache(maxsize=1_000)
def _mistakes(text: str, schema: GraphQLSchema) -> list[GraphQLError]:
    """Validation takes longer than what these tests compare, and most documents are repeated."""
    return validate(schema, parse(text))


class Prepared(NamedTuple):
    """A document with its plans."""

    node: DocumentNode
    plans: PlanCache


def prepared(text: str, schema: GraphQLSchema = CORE_SCHEMA) -> Prepared:
    node = parse(text)
    assert not (errors := _mistakes(text, schema)), errors
    finder = _ConditionFinder()
    visit(node, finder)
    return Prepared(node, PlanCache(finder.names))


def run(
    document: DocumentNode,
    root: Any,
    variables: dict[str, Any] | None = None,
    *,
    schema: GraphQLSchema = CORE_SCHEMA,
    context: Any = None,
    plans: Any = None,
    operation_name: str | None = None,
) -> Response:
    """Return the answer of the compiled executor, or of graphql-core's without ``plans``."""
    executor: dict[str, Any] = {"executor_class": StrawberryGraphQLCoreExecutionContext}
    if plans is not None:
        executor = {"executor_class": CompiledExecutor, "plans": plans}

    async def operation() -> Any:
        result = graphql.execute(
            schema,
            document,
            root_value=root,
            context_value=context or SchemaContext(),
            variable_values=variables,
            operation_name=operation_name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            **executor,
        )
        return await result if isawaitable(result) else result

    result = Dispatcher().run(operation())
    return Response(
        _without_addresses(result.data), [formatted(each) for each in result.errors or ()]
    )


def _without_addresses(value: Any) -> Any:
    """Remove memory addresses from texts: they differ between runs."""
    match value:
        case dict():
            return {key: _without_addresses(each) for key, each in value.items()}
        case list():
            return [_without_addresses(each) for each in value]
        case str():
            return _ADDRESS.sub("", value)
    return value


def run_on_both(
    text: str,
    root: Any,
    variables: dict[str, Any] | None = None,
    *,
    schema: GraphQLSchema = CORE_SCHEMA,
    behaviour: str = "now",
    operation_name: str | None = None,
) -> tuple[Response, Response]:
    """Return the answers of the compiled executor and of graphql-core's.

    The first runs twice, because plans are cached.
    """
    document = prepared(text, schema)
    answers = [
        run(
            document.node,
            root,
            variables,
            schema=schema,
            context=SchemaContext(behaviour),
            plans=plans,
            operation_name=operation_name,
        )
        for plans in (document.plans.plans_for, document.plans.plans_for, None)
    ]
    first, again, core = answers
    assert_same(again, first, concurrent=True)
    return first, core


def assert_same(compiled: Response, core: Response, *, concurrent: bool) -> None:
    """Assert that the answers are equal byte for byte. If fields wait, assert only what graphql-core promises of errors.

    graphql-core runs waiting fields concurrently, and each adds its error when it fails. So errors of different fields
    come in any order. An error that makes a parent null replaces all errors that would be found below it. Which of
    several errors remains depends on the order of the fields (specification, 6.4.4: "all but one error may be
    discarded"). Two things are certain: which positions became null because of errors, and the error of a position
    that failed on its own.
    """
    assert compiled.serialized_data == core.serialized_data, _both(compiled, core)
    if not concurrent:
        assert compiled.serialized == core.serialized, _both(compiled, core)
    else:
        assert _deterministic_part(compiled) == _deterministic_part(core), _both(compiled, core)


def _both(compiled: Response, core: Response) -> str:
    return f"\ncompiled: {compiled.serialized!r}\ngraphql-core: {core.serialized!r}"


def _deterministic_part(answer: Response) -> tuple[set[tuple[Any, ...]], Counter[bytes]]:
    nulled = set()
    own: Counter[bytes] = Counter()
    for error in answer.errors:
        path = tuple(error["path"] or ())
        position = _null_position(answer.data, path)
        nulled.add(position)
        if position == path:
            own[orjson.dumps(error)] += 1
    return nulled, own


def _null_position(data: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    assert data is None, path
    return path
