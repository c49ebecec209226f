"""Kept answers to introspection: the same as fresh ones, and only for operations that read nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from graphql import get_introspection_query
from strawberry.types import ExecutionResult

from primepath.domain.visibility import Visibility
from schema.operation import schema_answers
from schema.operation.prepare import prepare
from schema.operation.schema_answers import forget_schema_answers, with_schema_answers

pytestmark = pytest.mark.django_db

TYPE = "query ($name: String!, $all: Boolean) { __type(name: $name) { name fields(includeDeprecated: $all) { name } } }"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget_schema_answers()
    with override_settings(INTROSPECTION=Visibility.EVERYONE):
        yield
    forget_schema_answers()


def ask(query: str, **members: Any) -> Any:
    body = json.dumps({"query": query, **members})
    return Client().post("/graphql", body, "application/json").json()


@pytest.mark.parametrize(
    ("query", "members"),
    [
        (get_introspection_query(), {}),
        (TYPE, {"variables": {"name": "Exam"}}),
        (TYPE, {"variables": {"name": "Exam", "all": True}}),
        ("{ ...F } fragment F on Query { ... { x: __schema { queryType { name } } } }", {}),
        (
            "query A { __schema { queryType { name } } } query B { school { name } }",
            {"operationName": "A"},
        ),
    ],
)
def test_kept_answer_equals_a_fresh_one(query: str, members: dict[str, Any]) -> None:
    with override_settings(COMPILED_EXECUTION=False):
        fresh = ask(query, **members)
    assert not schema_answers._answers
    assert ask(query, **members) == fresh
    assert len(schema_answers._answers) == 1
    assert ask(query, **members) == fresh
    assert "errors" not in fresh


def test_answer_depends_on_document_name_and_variables() -> None:
    def name_of(type_: str) -> str:
        name: str = ask(TYPE, variables={"name": type_})["data"]["__type"]["name"]
        return name

    assert [name_of(each) for each in ("Exam", "Teacher", "Exam")] == ["Exam", "Teacher", "Exam"]
    skipped = "query ($no: Boolean!) { __schema { queryType { name @skip(if: $no) kind } } }"
    answers = [ask(skipped, variables={"no": no}) for no in (True, False, True, False)]
    assert answers[:2] == answers[2:]
    assert answers[0] != answers[1]
    two = 'query A { __type(name: "Exam") { name } } query B { __type(name: "Teacher") { name } }'
    for _ in range(2):
        assert ask(two, operationName="A") != ask(two, operationName="B")


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } school { name } }",
        "{ __schema { queryType { name } } ...F } fragment F on Query { school { name } }",
        "{ __schema { queryType { name } } ... { school { name } } }",
        "{ __typename }",
        "mutation { signOut { __typename } }",
    ],
)
def test_operation_that_reads_more_is_not_kept(query: str) -> None:
    results = iter(
        [ExecutionResult(data={"a": 1}, errors=None), ExecutionResult(data={"a": 2}, errors=None)]
    )
    operation = prepare(query, viewer=None)
    assert [with_schema_answers(operation, results.__next__).data for _ in range(2)] == [
        {"a": 1},
        {"a": 2},
    ]


def test_failure_is_not_kept() -> None:
    operation = prepare("{ __schema { queryType { name } } }", viewer=None)
    with_schema_answers(operation, lambda: ExecutionResult(data=None, errors=[]))
    assert not schema_answers._answers


def test_visibility_is_checked_for_a_kept_answer() -> None:
    query = "{ __schema { queryType { name } } }"
    assert ask(query)["data"]
    with override_settings(INTROSPECTION=Visibility.NOBODY):
        (error,) = ask(query)["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_number_of_kept_answers_is_bounded() -> None:
    for number in range(3 * schema_answers._MAX_ANSWERS):
        ask(f"{{ a{number}: __schema {{ queryType {{ name }} }} }}")
    assert len(schema_answers._answers) == schema_answers._MAX_ANSWERS
