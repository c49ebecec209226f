"""The checks before an operation runs, and their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from primepath.domain.visibility import Visibility
from schema.errors import format_errors
from schema.operation import document
from schema.operation.execute import execute
from schema.operation.prepare import OperationRejectedError, PreparedOperation, prepare
from tests.factories import head_teacher, make_class

TWO = "query A { school { name } } mutation B { signOut { __typename } }"
INTROSPECTION = "{ __schema { queryType { name } } }"


def of(text: str | None, name: str | None = None, **options: Any) -> PreparedOperation:
    return prepare(text, operation_name=name, **{"viewer": None, **options})


def rejection(text: str, operation_name: str | None = None, **options: Any) -> str:
    """Return the message of the one error with which the operation is rejected."""
    with pytest.raises(OperationRejectedError) as rejected:
        of(text, operation_name, **options)
    (error,) = format_errors(rejected.value.errors, "test")
    return error["message"]


def test_operation_is_chosen_by_name() -> None:
    query, mutation = of(TWO, "A"), of(TWO, "B")
    assert (query.name, query.type) == ("A", OperationType.QUERY)
    assert (mutation.name, mutation.type) == ("B", OperationType.MUTATION)
    assert query.document is mutation.document


def test_only_operation_needs_no_name() -> None:
    assert of("query A { school { name } }").name == "A"
    assert of("query A { school { name } }", "").name == "A"
    assert of("{ school { name } }").name is None


NAMED = "The document has 2 operations: A, B. Send the name of one of them as operationName."


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (TWO, None, NAMED),
        (TWO, "", NAMED),
        (TWO, "C", "The document has no operation 'C'. Its operations: A, B."),
        ("{ school { name } }", "C", "The document has no operation 'C'. Its operations: -."),
        ("fragment F on Query { school { name } }", None, "Fragment 'F' is never used."),
    ],
)
def test_name_must_choose_one_operation(text: str, name: str | None, message: str) -> None:
    assert rejection(text, operation_name=name) == message


def test_message_about_many_operations_is_short() -> None:
    text = " ".join(f"query Operation{number} {{ school {{ name }} }}" for number in range(100))
    for name in None, "x" * 10_000:
        message = rejection(text, operation_name=name)
        assert "Operation0, Operation1, " in message
        assert "Operation19, ..." in message
        assert len(message) < 600


@pytest.mark.parametrize("text", [None, ""])
def test_text_is_required(text: str | None) -> None:
    with pytest.raises(MissingQueryError):
        of(text)


def test_type_must_be_allowed() -> None:
    with pytest.raises(InvalidOperationTypeError):
        of(TWO, "B", allowed=[OperationType.QUERY])


def test_document_is_checked_before_the_operation_is_chosen() -> None:
    assert "nothing" in rejection("query A { nothing }", operation_name="B")


@override_settings(INTROSPECTION=Visibility.NOBODY, MAX_VARIABLE_VALUES=0)
def test_type_is_checked_before_introspection_and_variables() -> None:
    with pytest.raises(InvalidOperationTypeError):
        of(INTROSPECTION, allowed=[], variables={"a": 1})


@override_settings(INTROSPECTION=Visibility.NOBODY, MAX_VARIABLE_VALUES=0)
def test_introspection_is_checked_before_variables() -> None:
    assert "Introspection is disabled" in rejection(INTROSPECTION, variables={"a": 1})


@override_settings(MAX_VARIABLE_VALUES=0, MAX_ANSWER_VALUES=0)
def test_variables_are_checked_before_the_cost() -> None:
    assert "variables" in rejection("{ school { name } }", variables={"a": 1})
    assert "values" in rejection("{ school { name } }")


@pytest.mark.django_db
def test_prepared_operation_can_be_executed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_class("A")
    operation = prepare(
        "{ scheduleMatrix { rows { schoolClass { code } } } }", viewer=head_teacher()
    )
    # Execution does not repeat the checks.
    for name in "load_document", "document_cache":
        monkeypatch.delattr(document, name)
    results = [execute(operation) for _ in range(2)]
    assert [each.errors for each in results] == [None, None]
    assert results[0].data == results[1].data
