"""The committed schema keeps what clients rely on: it may add to it, not rename or loosen it."""

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

CONTRACT = Path(__file__).with_name("contract.graphql").read_text(encoding="utf-8")
COMMITTED = Path(schema_package.__file__ or "").with_name("schema.graphql").read_text("utf-8")


def broken(published: str) -> list[str]:
    """What a client of the contract could no longer rely on under this schema."""
    new, contract = build_schema(published), build_schema(CONTRACT)
    changes = [change.description for change in find_breaking_changes(contract, new)]
    return changes + _changed_inputs(contract, new)


def _changed_inputs(contract: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """Inputs that take something else where a field is left out, or no longer exactly one."""
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
    """As it is written."""
    node = field.ast_node
    return print_ast(node.default_value) if node and node.default_value else ""


def test_the_schema_keeps_the_contract() -> None:
    assert broken(COMMITTED) == []


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
def test_a_schema_that_breaks_the_contract_is_noticed(kept: str, broken_to: str) -> None:
    """All but a further value of an enum, which clients expect."""
    assert kept in COMMITTED
    assert bool(broken(COMMITTED.replace(kept, broken_to))) == ("LATE" not in broken_to)


@pytest.mark.parametrize("name", ["Query", "Mutation"])
def test_a_root_field_that_fails_empties_no_other(name: str) -> None:
    """Each is nullable, also those that came after the contract."""
    root = build_schema(COMMITTED).type_map[name]
    assert isinstance(root, GraphQLObjectType)
    assert [
        field for field, each in root.fields.items() if isinstance(each.type, GraphQLNonNull)
    ] == []
