"""Each private name of graphql-core, Strawberry and cross-web still exists, and the library still uses it.

If one of these fails after an upgrade, see `docs/development/upstream.md`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import graphql
import pytest
import strawberry
import strawberry.http.sync_base_view
from django.conf import settings
from graphql import GraphQLError, GraphQLSchema, parse, validate

from schema.build import schema
from schema.execution import core
from schema.types.enums import describe

pytestmark = pytest.mark.one_database


class Colour(StrEnum):
    RED = "red"


describe(Colour, "A colour.", {"RED": "Like a rose."})


@strawberry.type
class Leaf:
    name: str = "a"


@strawberry.type
class Query:
    leaves: list[Leaf] = strawberry.field(default_factory=lambda: [Leaf(), Leaf()])

    @strawberry.field(metadata={"key": "value"})  # type: ignore[untyped-decorator]
    def parent(self, info: strawberry.Info[Any, Any], colour: Colour | None = None) -> str:
        # Strawberry's executor passes the variables as a plain dictionary.
        return f"{core.raw_info(info).parent_type.name} {colour!r} {info.variable_values}"


SMALL = strawberry.Schema(query=Query)
SMALL_CORE = core.graphql_schema(SMALL)


class Recorder(core.ExecutionContext):
    """Records the calls that `schema.execution.executor` relies on."""

    def __init__(self, *args: Any, calls: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calls = calls

    def complete_list_value(self, *args: Any) -> Any:
        self.calls.append(("list", len(args)))
        return super().complete_list_value(*args)

    def complete_object_value(self, *args: Any) -> Any:
        self.calls.append(("object", len(args)))
        return super().complete_object_value(*args)

    def collect_subfields(self, *args: Any) -> core.CollectedFields:
        collected = super().collect_subfields(*args)
        self.calls.append(collected)
        return collected


def run(document: str, variables: dict[str, Any] | None = None) -> tuple[Any, list[Any]]:
    """Return the data of a document in the small schema, and the recorded calls."""
    calls: list[Any] = []
    result = graphql.execute(
        SMALL_CORE,
        parse(document),
        Query(),
        variable_values=variables,
        executor_class=Recorder,
        is_awaitable=core.is_awaitable,  # type: ignore[arg-type]
        calls=calls,
    )
    assert isinstance(result, graphql.ExecutionResult)
    assert result.errors is None
    return result.data, calls


@pytest.fixture
def _merging_limit() -> Iterator[None]:
    yield
    core.limit_field_merging(settings.MAX_DOCUMENT_COMPARISONS)


@pytest.mark.usefixtures("_merging_limit")
def test_max_complexity_budget_limits_validation() -> None:
    document = parse(f"{{ leaves {{ {'name ' * 50} }} }}")
    core.limit_field_merging(settings.MAX_DOCUMENT_COMPARISONS)
    assert validate(SMALL_CORE, document) == []
    core.limit_field_merging(10)
    assert core.is_aborted(validate(SMALL_CORE, document))


def test_validation_aborted_error_ends_the_list_of_errors() -> None:
    errors = validate(SMALL_CORE, parse("{ a b c d }"), max_errors=2)
    assert core.is_aborted(errors)
    assert not core.is_aborted(errors[:2])
    assert not core.is_aborted([GraphQLError("")])


def test_executor_completes_lists_and_objects_by_its_methods() -> None:
    data, calls = run("{ leaves { name } }")
    assert data == {"leaves": [{"name": "a"}, {"name": "a"}]}
    assert calls.count(("list", 6)) == 1
    assert calls.count(("object", 6)) == 2
    for method in "complete_list_value", "complete_object_value":
        parameters = list(inspect.signature(getattr(core.ExecutionContext, method)).parameters)
        assert parameters[1:] == [
            "return_type",
            "field_details_list",
            "info",
            "path",
            "result",
            "position_context",
        ]


def test_collect_subfields_returns_fields_with_their_details() -> None:
    _, calls = run("{ leaves { label: name } }")
    collected = next(each for each in calls if isinstance(each, core.CollectedFields))
    assert not collected.new_defer_usages
    (details,) = collected.grouped_field_set["label"]
    assert isinstance(details, core.FieldDetails)
    assert details.node.name.value == "name"
    assert details.fragment_variable_values is None


def test_executor_is_the_one_that_strawberry_uses() -> None:
    assert SMALL.execution_context_class is core.ExecutionContext


def test_strawberry_uses_its_own_is_awaitable() -> None:
    used = inspect.getsource(strawberry.schema.schema)
    assert core.is_awaitable.__name__ in used

    async def coroutine() -> None: ...

    awaitable = coroutine()
    assert core.is_awaitable(awaitable)
    awaitable.close()
    assert not any(map(core.is_awaitable, (None, 1, "", [], object())))


def test_schemas_lead_to_each_other() -> None:
    inner = core.graphql_schema(schema)
    assert isinstance(inner, GraphQLSchema)
    assert core.strawberry_schema(inner) is schema


def test_raw_info_and_plain_variables_reach_resolvers() -> None:
    data, _ = run("query ($x: Colour) { parent(colour: $x) }", {"x": "RED"})
    assert data["parent"] == f"Query {Colour.RED!r} {{'x': {Colour.RED!r}}}"


def test_fields_lead_to_their_definitions() -> None:
    assert SMALL_CORE.query_type is not None
    field = core.strawberry_field(SMALL_CORE.query_type.fields["parent"])
    assert field is not None
    assert field.metadata == {"key": "value"}
    assert not field.is_basic_field
    assert (
        core.strawberry_field(GraphQLSchema().get_field(SMALL_CORE.query_type, "__typename"))
        is None
    )


def test_descriptions_of_enumeration_values_reach_the_schema() -> None:
    assert "Like a rose." in SMALL.as_str()


def test_arguments_are_converted_as_for_a_resolver() -> None:
    assert SMALL_CORE.query_type is not None
    definition = SMALL_CORE.query_type.fields["parent"]
    field = core.strawberry_field(definition)
    assert field is not None
    document: Any = parse("{ parent(colour: RED) }")
    node = document.definitions[0].selection_set.selections[0]
    variables = graphql.VariableValues({}, {})
    assert core.argument_values(field, definition, node, variables, SMALL) == {"colour": Colour.RED}


def test_http_exception_is_the_one_that_strawberry_raises() -> None:
    assert vars(strawberry.http.sync_base_view)["HTTPException"] is core.HTTPException
    assert core.HTTPException(405, "reason").reason == "reason"
