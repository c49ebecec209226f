"""The committed schema keeps the contract with clients: it can add to it, but not rename or loosen anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    print_ast,
)
from graphql.utilities import find_breaking_changes

import schema as schema_package

pytestmark = pytest.mark.one_database

CONTRACT = Path(__file__).with_name("contract.graphql").read_text(encoding="utf-8")
COMMITTED = Path(schema_package.__file__ or "").with_name("schema.graphql").read_text("utf-8")


def broken(published: str) -> list[str]:
    """Return the guarantees of the contract that this schema breaks."""
    new, contract = build_schema(published), build_schema(CONTRACT)
    changes = [change.description for change in find_breaking_changes(contract, new)]
    return changes + _changed_inputs(contract, new)


def _changed_inputs(contract: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """Return inputs with another default, or that no longer require exactly one field."""
    changed = []
    for name, promised in contract.type_map.items():
        kept = new.type_map.get(name)
        if not (
            isinstance(promised, GraphQLInputObjectType)
            and isinstance(kept, GraphQLInputObjectType)
        ):
            continue
        if promised.is_one_of != kept.is_one_of:
            changed.append(f"{name} is @oneOf in one of both.")
        changed += [
            f"{name}.{field} has another default."
            for field, value in promised.fields.items()
            if field in kept.fields and _default(kept.fields[field]) != _default(value)
        ]
    return changed


def _default(field: GraphQLInputField) -> str:
    """Return the default as GraphQL text."""
    node = field.ast_node
    return print_ast(node.default_value) if node and node.default_value else ""


def test_schema_keeps_the_contract() -> None:
    assert broken(COMMITTED) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kept", "broken_to"),
    [
        ("  status: CellStatus!\n", "  status: CellStatus\n"),
        ("  status: CellStatus!\n", "  state: CellStatus!\n"),
        ("  rows: [MatrixRow!]!", "  rows: [MatrixRow]!"),
        ("  scheduledDate: Date\n", "  scheduledDate: String\n"),
        ("input AssignExamsInput {", "input AssignExamsInput { note: String!"),
        ("input CellRef @oneOf {", "input CellRef {"),
        ("= MERGE", "= REPLACE"),
        ("enum CellStatus {", "enum CellStatus { LATE "),
        ("  DRAFT\n", "  SKETCH\n"),
        ("type Exam implements Node {", "type Exam {"),
    ],
)
def test_broken_contract_is_detected(kept: str, broken_to: str) -> None:
    """Every change is detected, except a new enum value, which clients must expect."""
    assert kept in COMMITTED
    assert bool(broken(COMMITTED.replace(kept, broken_to))) == ("LATE" not in broken_to)


@pytest.mark.parametrize("name", ["Query", "Mutation"])
def test_failing_root_field_does_not_null_others(name: str) -> None:
    """Every root field is nullable, including those added after the contract."""
    root = build_schema(COMMITTED).type_map[name]
    assert isinstance(root, GraphQLObjectType)
    assert [
        field for field, each in root.fields.items() if isinstance(each.type, GraphQLNonNull)
    ] == []
